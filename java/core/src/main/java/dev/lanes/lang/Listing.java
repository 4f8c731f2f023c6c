package dev.lanes.lang;

import dev.lanes.lang.Program.Input;
import dev.lanes.lang.Program.Instruction;
import dev.lanes.lang.Program.Load;
import dev.lanes.lang.Program.Operand;
import dev.lanes.lang.Program.Output;
import dev.lanes.lang.Program.Pass;
import dev.lanes.lang.Program.Role;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A program in a form that people can read. */
public final class Listing {

  private Listing() {}

  /**
   * Lists passes, registers and instructions.
   *
   * @param program the program
   * @param names of the expression's variables
   * @return one line per step
   */
  public static String of(Program program, List<String> names) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < program.passes().size(); i++) {
      Pass pass = program.passes().get(i);
      long read =
          pass.inputs().stream()
              .map(input -> program.operands().get(input.operand()))
              .mapToLong(Listing::bytes)
              .sum();
      long written =
          pass.outputs().stream()
              .filter(output -> output.reduction() == null)
              .map(output -> program.operands().get(output.operand()))
              .mapToLong(Listing::bytes)
              .sum();
      text.append(
          String.format(
              Locale.ROOT,
              "pass %d: %s, reads %d and writes %d bytes per element, %d registers, about %.2f ns per element%n",
              i + 1,
              work(pass),
              read,
              written,
              pass.registers().size(),
              program.cost(pass)));
      steps(program, pass, names, text);
    }
    return text.toString();
  }

  private static void steps(Program program, Pass pass, List<String> names, StringBuilder text) {
    for (Input input : pass.inputs()) {
      line(
          text,
          register(pass, input.register()),
          name(program.operands().get(input.operand()), names));
    }
    for (Load load : pass.loads()) {
      line(
          text,
          register(pass, load.register()),
          program.constants().get(load.constant()).toString());
    }
    for (Instruction instruction : pass.instructions()) {
      String arguments =
          instruction.arguments().stream().map(r -> "r" + r).collect(Collectors.joining(", "));
      line(
          text,
          register(pass, instruction.destination()),
          instruction.kernel().op().id() + "(" + arguments + ")");
    }
    for (Output output : pass.outputs()) {
      String value = "r" + output.register();
      line(
          text,
          name(program.operands().get(output.operand()), names),
          output.reduction() == null ? value : reduced(pass, output, value));
    }
  }

  private static String work(Pass pass) {
    boolean stores = pass.outputs().stream().anyMatch(output -> output.reduction() == null);
    if (!pass.isReducing()) {
      return "stores";
    }
    String along = pass.axes().numbers() == null ? "all axes" : "axes " + pass.axes().numbers();
    return (stores ? "stores, and reduces " : "reduces ") + along;
  }

  private static String reduced(Pass pass, Output output, String value) {
    StringBuilder text = new StringBuilder(output.reduction().op().id()).append('(').append(value);
    if (pass.axes().numbers() != null) {
      text.append(", axis=").append(pass.axes().numbers());
    }
    if (output.keepDims()) {
      text.append(", keepdims=True");
    }
    if (output.ddof() != 0) {
      text.append(", ddof=").append(output.ddof());
    }
    return text.append(')').toString();
  }

  private static void line(StringBuilder text, String target, String source) {
    text.append(String.format("  %-16s = %s%n", target, source));
  }

  private static String register(Pass pass, int register) {
    return "r" + register + ":" + pass.registers().get(register);
  }

  private static long bytes(Operand operand) {
    return operand.role() == Role.INPUT || operand.role() == Role.OUTPUT
        ? operand.dtype().bytes()
        : 0;
  }

  private static String name(Operand operand, List<String> names) {
    String name =
        switch (operand.role()) {
          case INPUT, SCALAR -> names.get(operand.index());
          case TEMPORARY -> "t" + operand.index();
          case OUTPUT -> operand.index() == 0 ? "out" : "out" + (operand.index() + 1);
        };
    return name + ":" + operand.dtype();
  }
}
