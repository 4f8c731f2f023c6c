package dev.lanes.cli;

import dev.lanes.DType;
import dev.lanes.SharedArray;
import dev.lanes.SharedLock;
import dev.lanes.WorkerProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Four JVMs that count in common, in a file under its lock or in a shared array. */
final class SeedCounter implements AutoCloseable {

  private static final int PROCESSES = 4;

  private final SharedArray shared;
  private final Path file;
  private final int count;
  private final WorkerProcesses workers;

  private SeedCounter(SharedArray shared, Path file, int count) {
    this.shared = shared;
    this.file = file;
    this.count = count;
    workers = WorkerProcesses.start(Counting.class, PROCESSES, "-Xmx64m");
  }

  /** Starts the JVMs, which count to a number together. */
  static SeedCounter start(int count) {
    try {
      Path file = Files.createTempFile("lanes-seeds", ".counter");
      Files.write(file, new byte[Long.BYTES]);
      String name = "seeds-counter-" + ProcessHandle.current().pid();
      return new SeedCounter(SharedArray.create(name, DType.INT64, 1), file, count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  double[] inFile() throws IOException {
    Files.write(file, new byte[Long.BYTES]);
    count("file " + file);
    return new double[] {ByteBuffer.wrap(Files.readAllBytes(file)).getLong()};
  }

  double[] underLock() {
    return inArray("lock ");
  }

  double[] atomically() {
    return inArray("atomic ");
  }

  private double[] inArray(String way) {
    shared.setVolatile(0, 0);
    count(way + shared.name());
    return new double[] {shared.getVolatile(0)};
  }

  private void count(String way) {
    List<CompletableFuture<String>> futures = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      futures.add(workers.submit(count / PROCESSES + " " + way));
    }
    futures.forEach(CompletableFuture::join);
  }

  /** What each JVM does. */
  static final class Counting implements WorkerProcesses.Task {

    Counting() {}

    @Override
    public String run(String item) throws IOException {
      String[] words = item.split(" ", 3);
      int n = Integer.parseInt(words[0]);
      if (words[1].equals("file")) {
        inFile(Path.of(words[2]), n);
        return "";
      }
      try (SharedArray shared = SharedArray.attach(words[2])) {
        if (words[1].equals("atomic")) {
          for (int i = 0; i < n; i++) {
            shared.getAndAdd(1, 0);
          }
        } else {
          underLock(shared, n);
        }
      }
      return "";
    }

    private static void underLock(SharedArray shared, int n) {
      SharedLock lock = shared.lock(0);
      for (int i = 0; i < n; i++) {
        lock.lock();
        try {
          shared.setVolatile(shared.getVolatile(0) + 1, 0);
        } finally {
          lock.unlock();
        }
      }
    }

    private static void inFile(Path file, int n) throws IOException {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        MappedByteBuffer counter = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
        for (int i = 0; i < n; i++) {
          FileLock lock = channel.lock();
          counter.putLong(0, counter.getLong(0) + 1);
          lock.release();
        }
      }
    }
  }

  @Override
  public void close() {
    workers.close();
    shared.unlink();
    shared.close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It lies in the temporary folder, which somebody cleans.
    }
  }
}
