// The team of threads: never more than one, whoever calls.
#include "team.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "lanes.h"
#include "program_builder.h"

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
  struct State {
    std::atomic<int> own{0};
    std::atomic<int> helpers{0};
  };
  for (int threads = 1; threads <= 8; ++threads) {
    State state;
    RunOnTeam(
        threads,
        [](void* s) {
          ++static_cast<State*>(s)->own;
          usleep(2000);
        },
        [](void* s) { ++static_cast<State*>(s)->helpers; }, &state);
    EXPECT_EQ(state.own, 1);
    EXPECT_LE(state.helpers, threads - 1);
  }
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
