package dev.lanes.cli;

import static dev.lanes.cli.Seed.Language.JAVA;
import static dev.lanes.cli.Seed.Language.LANES;

import dev.lanes.DType;
import dev.lanes.Expression;
import dev.lanes.NDArray;
import dev.lanes.Pool;
import dev.lanes.SharedArray;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The seed workloads in plain Java and in Lanes, with what Python has for them beside. */
final class Seeds implements AutoCloseable {

  private static final long WAIT_MILLIS = 10;
  private static final int WAITING = 100;

  private final SeedsPython python; // null where there is none
  private final boolean isQuick;
  private final int squares;
  private final Pool pool = Pool.create();

  /**
   * Prepares to make workloads.
   *
   * @param python or null
   * @param isQuick whether they are to be small
   * @param squares how many numbers the first one takes
   */
  Seeds(SeedsPython python, boolean isQuick, int squares) {
    this.python = python;
    this.isQuick = isQuick;
    this.squares = squares;
  }

  /**
   * The workloads, each made when its turn comes; the caller closes it.
   *
   * @param wanted which ones, by number
   */
  Stream<Seed> all(IntPredicate wanted) {
    Map<Integer, Supplier<Seed>> all = new TreeMap<>();
    all.put(1, this::squares);
    all.put(2, this::statistics);
    all.put(3, this::sums);
    all.put(4, this::trivial);
    all.put(5, this::blurs);
    all.put(6, this::waits);
    all.put(7, this::counter);
    all.put(8, this::queues);
    all.put(9, this::handover);
    return all.entrySet().stream()
        .filter(entry -> wanted.test(entry.getKey()))
        .map(entry -> entry.getValue().get());
  }

  private Seed seed(int number, String title, Object size, List<Seed.Form> own, Runnable end) {
    return seed(number, title, size, own, Seed.ROUNDING, end);
  }

  private Seed seed(
      int number, String title, Object size, List<Seed.Form> own, double tolerance, Runnable end) {
    List<Seed.Form> forms = new ArrayList<>();
    StringBuilder note = new StringBuilder();
    if (python != null) {
      forms.addAll(python.open(number, size, note));
    }
    forms.addAll(own);
    String missing = python == null ? "Python" : note.toString();
    return new Seed(
        number,
        title,
        missing.isEmpty() ? "" : "no " + missing + " here",
        forms,
        tolerance,
        () -> {
          end.run();
          if (python != null) {
            python.closeRow();
          }
        });
  }

  // ---- 1 ----

  private Seed squares() {
    int n = squares;
    double[] u = new double[n];
    Arrays.parallelSetAll(u, i -> i % 1000 * 0.25);
    NDArray array = NDArray.of(u, n);
    Expression square = Expression.compile("u**2");
    return seed(
        1,
        String.format("u**2, %,d doubles", n),
        n,
        List.of(
            Seed.Form.of(JAVA, "loop: r[i] = u[i]*u[i]", () -> squared(u), Seeds::look),
            Seed.Form.of(
                JAVA,
                "Arrays.parallelSetAll(r, i -> u[i]*u[i])",
                () -> {
                  double[] r = new double[n];
                  Arrays.parallelSetAll(r, i -> u[i] * u[i]);
                  return r;
                },
                Seeds::look),
            Seed.Form.of(
                LANES,
                "Expression.compile(\"u**2\").evaluate(u)",
                () -> square.evaluate(array),
                r -> look(r))),
        array::close);
  }

  private static double[] squared(double[] u) {
    double[] r = new double[u.length];
    for (int i = 0; i < r.length; i++) {
      r[i] = u[i] * u[i];
    }
    return r;
  }

  private static double[] look(double[] r) {
    int n = r.length;
    return new double[] {Arrays.stream(r).sum(), r[0], r[n / 3], r[n - 1]};
  }

  private static double[] look(NDArray r) {
    long n = r.size();
    return new double[] {
      number("sum(r)", r), r.getDouble(0), r.getDouble(n / 3), r.getDouble(n - 1)
    };
  }

  private static double number(String text, NDArray operand) {
    try (NDArray result = Expression.compile(text).evaluate(operand)) {
      return ((Number) result.item()).doubleValue();
    }
  }

  // ---- 2 ----

