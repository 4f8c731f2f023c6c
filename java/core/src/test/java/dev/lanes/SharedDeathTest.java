package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Processes that share arrays and are killed at any moment: no lock stays lost, nothing is left.
 */
@Timeout(400)
class SharedDeathTest {
  private static final int KILLS = 100;
  private static final int WORKERS = 3;
  private static final int FIRST = 0;
  private static final int SECOND = 1;
  private static final int REPAIRS = 2;
  private static final int ERRORS = 3;
  private static final int AT_WORK = 4;

  /** Works on the array under its lock, and makes arrays of its own, until it is killed. */
  public static final class Toil implements WorkerProcesses.Task {
    /** Ready. */
    public Toil() {}

    @Override
    public String run(String item) throws Exception {
      String name = item.split(" ")[0];
      int slot = Integer.parseInt(item.split(" ")[1]);
      try (SharedArray array = SharedArray.attach(name)) {
        SharedLock lock = array.lock(0);
        SharedSemaphore two = array.semaphore(0, 2);
        for (int i = 0; ; i++) {
          two.acquire();
          lock.lock();
          work(array, lock, AT_WORK + slot);
          lock.unlock();
          two.release();
          makeOne(name + "-" + ProcessHandle.current().pid() + "-" + i, i % 2 == 0);
        }
      }
    }

    private static void work(SharedArray array, SharedLock lock, int slot)
        throws InterruptedException {
      NDArray numbers = array.array();
      long first = numbers.getLong(FIRST);
      if (lock.holderDied()) {
        numbers.setLong(first, SECOND);
        numbers.setLong(numbers.getLong(REPAIRS) + 1, REPAIRS);
      }
      if (numbers.getLong(SECOND) != first) {
        array.getAndAdd(1, ERRORS);
      }
      numbers.setLong(first + 1, FIRST);
      array.setVolatile(1, slot);
      Thread.sleep(
          1); // most deaths meet one who holds the lock, and the machine has time for others
      numbers.setLong(first + 1, SECOND);
    }

    private static void makeOne(String name, boolean raw) {
      try (SharedArray mine =
          raw
              ? SharedArray.createRaw(name, DType.INT8, 10)
              : SharedArray.create(name, DType.INT8, 10)) {
        mine.unlink();
      }
    }
  }

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final List<WorkerProcesses> workers = new ArrayList<>(); // by slot, as the toils
  private final List<CompletableFuture<String>> toils = new ArrayList<>();

  @Test
  void nothingIsLostWithAProcess() throws Exception {
    System.out.println("seed " + seed);
    boolean hasPython = Python.has("multiprocessing.shared_memory");
    if (!hasPython) {
      System.err.println("python3 is not on this machine: only JVMs are killed");
    }
    String name = SharedNames.fresh();
    try (SharedArray array = SharedArray.create(name, DType.INT64, AT_WORK + WORKERS)) {
      try (WorkerProcesses quick = start(WORKERS - 1, "-Dlanes.engine=java");
          WorkerProcesses same = start(1)) {
        for (int slot = 0; slot < WORKERS; slot++) {
          workers.add(slot == 0 ? same : quick);
          toils.add(workers.get(slot).submit(name + " " + slot));
        }
        for (int kills = 0; kills < KILLS; kills++) {
          if (hasPython && kills % 4 == 3) {
            killPython(array);
          } else {
            killWorker(array);
          }
        }
        toils.forEach(each -> each.cancel(true));
      }
      checkState(array);
      array.unlink();
    }
    SharedArray.sweep();
    assertThat(SharedNames.leftOf(name)).isEmpty();
    assertThat(SharedNames.leftOf("lanes..make.")).noneMatch(SharedDeathTest::isOfTheDead);
  }

  /** Workers that start quickly; without the native library most so. */
  private static WorkerProcesses start(int count, String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
    return WorkerProcesses.start(Toil.class, count, all.toArray(String[]::new));
  }

  /** Kills a worker that has held the lock at least once, and starts its successor. */
  private void killWorker(SharedArray array) throws Exception {
    int slot = random.nextInt(WORKERS);
    while (array.getVolatile(AT_WORK + slot) == 0) {
      assertThat(toils.get(slot)).isNotDone();
      Thread.sleep(1);
    }
    TimeUnit.MICROSECONDS.sleep(random.nextInt(5_000));
    toils.get(slot).cancel(true);
    array.setVolatile(0, AT_WORK + slot);
    toils.set(slot, workers.get(slot).submit(array.name() + " " + slot));
  }

  /** Works on a segment whose maker is killed meanwhile. */
  private void killPython(SharedArray array) throws Exception {
    try (Python python = Python.script(true, "dies.py")) {
      String made = python.line();
      try (SharedArray shared = SharedArray.attachRaw(made, true, DType.INT64, 1000)) {
        Expression square = Expression.compile("x*x");
        TimeUnit.MICROSECONDS.sleep(random.nextInt(5_000));
        square.evaluateInto(shared.array(), shared.array());
        python.kill();
        square.evaluateInto(shared.array(), shared.array());
        shared.setVolatile(3, 999);
        assertThat(shared.getVolatile(999)).isEqualTo(3);
        for (int i = 0; i < 1000 && Files.exists(SharedNames.FOLDER.resolve(made)); i++) {
          Thread.sleep(5); // until Python's tracker has seen it
        }
        assertThat(SharedNames.leftOf(made)).isEmpty();
      }
    }
  }

  private static void checkState(SharedArray array) throws InterruptedException {
    SharedLock lock = array.lock(0);
    assertThat(lock.tryLock(5, TimeUnit.SECONDS)).isTrue();
    NDArray numbers = array.array();
    if (!lock.holderDied()) {
      assertThat(numbers.getLong(SECOND)).isEqualTo(numbers.getLong(FIRST));
    }
    lock.unlock();
    SharedSemaphore two = array.semaphore(0, 2);
    assertThat(two.tryAcquire() && two.tryAcquire()).isTrue();
    two.release();
    two.release();
    System.out.println(
        numbers.getLong(FIRST)
            + " rounds, repaired after death of the holder: "
            + numbers.getLong(REPAIRS)
            + ", permits recovered: "
            + two.recovered());
    assertThat(numbers.getLong(REPAIRS)).isPositive();
    assertThat(two.recovered()).isPositive();
    assertThat(numbers.getLong(ERRORS)).isZero();
  }

  private static boolean isOfTheDead(String file) {
    String pid = file.split("\\.")[4];
    return !Files.exists(Path.of("/proc", pid));
  }
}
