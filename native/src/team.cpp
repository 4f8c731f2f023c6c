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

// A number that one thread sets and one other waits for.
class Signal {
 public:
  int Get() const { return value_.load(std::memory_order_acquire); }

  void Set(int value) {
    value_.store(value);
    Wake();
  }

  bool HasSleeper() const { return sleeping_.load(); }

  bool Replace(int expected, int value) { return value_.compare_exchange_strong(expected, value); }

  // Whoever is woken too late looks out for the next time as long as at first.
  void Wait(int value) {
    while (true) {
      const int64_t end = Now() + kSpinNanoseconds;
      do {
        for (int i = 0; i < 64; ++i) {
          if (Get() == value) return;
          Pause();
        }
      } while (Now() < end);
      pthread_mutex_lock(&mutex_);
      sleeping_.store(true);
      if (value_.load() != value) pthread_cond_wait(&condition_, &mutex_);
      sleeping_.store(false);
      pthread_mutex_unlock(&mutex_);
    }
  }

  // For the child of a fork, where nobody waits.
  void Reset(int value) {
    mutex_ = PTHREAD_MUTEX_INITIALIZER;
    condition_ = PTHREAD_COND_INITIALIZER;
    sleeping_.store(false);
    value_.store(value);
  }

 private:
  void Wake() {
    if (!sleeping_.load()) return;
    pthread_mutex_lock(&mutex_);
    pthread_cond_broadcast(&condition_);
    pthread_mutex_unlock(&mutex_);
  }

  std::atomic<int> value_{0};
  std::atomic<bool> sleeping_{false};
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition_ = PTHREAD_COND_INITIALIZER;
};

enum { kIdle, kPosted, kRunning };

// What a caller who owns the team hands to the leader.
struct Job {
  TeamWork work;
  void* argument;
  int helpers;  // threads beside the caller
  int members;  // threads of the OpenMP team; it never shrinks, since libgomp would end threads and create them anew
};

// All of it lives for ever: the leader may outlast every destructor.
std::atomic<bool> taken{false};
bool has_leader = false;
pthread_t leader;
bool forks_watched = false;
int members = 1;
Job job;
// The leader waits for kPosted in the one, the caller for kIdle in the other.
Signal posted;
Signal finished;
// Whether the leader is kept from a processor, and where it may run else.
bool is_sent_off = false;
cpu_set_t allowed;
// When whoever had taken the team was done last, and how long callers with short work had been without the leader since
// it slept, one soon after the other.
int64_t last_end = 0;
int64_t alone_nanoseconds = 0;

// Linux may wake the sleeping leader on its caller's processor, above all in a virtual machine, whose idle processors
// do not count as free. It would wait there for milliseconds until the caller is interrupted: so until it runs, it may
// not run there.
void SendOff() {
  if (!posted.HasSleeper()) return;
  const int processor = sched_getcpu();
  if (processor < 0) return;
  if (pthread_getaffinity_np(leader, sizeof(cpu_set_t), &allowed) != 0) return;
  cpu_set_t others = allowed;
  CPU_CLR(processor, &others);
  if (CPU_COUNT(&others) == 0) return;
  is_sent_off = pthread_setaffinity_np(leader, sizeof(cpu_set_t), &others) == 0;
}

// By the leader itself, or by the caller where the leader need not begin.
void LetBack() {
  if (!is_sent_off) return;
  is_sent_off = false;
  if (pthread_setaffinity_np(leader, sizeof(cpu_set_t), &allowed) == 0) return;
  // None of them is left to this process: whatever is.
  memset(&allowed, 0xff, sizeof(allowed));
  pthread_setaffinity_np(leader, sizeof(cpu_set_t), &allowed);
}

void* Lead(void*) {
  while (true) {
    posted.Wait(kPosted);
    if (!posted.Replace(kPosted, kRunning)) continue;
    LetBack();
    if (job.helpers == 1) {
      job.work(job.argument, 1);
    } else {
#pragma omp parallel num_threads(job.members)
      if (omp_get_thread_num() < job.helpers) job.work(job.argument, 1 + omp_get_thread_num());
    }
    posted.Set(kIdle);
    finished.Set(kIdle);
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
  is_sent_off = false;
  posted.Reset(kIdle);
  finished.Reset(kIdle);
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
  if (has_leader && !posted.HasSleeper()) return false;
  const int64_t start = Now();
  if (start - last_end > kSpinNanoseconds) alone_nanoseconds = 0;
  if (alone_nanoseconds >= kWakingNanoseconds) return false;
  work(argument, 0);
  last_end = Now();
  alone_nanoseconds += last_end - start;
  return true;
}

}  // namespace

void RunOnTeam(int threads, bool is_short, TeamWork work, void* argument) {
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
  job.helpers = Grow(threads - 1);
  job.members = members;
  job.work = work;
  job.argument = argument;
  SendOff();
  finished.Set(kRunning);
  posted.Set(kPosted);
  work(argument, 0);
  // A leader who has not begun by now is not needed any more.
  if (posted.Replace(kPosted, kIdle))
    LetBack();
  else
    finished.Wait(kIdle);
  last_end = Now();
  taken.store(false, std::memory_order_release);
}

}  // namespace lanes
