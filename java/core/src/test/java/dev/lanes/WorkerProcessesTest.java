package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Worker JVMs, what they do, and what becomes of their items when they die. */
@Timeout(60)
class WorkerProcessesTest {
  private static final String[] LIGHT = {
    "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-Dtest.option=given"
  };

  /** Does what the item says. */
  public static final class Chores implements WorkerProcesses.Task {
    private int count;

    /** Ready. */
    public Chores() {}

    @Override
    public String run(String item) throws Exception {
      count++;
      String argument = item.substring(item.indexOf(' ') + 1);
      switch (item.split(" ")[0]) {
        case "echo":
          return argument;
        case "count":
          return Integer.toString(count);
        case "pid":
          return Long.toString(ProcessHandle.current().pid());
        case "property":
          return System.getProperty(argument);
        case "print":
          System.out.println(argument);
          return "printed";
        case "throw":
          throw new IOException(argument);
        case "exit":
          System.exit(Integer.parseInt(argument));
          return "";
        case "kill":
          long me = ProcessHandle.current().pid();
          return "" + new ProcessBuilder("kill", "-9", "" + me).start().waitFor();
        case "fill":
          List<long[]> all = new ArrayList<>();
          while (true) {
            all.add(new long[1 << 16]);
          }
        case "sleep":
          Thread.sleep(60_000);
          return "";
        case "square":
          try (SharedArray array = SharedArray.attach(argument)) {
            Expression.compile("x*x").evaluateInto(array.array(), array.array());
            return array.array().shape().length + " axes";
          }
        case "count-up":
          try (SharedArray array = SharedArray.attach(argument)) {
            for (int i = 0; i < 500; i++) {
              SharedLock lock = array.lock(0);
              lock.lock();
              try {
                array.array().setLong(array.array().getLong(0) + 1, 0);
              } finally {
                lock.unlock();
              }
              array.getAndAdd(1, 1);
            }
            return "done";
          }
        default:
          throw new IllegalArgumentException(item);
      }
    }
  }

  /** A parent that is to be killed: prints the numbers of its workers, which sleep then. */
  public static final class Parent {
    private Parent() {}

