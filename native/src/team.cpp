// The one team of threads: a leader thread of our own owns the only OpenMP team. libgomp keeps a team for every thread
// that ever opened a parallel region and ends the process when it cannot create a thread, so callers never open one
// themselves.
#include "team.h"

#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <atomic>

namespace lanes {
namespace {

constexpr size_t kLeaderStackBytes = size_t{1} << 20;
// About what waking costs in a virtual machine, so that waiting never takes much more than twice as long as it must.
constexpr int64_t kSpinNanoseconds = 100000;
// What waking the leader costs the caller, and the most that is lost before it is woken for short runs.
constexpr int64_t kWakingNanoseconds = 40000;

int64_t Now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * int64_t{1000000000} + time.tv_nsec;
}

void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

enum State { kIdle, kPosted, kRunning };

// What a caller who owns the team hands to the leader, and how far that is. It takes one line of the cache of its own,
// since what goes from one processor to another takes hundreds of nanoseconds where these share no cache.
struct alignas(128) Handover {
  // The leader waits for kPosted, the caller for kIdle.
  std::atomic<int> state{kIdle};
  std::atomic<bool> leader_sleeps{false};
  std::atomic<bool> caller_sleeps{false};
  bool is_sent_off = false;  // the leader is kept from a processor
  int helpers;               // threads beside the caller
  int members;  // threads of the OpenMP team; it never shrinks, since libgomp would end threads and create them anew
  TeamWork work;
  // Asked for before it is certain that they are this run's.
  std::atomic<const char*> argument;
  std::atomic<size_t> bytes;
};

// All of it lives for ever: the leader may outlast every destructor.
Handover handover;
// For those who sleep.
alignas(128) pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

void SetState(State state) {
  handover.state.store(state);
  if (!handover.leader_sleeps.load() && !handover.caller_sleeps.load()) return;
  pthread_mutex_lock(&mutex);
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
}

bool ReplaceState(State expected, State state) {
  int seen = expected;
  return handover.state.compare_exchange_strong(seen, state);
}

// Brings what the work reads first all at once.
void AskForArgument() {
  const char* argument = handover.argument.load(std::memory_order_relaxed);
  const size_t bytes = handover.bytes.load(std::memory_order_relaxed);
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(argument + i);
}

void Work(int thread) { handover.work(const_cast<char*>(handover.argument.load(std::memory_order_relaxed)), thread); }

// Whoever is woken too late looks out for the next time as long as at first.
void WaitFor(State state, std::atomic<bool>* sleeps) {
  while (true) {
    int64_t end = 0;
    int64_t now;
    do {
      for (int i = 0; i < 64; ++i) {
        if (handover.state.load(std::memory_order_acquire) == state) return;
        Pause();
      }
      now = Now();
      if (end == 0) end = now + kSpinNanoseconds;
    } while (now < end);
    pthread_mutex_lock(&mutex);
    sleeps->store(true);
    if (handover.state.load() != state) pthread_cond_wait(&changed, &mutex);
    sleeps->store(false);
    pthread_mutex_unlock(&mutex);
  }
}

// What callers alone look at.
alignas(128) std::atomic<bool> taken{false};
bool has_leader = false;
pthread_t leader;
bool forks_watched = false;
int members = 1;
// Where the leader may run when it is not sent off.
cpu_set_t allowed;
// When a caller with short work was done last without the leader, and how long such callers had been since it slept,
// one soon after the other.
int64_t last_end = 0;
int64_t alone_nanoseconds = 0;

// Linux may wake the sleeping leader on its caller's processor, above all in a virtual machine, whose idle processors
// do not count as free. It would wait there for milliseconds until the caller is interrupted: so until it runs, it may
// not run there.
void SendOff() {
  if (!handover.leader_sleeps.load()) return;
  const int processor = sched_getcpu();
  if (processor < 0) return;
  if (pthread_getaffinity_np(leader, sizeof(cpu_set_t), &allowed) != 0) return;
  cpu_set_t others = allowed;
  CPU_CLR(processor, &others);
  if (CPU_COUNT(&others) == 0) return;
  handover.is_sent_off = pthread_setaffinity_np(leader, sizeof(cpu_set_t), &others) == 0;
}

// By the leader itself, or by the caller where the leader need not begin.
void LetBack() {
  if (!handover.is_sent_off) return;
  handover.is_sent_off = false;
  if (pthread_setaffinity_np(leader, sizeof(cpu_set_t), &allowed) == 0) return;
  // None of them is left to this process: whatever is.
  memset(&allowed, 0xff, sizeof(allowed));
  pthread_setaffinity_np(leader, sizeof(cpu_set_t), &allowed);
}

void* Lead(void*) {
  while (true) {
    WaitFor(kPosted, &handover.leader_sleeps);
    AskForArgument();
    if (!ReplaceState(kPosted, kRunning)) continue;
    LetBack();
    if (handover.helpers == 1) {
      Work(1);
    } else {
#pragma omp parallel num_threads(handover.members)
      if (omp_get_thread_num() < handover.helpers) Work(1 + omp_get_thread_num());
    }
    SetState(kIdle);
  }
}

// Starts a thread with all signals blocked: they belong to the JVM's own threads.
bool StartThread(void* (*body)(void*), void* argument, const pthread_attr_t* attributes, pthread_t* thread) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const bool started = pthread_create(thread, attributes, body, argument) == 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

// In the child of a fork there is no leader and no team, and whoever held it is gone.
void ForgetTeam() {
  has_leader = false;
  members = 1;
  handover.is_sent_off = false;
  mutex = PTHREAD_MUTEX_INITIALIZER;
  changed = PTHREAD_COND_INITIALIZER;
  handover.leader_sleeps.store(false);
  handover.caller_sleeps.store(false);
  handover.state.store(kIdle);
  taken.store(false);
}

bool WatchForks() {
  if (!forks_watched) forks_watched = pthread_atfork(nullptr, nullptr, ForgetTeam) == 0;
  return forks_watched;
}

bool HaveLeader() {
  if (has_leader) return true;
  if (!WatchForks()) return false;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, kLeaderStackBytes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  has_leader = StartThread(Lead, nullptr, &attributes, &leader);
  pthread_attr_destroy(&attributes);
  return has_leader;
}

void* WaitForGate(void* gate) {
  pthread_mutex_lock(static_cast<pthread_mutex_t*>(gate));
  pthread_mutex_unlock(static_cast<pthread_mutex_t*>(gate));
  return nullptr;
}

// How many of `wanted` plain threads the machine can hold at the same time just now.
int Probe(int wanted) {
  constexpr int kMost = 256;
  pthread_t threads[kMost];
  if (wanted > kMost) wanted = kMost;
  pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&gate);
  int started = 0;
  while (started < wanted && StartThread(WaitForGate, &gate, nullptr, &threads[started])) ++started;
  pthread_mutex_unlock(&gate);
  for (int i = 0; i < started; ++i) pthread_join(threads[i], nullptr);
  return started;
}

