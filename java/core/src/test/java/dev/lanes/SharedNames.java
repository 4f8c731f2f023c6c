package dev.lanes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Names of shared memory for tests that run at the same time as others on the same machine. */
final class SharedNames {
  static final Path FOLDER = Path.of("/dev/shm");
  private static final AtomicInteger COUNT = new AtomicInteger();

  private SharedNames() {}

  /** A name that nobody else uses, in this run or another one. */
  static String fresh() {
    return "test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-end";
  }

  /** The file of an array that describes itself. */
  static Path file(String name) {
    return FOLDER.resolve("lanes." + name);
  }

  /** The files in whose names a text stands. */
  static List<String> leftOf(String text) throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(f -> f.contains(text))
          .toList();
    }
  }
}