    /**
     * Runs it.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) throws Exception {
      try (WorkerProcesses workers = WorkerProcesses.start(Chores.class, 2, LIGHT)) {
        CompletableFuture<String> first = workers.submit("pid");
        System.out.println(first.get());
        workers.submit("sleep");
        workers.submit("sleep").get();
      }
    }
  }

  private static LanesException failure(CompletableFuture<String> result) {
    ExecutionException e = catchThrowableOfType(ExecutionException.class, result::get);
    assertThat(e).hasCauseInstanceOf(LanesException.class);
    LanesException cause = (LanesException) e.getCause();
    assertThat(cause.code()).isEqualTo(Code.WORKER);
    return cause;
  }

  private static void eventually(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
      Thread.sleep(10);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  @Test
  void itemsGoThereAndResultsComeBack() throws Exception {
    String odd = "lines\nand \u00e4\u20ac\ud83d\ude00 and \0 " + "long".repeat(50_000);
    long pid;
    try (WorkerProcesses workers = WorkerProcesses.start(Chores.class, 1, LIGHT)) {
      CompletableFuture<String> printed = workers.submit("print this is no result");
      assertThat(workers.submit("echo " + odd).get()).isEqualTo(odd);
      assertThat(workers.submit("echo ").get()).isEmpty();
      assertThat(printed.get()).isEqualTo("printed");
      assertThat(workers.submit("count").get()).as("one task object a worker").isEqualTo("4");
      assertThat(workers.submit("property test.option").get()).isEqualTo("given");
      assertThat(workers.submit("property lanes.threads").get())
          .isEqualTo(Integer.toString(Lanes.threads()));
      pid = Long.parseLong(workers.submit("pid").get());
      assertThat(isAlive(pid)).isTrue();
    }
    assertThat(isAlive(pid)).isFalse();
  }

  @Test
  void arraysGoByName() throws Exception {
    String name = SharedNames.fresh();
    try (SharedArray array = SharedArray.create(name, DType.FLOAT64, 3, 2);
        WorkerProcesses workers = WorkerProcesses.start(Chores.class, 2, LIGHT)) {
      array.array().copyFrom(NDArray.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2));
      assertThat(workers.submit("square " + name).get()).isEqualTo("2 axes");
      assertThat(array.array().toDoubleArray()).containsExactly(1, 4, 9, 16, 25, 36);
      array.unlink();
      assertThat(failure(workers.submit("square " + name)))
          .hasMessageContaining("there is no shared array");
    }
  }

  @Test
  void processesExcludeEachOther() throws Exception {
    String name = SharedNames.fresh();
    try (SharedArray array = SharedArray.create(name, DType.INT64, 2);
        WorkerProcesses workers = WorkerProcesses.start(Chores.class, 3, LIGHT)) {
      List<CompletableFuture<String>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        all.add(workers.submit("count-up " + name));
      }
      for (CompletableFuture<String> each : all) {
        assertThat(each.get()).isEqualTo("done");
      }
      assertThat(array.array().toLongArray()).containsExactly(1_500, 1_500);
      array.unlink();
    }
  }

  @Test
  void aFailureIsThatOfItsItem() throws Exception {
    try (WorkerProcesses workers = WorkerProcesses.start(Chores.class, 2, LIGHT)) {
      List<CompletableFuture<String>> good = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        good.add(workers.submit("echo " + i));
      }
      CompletableFuture<String> thrown = workers.submit("throw so there");
      CompletableFuture<String> exited = workers.submit("exit 7");
      CompletableFuture<String> killed = workers.submit("kill");
      CompletableFuture<String> filled = workers.submit("fill");
      CompletableFuture<String> nothing = workers.submit("property there.is.none");
      for (int i = 10; i < 20; i++) {
        good.add(workers.submit("echo " + i));
      }
      for (int i = 0; i < good.size(); i++) {
        assertThat(good.get(i).get()).isEqualTo(Integer.toString(i));
      }
      assertThat(failure(thrown))
          .hasMessageContaining("item 'throw so there' failed")
          .hasMessageContaining("java.io.IOException: so there")
          .hasMessageContaining("at " + Chores.class.getName());
      assertThat(failure(exited)).hasMessageContaining("ended with exit code 7");
      assertThat(failure(killed)).hasMessageContaining("was killed by signal 9");
      assertThat(failure(filled)).hasMessageContaining("runs out of memory");
      assertThat(failure(nothing)).hasMessageContaining("returned null");
    }
  }

  @Test
  void aTimeoutKillsTheWorkerAndAnotherTakesItsPlace() throws Exception {
    try (WorkerProcesses workers = WorkerProcesses.start(Chores.class, 1, LIGHT)) {
      long pid = Long.parseLong(workers.submit("pid").get());
      CompletableFuture<String> late =
          workers.submit("sleep").orTimeout(100, TimeUnit.MILLISECONDS);
      CompletableFuture<String> dropped = workers.submit("exit 1");
      assertThat(dropped.cancel(true)).isTrue();
      long other = Long.parseLong(workers.submit("pid").get());
      assertThat(late).isCompletedExceptionally();
      assertThat(other).isNotEqualTo(pid);
      eventually(() -> !isAlive(pid));
    }
  }

  @Test
  void closingWaitsAndThenTakesNoMore() throws Exception {
    WorkerProcesses workers = WorkerProcesses.start(Chores.class, 1, LIGHT);
    CompletableFuture<String> last = workers.submit("echo last");
    workers.close();
    workers.close();
    assertThat(last.getNow("none")).isEqualTo("last");
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> workers.submit("echo more"));
    assertThat(e.code()).isEqualTo(Code.CLOSED);
  }

  @Test
  void anInterruptOfClosingFailsWhatIsNotDone() throws Exception {
    WorkerProcesses workers = WorkerProcesses.start(Chores.class, 1, LIGHT);
    workers.submit("echo up").get();
    CompletableFuture<String> running = workers.submit("sleep");
    CompletableFuture<String> waiting = workers.submit("echo never");
    Thread.sleep(100); // the first one has begun
    Thread.currentThread().interrupt();
    workers.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(failure(running)).hasMessageContaining("killed by signal 9");
    assertThat(failure(waiting)).hasMessageContaining("closed before it ran");
  }

  @Test
  void workersEndWhenTheirParentDies() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader lines = parent.inputReader()) {
      lines.readLine();
      eventually(() -> parent.children().count() == 2);
      List<ProcessHandle> workers = parent.children().toList();
      Thread.sleep(100); // the items have begun
      parent.destroyForcibly().waitFor();
      eventually(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
    }
  }

  @Test
  void whatCannotWorkIsRefusedAtOnce() {
    assertThat(
            catchThrowableOfType(LanesException.class, () -> WorkerProcesses.start(Chores.class, 0))
                .code())
        .isEqualTo(Code.LIMIT);
    WorkerProcesses.Task lambda = item -> item;
    assertThat(
            catchThrowableOfType(
                    LanesException.class, () -> WorkerProcesses.start(lambda.getClass(), 1))
                .code())
        .isEqualTo(Code.TYPE);
    assertThat(
            catchThrowableOfType(
                    LanesException.class,
                    () -> WorkerProcesses.start(WorkerProcesses.Task.class, 1))
                .code())
        .isEqualTo(Code.TYPE);
  }

  @Test
  void aWorkerThatDoesNotStartFailsItsItems() {
    try (WorkerProcesses workers = WorkerProcesses.start(Chores.class, 1, "-XX:NoSuchOption")) {
      assertThat(failure(workers.submit("echo"))).hasMessageContaining("exit code 1");
      assertThat(failure(workers.submit("echo"))).hasMessageContaining("exit code 1");
    }
  }
}