  private Seed statistics() {
    int side = isQuick ? 100 : 500;
    int size = side * side;
    double[][] matrices = new double[100][size];
    for (int k = 0; k < 100; k++) {
      for (int i = 0; i < size; i++) {
        matrices[k][i] = ((long) k * size + i) * 2654435761L % 1000003 / 1000003.0;
      }
    }
    NDArray stack = NDArray.allocate(DType.FLOAT64, 100, side, side);
    for (int k = 0; k < 100; k++) {
      try (NDArray matrix = NDArray.of(matrices[k], side, side)) {
        stack.select(0, k).copyFrom(matrix);
      }
    }
    Expression both = Expression.compile("m = mean(x, axis=(1, 2)); s = std(x, axis=(1, 2))");
    return seed(
        2,
        "mean and std of 100 matrices " + side + " x " + side,
        side,
        List.of(
            Seed.Form.of(
                JAVA,
                "loops over each matrix",
                () -> Arrays.stream(matrices).map(Seeds::meanAndDeviation).toList(),
                Seeds::totals),
            Seed.Form.of(
                JAVA,
                "the same on a parallel stream",
                () -> Arrays.stream(matrices).parallel().map(Seeds::meanAndDeviation).toList(),
                Seeds::totals),
            Seed.Form.of(
                LANES,
                "\"m = mean(x, axis=(1, 2)); s = std(x, axis=(1, 2))\"",
                () -> {
                  Map<String, NDArray> results = both.evaluateAll(stack);
                  try (NDArray m = results.get("m");
                      NDArray s = results.get("s")) {
                    return new double[][] {m.toDoubleArray(), s.toDoubleArray()};
                  }
                },
                r -> new double[] {Arrays.stream(r[0]).sum(), Arrays.stream(r[1]).sum()})),
        stack::close);
  }

  private static double[] meanAndDeviation(double[] x) {
    double sum = 0;
    for (double value : x) {
      sum += value;
    }
    double mean = sum / x.length;
    double squares = 0;
    for (double value : x) {
      squares += (value - mean) * (value - mean);
    }
    return new double[] {mean, Math.sqrt(squares / x.length)};
  }

  private static double[] totals(List<double[]> pairs) {
    return new double[] {
      pairs.stream().mapToDouble(p -> p[0]).sum(), pairs.stream().mapToDouble(p -> p[1]).sum()
    };
  }

  // ---- 3 ----

  private Seed sums() {
    long n = 1_000_000;
    NDArray numbers = NDArray.of(LongStream.rangeClosed(1, n).toArray());
    Expression sum = Expression.compile("sum(i*i)");
    return seed(
        3,
        String.format("sum of squares of 1 to %,d, int64", n),
        n,
        List.of(
            Seed.Form.of(
                JAVA, "loop: s += i*i", () -> sumOfSquares(1, n + 1), s -> new double[] {s}),
            Seed.Form.of(
                JAVA,
                "LongStream.rangeClosed(1, n).parallel()",
                () -> LongStream.rangeClosed(1, n).parallel().map(i -> i * i).sum(),
                s -> new double[] {s}),
            Seed.Form.of(
                LANES,
                "\"sum(i*i)\", i made beforehand",
                () -> {
                  try (NDArray s = sum.evaluate(numbers)) {
                    return s.getLong();
                  }
                },
                s -> new double[] {s})),
        numbers::close);
  }

  private static long sumOfSquares(long from, long to) {
    long sum = 0;
    for (long i = from; i < to; i++) {
      sum += i * i;
    }
    return sum;
  }

  // ---- 4 ----

  private Seed trivial() {
    List<Long> items = LongStream.range(0, 1000).boxed().toList();
    Pool auto = pool.auto();
    return seed(
        4,
        "x*x over 1000 items",
        items.size(),
        List.of(
            Seed.Form.of(
                JAVA,
                "for (Long x : items) results.add(x*x)",
                () -> {
                  List<Long> results = new ArrayList<>(items.size());
                  for (Long x : items) {
                    results.add(x * x);
                  }
                  return results;
                },
                Seeds::sumAndLast),
            Seed.Form.of(
                LANES,
                "pool.auto().map(items, x -> x*x)",
                () -> auto.map(items, x -> x * x),
                Seeds::sumAndLast)),
        () -> {});
  }

  private static double[] sumAndLast(List<Long> results) {
    return new double[] {results.stream().mapToLong(x -> x).sum(), results.get(results.size() - 1)};
  }

  // ---- 5 ----

  private Seed blurs() {
    int count = isQuick ? 4 : 48;
    SeedBlur blur = SeedBlur.make(count);
    return seed(
        5,
        "Gaussian blur of radius 10, " + count + " JPEG files",
        blur.folder(),
        blur.forms(pool),
        SeedBlur.TOLERANCE,
        blur::close);
  }

  // ---- 6 ----

