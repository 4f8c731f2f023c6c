package dev.lanes.bench;

import dev.lanes.Lanes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where, when and how a run was made.
 *
 * @param lines Markdown list items
 */
record Machine(List<String> lines) {

  /** Asks the machine. */
  static Machine now(String jvm, String arguments) {
    Runtime runtime = Runtime.getRuntime();
    String date =
        ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm"));
    String time = date + " UTC, load average at the start " + first("/proc/loadavg", "");
    return new Machine(
        Stream.of(
                "Command: `" + ("./dev bench " + ours(arguments)).trim() + "`",
                "Time: " + time.replaceAll("(\\.\\d+ \\S+ \\S+) .*", "$1"),
                "Machine: %s, %d processors, %s"
                    .formatted(
                        first("/proc/cpuinfo", "model name"),
                        runtime.availableProcessors(),
                        first("/proc/meminfo", "MemTotal")),
                "System: "
                    + System.getProperty("os.name")
                    + " "
                    + System.getProperty("os.version").replaceAll("-.*", ""),
                "Lanes: %s at %s, %s engine, %s, %d threads"
                    .formatted(
                        Lanes.version(),
                        setting("commit"),
                        Lanes.engine().name(),
                        Lanes.isa().orElse("no instruction set"),
                        Lanes.threads()),
                "Java: " + (jvm == null ? System.getProperty("java.version") : setting("jvm")),
                "ND4J 1.0.0-M2.1 and Gandiva 15.0.0 on Java " + setting("peersjvm"),
                "Python: " + setting("packages"),
                "C++: " + setting("compiler"))
            .filter(line -> !line.endsWith(": "))
            .map(line -> "- " + line)
            .toList());
  }

  /** Leaves out what {@code dev} adds. */
  private static String ours(String arguments) {
    return arguments.replaceAll(" ?-jvm \\S+", "").trim();
  }

  private static String setting(String name) {
    return System.getProperty("lanes.bench." + name, "");
  }

  private static String first(String file, String name) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .findFirst()
          .map(line -> name.isEmpty() ? line : line.replaceFirst("[^:]*:\\s*", ""))
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }
}
