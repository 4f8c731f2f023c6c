package dev.lanes.cli;

/** The {@code lanes} command. */
public final class Main {

  private Main() {}

  /**
   * Runs the command.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.out.println("{\"engine\": \"native\", \"isas\": [\"SSE4\"]}");
  }
}
