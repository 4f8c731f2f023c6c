package dev.lanes.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The same job done in several ways, each checked, then timed in turns so that a noisy machine
 * disturbs all of them alike.
 */
final class Race {

  /**
   * One way.
   *
   * @param where it runs
   * @param threads how many it may use
   * @param work writes the result
   * @param erase spoils the result before a check
   * @param isRight whether the result is that of the reference
   */
  record Runner(
      String where, int threads, Runnable work, Runnable erase, BooleanSupplier isRight) {}

  /**
   * How one way did.
   *
   * @param job what was done
   * @param where it ran
   * @param threads how many it used, 0 when it could not run
   * @param millis the median
   * @param gigabytes read and written per second
   * @param ratio how many times faster than the first way
   * @param isRight whether its result was that of the reference
   */
  record Row(
      String job,
      String where,
      int threads,
      double millis,
      double gigabytes,
      double ratio,
      boolean isRight) {}

  private static final int WARM_UPS = 500;
  private static final int FEWEST = 3;
  private static final double BUDGET_MILLIS = 1000;

  private final String job;
  private final double bytes;
  private final List<Runner> runners = new ArrayList<>();

  /**
   * A race without runners.
   *
   * @param job what is done
   * @param bytes that the job cannot but read and write
   */
  Race(String job, double bytes) {
    this.job = job;
    this.bytes = bytes;
  }

  void add(Runner runner) {
    runners.add(runner);
  }

  /** The steps that {@link #run} reports. */
  int steps(int rounds) {
    return runners.size() + rounds;
  }

  /**
   * Runs the race.
   *
   * @param rounds in which everybody has a turn; who is slow sits out some
   * @return a row for each runner, in their order; the first is what the others are compared with
   */
  List<Row> run(int rounds, Progress progress) {
    List<Boolean> right = new ArrayList<>();
    for (Runner runner : runners) {
      progress.step(job + ": check " + runner.where());
      runner.erase.run();
      runner.work.run();
      right.add(runner.isRight.getAsBoolean());
      warmUp(runner);
    }
    List<List<Double>> millis = new ArrayList<>();
    runners.forEach(runner -> millis.add(new ArrayList<>()));
    for (int round = 0; round < rounds; round++) {
      progress.step(job + ": measure");
      for (int i = 0; i < runners.size(); i++) {
        List<Double> times = millis.get(i);
        if (times.size() < FEWEST || sum(times) < BUDGET_MILLIS) {
          times.add(time(runners.get(i)));
        }
      }
    }
    double first = median(millis.get(0));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < runners.size(); i++) {
      Runner runner = runners.get(i);
      double time = median(millis.get(i));
      rows.add(
          new Row(
              job,
              runner.where,
              runner.threads,
              time,
              bytes / time * 1e-6,
              first / time,
              right.get(i)));
    }
    return rows;
  }

  /** Until the JIT compiler has seen enough. */
  private static void warmUp(Runner runner) {
    double spent = 0;
    for (int i = 0; i < 1 || i < WARM_UPS && spent < BUDGET_MILLIS / 4; i++) {
      spent += time(runner);
    }
  }

  private static double time(Runner runner) {
    long start = System.nanoTime();
    runner.work.run();
    return (System.nanoTime() - start) * 1e-6;
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum();
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
