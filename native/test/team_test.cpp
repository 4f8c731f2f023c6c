// The team of threads: never more than one, whoever calls.
#include "team.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "lanes.h"
#include "program_builder.h"
#include "tasks.h"

namespace lanes {
namespace {

int ThreadsOfThisProcess() {
  int count = 0;
  DIR* tasks = opendir("/proc/self/task");
  while (const dirent* entry = readdir(tasks)) count += entry->d_name[0] != '.';
  closedir(tasks);
  return count;
}

ProgramBuilder SumOfSquares() {
  ProgramBuilder program;
  PassBuilder pass;
  const int x = pass.Input(program.Operand(kDFloat64), kFloat64);
  pass.Output(program.Operand(kDFloat64), pass.Apply(KernelNumber("square", kFloat64), x),
              ReductionNumber("sum", kFloat64));
  program.Add(pass);
  return program;
}

TEST(Team, RunsTheCallerAndAtMostTheHelpersAskedFor) {
  constexpr int kMost = 8;
  struct State {
    std::atomic<int> runs[kMost] = {};
  };
  for (int threads = 1; threads <= kMost; ++threads) {
    State state;
    RunOnTeam(
        threads, false,
        [](void* s, int thread) {
          ++static_cast<State*>(s)->runs[thread];
          if (thread == 0) usleep(2000);
        },
        &state, sizeof(state));
    EXPECT_EQ(state.runs[0], 1);
    for (int thread = 1; thread < kMost; ++thread) EXPECT_LE(state.runs[thread], thread < threads ? 1 : 0);
  }
}

// Where each thread of this process may run.
std::vector<cpu_set_t> Masks() {
  std::vector<cpu_set_t> masks;
  DIR* tasks = opendir("/proc/self/task");
  while (const dirent* entry = readdir(tasks)) {
    cpu_set_t mask;
    if (entry->d_name[0] != '.' && sched_getaffinity(atoi(entry->d_name), sizeof(mask), &mask) == 0)
      masks.push_back(mask);
  }
  closedir(tasks);
  return masks;
}

TEST(Team, LeavesThreadsWhereTheyMayRun) {
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
  struct State {
    std::atomic<int> helped{0};
    bool is_slow;
  };
  State state;
  for (int round = 0; round < 20; ++round) {
    usleep(2000);  // until the leader sleeps
    // Half of the callers are done before it can begin.
    state.is_slow = round % 2 == 0;
    RunOnTeam(
        2, false,
        [](void* s, int thread) {
          State* own = static_cast<State*>(s);
          own->helped += thread;
          if (thread == 0 && own->is_slow) usleep(2000);
        },
        &state, sizeof(state));
    for (const cpu_set_t& mask : Masks()) EXPECT_TRUE(CPU_EQUAL(&mask, &all));
  }
  EXPECT_GE(state.helped, 1);
}

TEST(Tasks, OfStretchesAreTakenOnceByWhomeverIsFree) {
  for (int threads : {1, 2, 3, 64, 100}) {
    for (int64_t count : {1, 2, 13, 1000}) {
      Stretches tasks(count, threads);
      // All but the caller's first by the last thread: its own stretch upwards first.
      std::vector<int> taken(count);
      ++taken[Stretches::kCallersFirst];
      const int64_t first = tasks.Take(threads - 1);
      EXPECT_EQ(first >= 0, count > 1);
      if (1 < threads && threads <= 64 && threads <= count) {
        EXPECT_EQ(first, count * (threads - 1) / threads);
      }
      if (first >= 0) ++taken[first];
      for (int64_t task; (task = tasks.Take(threads - 1)) >= 0;) ++taken[task];
      EXPECT_EQ(taken, std::vector<int>(count, 1)) << threads;
      EXPECT_EQ(tasks.Take(0), -1);
    }
  }
  constexpr int kThreads = 4;
  constexpr int64_t kCount = 100000;
  Stretches tasks(kCount, kThreads);
  std::vector<std::atomic<int>> taken(kCount);
  ++taken[Stretches::kCallersFirst];
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int64_t task; (task = tasks.Take(thread)) >= 0;) ++taken[task];
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::atomic<int>& times : taken) ASSERT_EQ(times, 1);
}

