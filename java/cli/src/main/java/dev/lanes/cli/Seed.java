package dev.lanes.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** One workload, written in several ways that give the same. */
final class Seed implements AutoCloseable {

  /** Who can do a workload. */
  enum Language {
    /** By the Python of this machine. */
    PYTHON("Python"),
    /** As it is done without Lanes. */
    JAVA("Java"),
    /** By Lanes. */
    LANES("Lanes");

    final String text;

    Language(String text) {
      this.text = text;
    }
  }

  /**
   * One run.
   *
   * @param millis that the work took
   * @param check numbers by which results are compared
   */
  record Timed(double millis, double[] check) {}

  /**
   * One way to do it.
   *
   * @param code that is timed, in short
   * @param run does it so many times and gives the time of one
   */
  record Form(Language language, String code, Function<Integer, Timed> run) {

    /**
     * A way within this process.
     *
     * @param work gives the result, which is closed if it can be
     * @param check numbers that describe it
     */
    static <R> Form of(
        Language language, String code, Callable<R> work, Function<? super R, double[]> check) {
      return new Form(language, code, times -> time(work, check, times));
    }

    private static <R> Timed time(
        Callable<R> work, Function<? super R, double[]> check, int times) {
      try {
        R result = null;
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
          R next = work.call();
          close(result); // as Python drops what a name stood for
          result = next;
        }
        double millis = (System.nanoTime() - start) * 1e-6 / times;
        double[] numbers = check.apply(result);
        close(result);
        return new Timed(millis, numbers);
      } catch (Exception e) {
        throw new IllegalStateException("a form fails: " + e, e);
      }
    }

    private static void close(Object result) throws Exception {
      if (result instanceof AutoCloseable closeable) {
        closeable.close();
      }
    }
  }

  /**
   * How one way did.
   *
   * @param millis the median
   * @param isRight whether its result is that of the plain Java form
   */
  record Row(Form form, double millis, boolean isRight) {}

  /** By how much the numbers of a check may differ where nothing else is said: roundings. */
  static final double ROUNDING = 1e-9;

  private static final double ENOUGH_MILLIS = 2;
  private static final double LEAST_WARM_UP = 200;
  private static final int MOST_TIMES = 1000;
  private static final int FEWEST_ROUNDS = 3;

  final int number;
  final String title;
  final String note; // what Python lacks, or empty
  final List<Form> forms;
  private final double tolerance;
  private final Runnable end;

  /**
   * A workload.
   *
   * @param forms of which one is in plain Java
   * @param tolerance by how much checks may differ, in parts of what the plain Java form gives
   * @param end gives back what was prepared
   */
  Seed(int number, String title, String note, List<Form> forms, double tolerance, Runnable end) {
    this.number = number;
    this.title = title;
    this.note = note;
    this.forms = forms;
    this.tolerance = tolerance;
    this.end = end;
  }

  /**
   * Checks all ways against the first one in plain Java, then times them in turns.
   *
   * @param rounds at most
   * @param budget milliseconds for each way, after which it sits out
   */
  List<Row> race(int rounds, double budget) {
    double[] expected =
        first(Language.JAVA).run.apply(1).check; // of the form that nobody can get wrong
    int n = forms.size();
    boolean[] right = new boolean[n];
    int[] times = new int[n];
    List<List<Double>> millis = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Form form = forms.get(i);
      right[i] = isSame(form.run.apply(1).check, expected);
      times[i] = warmUp(form, Math.max(LEAST_WARM_UP, budget / 4));
      millis.add(new ArrayList<>());
    }
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < n; i++) {
        List<Double> own = millis.get(i);
        double spent = own.stream().mapToDouble(m -> m).sum() * times[i];
        if (own.size() < FEWEST_ROUNDS || spent < budget) {
          Timed timed = forms.get(i).run.apply(times[i]);
          own.add(timed.millis);
          right[i] &= isSame(timed.check, expected);
        }
      }
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      rows.add(new Row(forms.get(i), median(millis.get(i)), right[i]));
    }
    return rows;
  }

  private Form first(Language language) {
    return forms.stream().filter(form -> form.language == language).findFirst().orElseThrow();
  }

  /**
   * Runs until the JIT compiler, which Python has not, has seen enough; returns how many runs make
   * one measurement.
   */
  private static int warmUp(Form form, double budget) {
    double spent = 0;
    double last = 0;
    int times = 1;
    do {
      last = form.run.apply(times).millis;
      spent += last * times;
      times = (int) Math.max(1, Math.min(ENOUGH_MILLIS / last, MOST_TIMES));
    } while (form.language != Language.PYTHON && spent < budget);
    return times;
  }

  private boolean isSame(double[] actual, double[] expected) {
    boolean isSame = actual.length == expected.length;
    for (int i = 0; isSame && i < actual.length; i++) {
      isSame = Math.abs(actual[i] - expected[i]) <= tolerance * Math.abs(expected[i]);
    }
    return isSame;
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(m -> m).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  @Override
  public void close() {
    end.run();
  }
}