  private Seed waits() {
    int n = isQuick ? 200 : 1000;
    ExecutorService executor = Executors.newFixedThreadPool(WAITING);
    Pool many = Pool.create(WAITING);
    return seed(
        6,
        "x*x*2 + 100 over " + n + " items that wait 10 ms",
        n,
        List.of(
            Seed.Form.of(
                JAVA,
                "supplyAsync(f, 100 threads).orTimeout(30, SECONDS)",
                () ->
                    finished(
                        IntStream.range(0, n)
                            .mapToObj(
                                x ->
                                    CompletableFuture.supplyAsync(() -> waiting(x), executor)
                                        .orTimeout(30, TimeUnit.SECONDS))
                            .toList()),
                Seeds::sumAndCount),
            Seed.Form.of(
                LANES,
                "Pool.create(100).submit(f).orTimeout(30, SECONDS)",
                () ->
                    finished(
                        IntStream.range(0, n)
                            .mapToObj(
                                x -> many.submit(() -> waiting(x)).orTimeout(30, TimeUnit.SECONDS))
                            .toList()),
                Seeds::sumAndCount)),
        () -> {
          executor.shutdown();
          many.close();
        });
  }

  private static long waiting(long x) {
    try {
      Thread.sleep(WAIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return x * x * 2 + 100;
  }

  private static List<Long> finished(List<CompletableFuture<Long>> futures) {
    List<Long> results = new ArrayList<>();
    futures.stream()
        .map(future -> future.thenAccept(result -> add(results, result)))
        .toList()
        .forEach(CompletableFuture::join);
    return results;
  }

  private static void add(List<Long> results, Long result) {
    synchronized (results) {
      results.add(result);
    }
  }

  private static double[] sumAndCount(List<Long> results) {
    synchronized (results) {
      return new double[] {results.stream().mapToLong(x -> x).sum(), results.size()};
    }
  }

  // ---- 7 ----

  private Seed counter() {
    int n = isQuick ? 40_000 : 100_000;
    SeedCounter counter = SeedCounter.start(n);
    return seed(
        7,
        String.format("4 processes count to %,d together", n),
        n,
        List.of(
            Seed.Form.of(JAVA, "FileChannel.lock, mapped file", counter::inFile, c -> c),
            Seed.Form.of(LANES, "SharedArray: lock, get, set, unlock", counter::underLock, c -> c),
            Seed.Form.of(LANES, "SharedArray.getAndAdd(1)", counter::atomically, c -> c)),
        counter::close);
  }

  // ---- 8 ----

  private Seed queues() {
    int n = isQuick ? 10_000 : 100_000;
    return seed(
        8,
        String.format("a producer, a consumer, %,d items", n),
        n,
        List.of(
            Seed.Form.of(
                JAVA,
                "ArrayBlockingQueue, two threads",
                () -> throughQueue(n),
                s -> new double[] {s}),
            Seed.Form.of(
                LANES,
                "pool.imap(items, produce), consumed as a stream",
                () -> {
                  try (Stream<Long> results =
                      pool.imap(LongStream.range(0, n).boxed(), i -> i * i)) {
                    return results.mapToLong(x -> x).sum();
                  }
                },
                s -> new double[] {s})),
        () -> {});
  }

  private static long throughQueue(int n) throws InterruptedException {
    BlockingQueue<Long> queue = new ArrayBlockingQueue<>(1024);
    Thread producer =
        new Thread(
            () -> {
              try {
                for (long i = 0; i < n; i++) {
                  queue.put(i * i);
                }
                queue.put(-1L);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    producer.start();
    long sum = 0;
    for (long value; (value = queue.take()) >= 0; ) {
      sum += value;
    }
    return sum;
  }

  // ---- 9 ----

  private Seed handover() {
    int rows = 10_000;
    double[][] values = new double[rows][100];
    for (int i = 0; i < rows * 100; i++) {
      values[i / 100][i % 100] = i % 1000 * 0.25;
    }
    String name = "seeds-" + ProcessHandle.current().pid();
    SharedArray shared = SharedArray.create(name, DType.FLOAT64, rows, 100);
    try (NDArray all =
        NDArray.of(Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray())) {
      shared.array().copyFrom(all.reshape(rows, 100));
    }
    Expression sum = Expression.compile("sum(a)");
    return seed(
        9,
        String.format("hand over %,d x 100 doubles and sum them", rows),
        rows,
        List.of(
            Seed.Form.of(
                JAVA,
                "ObjectOutputStream, ObjectInputStream, loop",
                () -> total(copied(values)),
                s -> new double[] {s}),
            Seed.Form.of(
                LANES,
                "SharedArray.attach(name, false), \"sum(a)\"",
                () -> {
                  try (SharedArray mine = SharedArray.attach(name, false);
                      NDArray s = sum.evaluate(Map.of("a", mine.array()))) {
                    return s.getDouble();
                  }
                },
                s -> new double[] {s})),
        () -> {
          shared.unlink();
          shared.close();
        });
  }

  private static double[][] copied(double[][] values) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(values);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (double[][]) in.readObject();
    }
  }

  private static double total(double[][] values) {
    double sum = 0;
    for (double[] row : values) {
      for (double value : row) {
        sum += value;
      }
    }
    return sum;
  }

  @Override
  public void close() {
    pool.close();
  }
}
