package dev.lanes;

import dev.lanes.LanesException.Code;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Worker JVMs that run items, for work that must not endanger this process: native code that may
 * crash, memory that may run out, tasks that may have to be killed. An item and its result are
 * short texts; arrays go by name, as {@link SharedArray}s. Where nothing of that matters, threads
 * are faster and simpler.
 *
 * <p><b>Failures.</b> An item whose task throws, or whose worker ends, fails by itself, with a
 * {@link LanesException} WORKER that tells what happened; the others go on, and another worker
 * takes the place of one that ended. Completing a future early, by {@link CompletableFuture#cancel}
 * or {@link CompletableFuture#orTimeout}, kills the worker that runs its item. Workers end when
 * this process does, however it ends.
 *
 * <p><b>The workers</b> are started by the {@code java} and with the class path or module path of
 * this JVM, its {@code lanes.*} system properties, and an equal share of its heap and of {@link
 * Lanes#threads()}; options given to {@link #start} come after these and win. On OutOfMemoryError a
 * worker ends. What tasks print goes to this process's standard error.
 *
 * <p>Thread-safe.
 */
public final class WorkerProcesses implements AutoCloseable {

  /** What a worker does; made once in each, by a constructor without parameters. */
  public interface Task {
    /**
     * Runs an item, one at a time in each worker.
     *
     * @param item as it was submitted
     * @return the result, not null
     * @throws Exception which fails the item
     */
    String run(String item) throws Exception;
  }

  private static final long SMALLEST_HEAP = 64L << 20;
  private static final int OUT_OF_MEMORY = 3; // the exit code by -XX:+ExitOnOutOfMemoryError
  private static final int SIGNALLED = 128; // with the signal's number added
  private static final int SECONDS_TO_END = 5;

  /** An item under way. */
  private static final class Job {
    final String item;
    final CompletableFuture<String> result = new CompletableFuture<>();
    private Process process; // that runs it, else null

    Job(String item) {
      this.item = item;
      result.whenComplete((value, error) -> kill());
    }

    private synchronized void kill() {
      if (process != null) {
        process.destroyForcibly();
      }
    }

    /** Says which process runs the item from now on; false when nobody wants its result. */
    synchronized boolean runsOn(Process now) {
      process = now;
      return !result.isDone();
    }
  }

  private static final Job END = new Job("");

  private final List<String> command;
  private final BlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
  private final List<Worker> workers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private boolean closed;

  private WorkerProcesses(List<String> command, int count) {
    this.command = command;
    for (int i = 0; i < count; i++) {
      Worker worker = new Worker();
      workers.add(worker);
      Thread thread = new Thread(worker::run, "lanes-worker-" + i);
      thread.setDaemon(true);
      threads.add(thread);
    }
  }

  /**
   * Starts worker JVMs.
   *
   * @param task the class that runs the items, named, with a constructor without parameters; in a
   *     module, one of a package that is open to {@code dev.lanes}
   * @param workers how many, from 1 to 1024
   * @param options further options of the JVM, such as {@code -Xmx512m}
   * @return the workers, which take items
   * @throws LanesException TYPE for a class that cannot be made by its name, LIMIT for other counts
   */
  public static WorkerProcesses start(Class<? extends Task> task, int workers, String... options) {
    if (workers < 1 || workers > 1024) {
      throw new LanesException(
          Code.LIMIT, "the number of workers is from 1 to 1024, not " + workers);
    }
    try {
      task.getDeclaredConstructor();
    } catch (NoSuchMethodException e) {
      String message =
          task.getName() + " has no constructor without parameters, by which workers make it";
      throw new LanesException(Code.TYPE, message, e);
    }
    if (task.isHidden() || task.isInterface()) {
      throw new LanesException(
          Code.TYPE, "a worker cannot make a " + task.getName() + ": give a class with a name");
    }
    WorkerProcesses processes =
        new WorkerProcesses(command(task.getName(), workers, options), workers);
    processes.threads.forEach(Thread::start);
    return processes;
  }

  private static List<String> command(String task, int workers, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-XX:+DisplayVMOutputToStderr"); // the standard output is for replies
    command.add("-Xmx" + Math.max(Runtime.getRuntime().maxMemory() / workers, SMALLEST_HEAP));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--enable-native-access"))
        .forEach(command::add);
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("lanes."))
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.add("-Dlanes.threads=" + Math.max(1, Lanes.threads() / workers));
    Module module = WorkerProcesses.class.getModule();
    String modules = System.getProperty("jdk.module.path");
    if (modules != null) {
      command.addAll(List.of("--module-path", modules, "--add-modules", "ALL-MODULE-PATH"));
    }
    String classes = System.getProperty("java.class.path", "");
    if (!classes.isEmpty()) { // else there are modules only, and an empty path would be a folder
      command.addAll(List.of("-cp", classes));
    }
    command.addAll(Arrays.asList(options));
    if (module.isNamed()) {
      command.addAll(List.of("-m", module.getName() + "/" + WorkerMain.class.getName()));
    } else {
      command.add(WorkerMain.class.getName());
    }
    command.add(task);
    return command;
  }

  /**
   * Gives an item to the next worker that is free.
   *
   * @param item for the task
   * @return the result to be; fails with a LanesException WORKER when the task throws or the worker
   *     ends
   * @throws LanesException CLOSED
   */
  public CompletableFuture<String> submit(String item) {
    Job job = new Job(Objects.requireNonNull(item, "item"));
    synchronized (this) {
      if (closed) {
        throw new LanesException(Code.CLOSED, "the workers were closed");
      }
      jobs.add(job);
    }
    return job.result;
  }

  /**
   * Takes no more items, waits until those that were submitted are done, and ends the workers. When
   * the thread is interrupted meanwhile, items that are not done fail. May be called again.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (!closed) {
        closed = true;
        threads.forEach(thread -> jobs.add(END));
      }
    }
    boolean interrupted = false;
    for (int i = 0; i < threads.size(); ) {
      try {
        threads.get(i).join();
        i++;
      } catch (InterruptedException e) {
        interrupted = true;
        abort();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void abort() {
    for (Job job = jobs.poll(); job != null; job = jobs.poll()) {
      fail(job, "the workers were closed before it ran", null);
    }
    workers.forEach(worker -> jobs.add(END));
    workers.forEach(Worker::kill);
  }

  private static void fail(Job job, String why, Exception cause) {
    String shown = job.item.length() > 80 ? job.item.substring(0, 80) + "..." : job.item;
    job.result.completeExceptionally(
        new LanesException(Code.WORKER, "item '" + shown + "' failed: " + why, cause));
  }

  /** One worker after the other, in one thread of this process. */
  private final class Worker {
    private volatile Process process; // null before it starts and after it ended
    private DataOutputStream requests;
    private DataInputStream replies;

    void run() {
      try {
        tryToStart();
        for (Job job = jobs.take(); job != END; job = jobs.take()) {
          if (!job.result.isDone()) {
            run(job);
          }
        }
        end();
      } catch (InterruptedException e) {
        kill(); // nobody but a closing JVM interrupts this thread
      }
    }

    private void tryToStart() {
      try {
        start();
      } catch (IOException e) {
        process = null; // the first item will say so
      }
    }

    void kill() {
      Process now = process;
      if (now != null) {
        now.destroyForcibly();
      }
    }

    private void start() throws IOException {
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
      process = builder.start();
      requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
      replies = new DataInputStream(new BufferedInputStream(process.getInputStream()));
    }

    private void run(Job job) throws InterruptedException {
      try {
        if (process == null || !process.isAlive()) {
          start();
        }
      } catch (IOException e) {
        fail(job, "no worker could be started: " + e.getMessage(), e);
        return;
      }
      if (!job.runsOn(process)) {
        job.runsOn(null);
        return;
      }
      try {
        WorkerMain.writeText(requests, job.item);
        requests.flush();
        int status = replies.readByte();
        if (status != WorkerMain.RESULT && status != WorkerMain.FAILURE) {
          process.destroyForcibly();
          throw new IOException("native code wrote to the worker's standard output");
        }
        String text = WorkerMain.readText(replies);
        job.runsOn(null);
        if (status == WorkerMain.RESULT) {
          job.result.complete(text);
        } else {
          fail(job, text, null);
        }
      } catch (IOException e) {
        String worker = "its worker, process " + process.pid() + ", ";
        int code = process.waitFor();
        process = null;
        job.runsOn(null);
        fail(job, worker + describe(code), e);
      }
    }

    private String describe(int code) {
      if (code > SIGNALLED) {
        return "was killed by signal " + (code - SIGNALLED);
      }
      return "ended with exit code "
          + code
          + (code == OUT_OF_MEMORY ? ", as it does when it runs out of memory" : "");
    }

    private void end() throws InterruptedException {
      if (process != null) {
        try {
          process.getOutputStream().close(); // which ends it
        } catch (IOException e) {
          // It has ended already.
        }
        if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      }
    }
  }
}
