package dev.lanes.bench.peers;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Takes turns in the benchmark when asked over its pipes; {@code peers.py} describes the lines. */
public final class Main {
  private final Map<String, Turn> turns = new HashMap<>();

  private Main() {}

  /**
   * Serves until its input ends.
   *
   * @param arguments none
   * @throws IOException when a pipe breaks
   */
  public static void main(String[] arguments) throws IOException {
    PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
    // What libraries print must not mix with the answers.
    System.setOut(System.err);
    Main main = new Main();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String answer;
      try {
        answer = "ok\t" + main.answer(line.split("\t"));
      } catch (Exception | LinkageError e) {
        answer = "no\t" + e.toString().replaceAll("\\s+", " ");
      }
      answers.println(answer);
    }
    // Libraries leave threads behind.
    System.exit(0);
  }

  private String answer(String[] fields) throws Exception {
    String key = fields[1];
    switch (fields[0]) {
      case "prepare" -> {
        boolean isFloat = fields[4].equals("FLOAT32");
        int n = Integer.parseInt(fields[5]);
        int operands = Integer.parseInt(fields[6]);
        String text = fields[fields.length - 1];
        Turn turn =
            fields[2].equals("ND4J")
                ? new Nd4jTurn(Step.read(text), isFloat, operands, n)
                : new GandivaTurn(Step.read(text), isFloat, operands, n);
        turn.run();
        turns.put(key, turn);
        return "";
      }
      case "run" -> {
        return Long.toString(time(turns.get(key), Long.parseLong(fields[2]), fields[3]));
      }
      case "values" -> {
        StringBuilder values = new StringBuilder();
        for (long i = Long.parseLong(fields[2]); i < Long.parseLong(fields[3]); i++) {
          values.append(values.isEmpty() ? "" : "\t").append(turns.get(key).value(i));
        }
        return values.toString();
      }
      default -> throw new IllegalArgumentException(fields[0]);
    }
  }

  private static long time(Turn turn, long calls, String warm) {
    if (warm.equals("1")) {
      turn.run();
    }
    long start = System.nanoTime();
    for (long i = 0; i < calls; i++) {
      turn.run();
    }
    return System.nanoTime() - start;
  }
}
