package dev.lanes.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A process in which peers work that are not written in Java, or need other versions of our
 * libraries. It takes turns when asked through its pipes; {@code python/peers.py} describes the
 * lines. One that dies or hangs costs the peers in it their column and no more.
 */
final class Worker {
  private static final int HANGS_SECONDS = 180;
  private static final Map<Kind, Worker> WORKERS =
      Collections.synchronizedMap(new EnumMap<>(Kind.class));

  private final Process process;
  private final Writer questions;
  private final BufferedReader answers;

  /** What runs in one process. */
  enum Kind {
    PYTHON,
    ND4J,
    GANDIVA,
    MACHINE;

    static Kind of(Peer peer) {
      return switch (peer) {
        case ND4J -> ND4J;
        case GANDIVA -> GANDIVA;
        case FUSED, TRAFFIC -> MACHINE;
        default -> PYTHON;
      };
    }
  }

  private Worker(Kind kind) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(kind));
    builder.redirectError(ProcessBuilder.Redirect.appendTo(new File(property("log"))));
    // ND4J's OpenBLAS does not know processors that are younger than it.
    builder.environment().keySet().removeIf(name -> name.startsWith("OPENBLAS_"));
    if (kind == Kind.ND4J) {
      builder.environment().put("OPENBLAS_CORETYPE", "Haswell");
    }
    process = builder.start();
    questions = process.outputWriter(StandardCharsets.UTF_8);
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * The process of a kind of peers, started when it is first asked for.
   *
   * @throws IllegalStateException when there is none
   */
  static Worker of(Kind kind) {
    return WORKERS.computeIfAbsent(
        kind,
        key -> {
          try {
            return new Worker(key);
          } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
          }
        });
  }

  /** Ends all of them. */
  static void closeAll() {
    WORKERS.values().forEach(worker -> worker.process.destroyForcibly());
    WORKERS.clear();
  }

  /**
   * Asks for something and waits for it.
   *
   * @throws IllegalStateException with what the peer says when it cannot, or is gone
   */
  List<String> ask(Object... fields) {
    List<String> words = new ArrayList<>();
    for (Object field : fields) {
      words.add(String.valueOf(field));
    }
    AtomicBoolean isAnswered = new AtomicBoolean();
    Executor later = CompletableFuture.delayedExecutor(HANGS_SECONDS, TimeUnit.SECONDS);
    later.execute(
        () -> {
          if (!isAnswered.get()) {
            process.destroyForcibly();
          }
        });
    try {
      questions.write(String.join("\t", words) + "\n");
      questions.flush();
      String answer = answers.readLine();
      isAnswered.set(true);
      if (answer == null) {
        throw new IllegalStateException("its process ended");
      }
      if (!answer.startsWith("ok")) {
        throw new IllegalStateException(answer.replaceFirst("^no\t", ""));
      }
      return List.of(answer.split("\t")).subList(1, answer.split("\t").length);
    } catch (IOException e) {
      throw new IllegalStateException("its process ended", e);
    }
  }

  private static List<String> command(Kind kind) throws IOException {
    return switch (kind) {
      case PYTHON -> List.of(property("python"), "bench/python/peers.py");
      case MACHINE -> List.of(property("machine"));
      case ND4J, GANDIVA ->
          List.of(
              property("java"),
              "-Xmx1g",
              // Arrow and JavaCPP look into the JDK.
              "--add-opens=java.base/java.nio=ALL-UNNAMED",
              "-Dorg.bytedeco.javacpp.maxBytes=8g",
              "-Dorg.bytedeco.javacpp.maxPhysicalBytes=10g",
              "-cp",
              property("peers"),
              "dev.lanes.bench.peers.Main");
    };
  }

  private static String property(String name) throws IOException {
    String value = System.getProperty("lanes.bench." + name, "");
    if (value.isEmpty()) {
      throw new IOException("not there on this machine");
    }
    return value;
  }
}