// Makes the team as large as asked or as the machine allows; returns the helpers to be had.
int Grow(int helpers) {
  if (helpers > members) members += Probe(helpers - members);
  return helpers < members ? helpers : members;
}

// Runs short work without the leader, unless it is awake or would have been worth waking for what came before it: then
// more of it will probably come. It stays awake from one call to the next.
bool RunAlone(TeamWork work, void* argument) {
  if (has_leader && !handover.leader_sleeps.load()) return false;
  const int64_t start = Now();
  if (start - last_end > kSpinNanoseconds) alone_nanoseconds = 0;
  if (alone_nanoseconds >= kWakingNanoseconds) return false;
  work(argument, 0);
  last_end = Now();
  alone_nanoseconds += last_end - start;
  return true;
}

}  // namespace

void RunOnTeam(int threads, bool is_short, TeamWork work, void* argument, size_t bytes) {
  if (threads <= 1 || taken.exchange(true)) {
    work(argument, 0);
    return;
  }
  if (is_short && WatchForks() && RunAlone(work, argument)) {
    taken.store(false, std::memory_order_release);
    return;
  }
  if (!HaveLeader()) {
    taken.store(false);
    work(argument, 0);
    return;
  }
  alone_nanoseconds = 0;
  handover.helpers = Grow(threads - 1);
  handover.members = members;
  handover.work = work;
  handover.argument.store(static_cast<const char*>(argument), std::memory_order_relaxed);
  handover.bytes.store(bytes, std::memory_order_relaxed);
  SendOff();
  // Short work does not wait until the leader's processor has let go of the line. A leader who falls asleep at this
  // very moment does not help it.
  if (is_short && !handover.leader_sleeps.load(std::memory_order_relaxed))
    handover.state.store(kPosted, std::memory_order_release);
  else
    SetState(kPosted);
  work(argument, 0);
  // A leader who has not begun by now is not needed any more.
  if (handover.state.load(std::memory_order_relaxed) == kPosted && ReplaceState(kPosted, kIdle))
    LetBack();
  else
    WaitFor(kIdle, &handover.caller_sleeps);
  taken.store(false, std::memory_order_release);
}

}  // namespace lanes