TEST(Team, WakesNobodyForShortWorkUntilItComesAgainAndAgain) {
  struct State {
    std::atomic<int> helpers{0};
    int64_t microseconds;
  };
  const auto run = [](State* state) {
    RunOnTeam(
        2, true,
        [](void* s, int thread) {
          State* own = static_cast<State*>(s);
          own->helpers += thread;
          if (thread > 0) return;
          const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(own->microseconds);
          while (std::chrono::steady_clock::now() < end) {
          }
        },
        state, sizeof(*state));
  };
  State once{{0}, 5};
  for (int k = 0; k < 20; ++k) {
    usleep(5000);
    run(&once);
  }
  // It may have been interrupted before it slept.
  EXPECT_LT(once.helpers, 10);
  State often{{0}, 200};
  for (int k = 0; k < 1000 && often.helpers == 0; ++k) run(&often);
  EXPECT_GE(often.helpers, 1);
}

TEST(Team, TwoHundredCallersMakeOneTeam) {
  constexpr int kCallers = 200;
  constexpr int kThreads = 4;
  constexpr int64_t kCount = 300000;
  const std::vector<double> x(kCount, 0.5);
  const Handle handle(SumOfSquares());
  ASSERT_EQ(handle.status, LANES_OK);
  std::atomic<int> wrong{0}, ready{0};
  std::atomic<bool> go{false};
  std::vector<std::thread> callers;
  for (int k = 0; k < kCallers; ++k) {
    callers.emplace_back([&] {
      ++ready;
      while (!go) std::this_thread::yield();
      for (int round = 0; round < 10; ++round) {
        double sum = 0;
        const int32_t status = Call().Pass(kThreads, {kCount}).Operand(x.data(), {8}).Operand(&sum, {0}).Run(handle);
        if (status != LANES_OK || sum != kCount * 0.25) ++wrong;
      }
    });
  }
  while (ready < kCallers) std::this_thread::yield();
  go = true;
  int most = 0;
  for (int k = 0; k < 50; ++k) {
    const int now = ThreadsOfThisProcess();
    if (now > most) most = now;
    usleep(500);
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
  // Main, the callers, the leader and its team, which an earlier test may have made larger, and as many again while the
  // machine is probed.
  EXPECT_LE(most, 1 + kCallers + 8 + 8);
  EXPECT_LE(ThreadsOfThisProcess(), 1 + 8 + 1);
}

TEST(Team, ComesBackInTheChildOfAFork) {
  constexpr int64_t kCount = 300000;
  const std::vector<double> x(kCount, 0.5);
  const Handle handle(SumOfSquares());
  double sum = 0;
  const Call call = Call().Pass(2, {kCount}).Operand(x.data(), {8}).Operand(&sum, {0});
  ASSERT_EQ(call.Run(handle), LANES_OK);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    sum = 0;
    _exit(call.Run(handle) == LANES_OK && sum == kCount * 0.25 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(Team, CancellationReachesARunningCall) {
  constexpr int64_t kCount = 3000000;
  const std::vector<double> x(kCount, 0.5);
  std::vector<double> out(kCount);
  ProgramBuilder program;
  PassBuilder pass;
  int r = pass.Input(program.Operand(kDFloat64), kFloat64);
  for (int k = 0; k < 200; ++k) r = pass.Apply(KernelNumber("floordiv", kFloat64), r, r);
  pass.Output(program.Operand(kDFloat64), r);
  program.Add(pass);
  const Handle handle(program);
  int32_t flag = 0;
  Call call = Call().Pass(2, {kCount}).Operand(x.data(), {8}).Operand(out.data(), {8});
  call.words[0] = Address(&flag);
  int32_t status = LANES_OK;
  std::thread caller([&] { status = call.Run(handle); });
  usleep(10000);
  __atomic_store_n(&flag, 1, __ATOMIC_RELAXED);
  caller.join();
  EXPECT_EQ(status, LANES_CANCELLED);
}

}  // namespace
}  // namespace lanes
