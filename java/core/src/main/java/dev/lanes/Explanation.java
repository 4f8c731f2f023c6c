package dev.lanes;

import dev.lanes.lang.Kernel;
import dev.lanes.lang.Op;
import dev.lanes.lang.Operation;
import dev.lanes.lang.Program;
import dev.lanes.lang.Program.Input;
import dev.lanes.lang.Program.Instruction;
import dev.lanes.lang.Program.Load;
import dev.lanes.lang.Program.Operand;
import dev.lanes.lang.Program.Output;
import dev.lanes.lang.Program.Pass;
import dev.lanes.lang.Program.Role;
import dev.lanes.lang.Tree;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How an evaluation would run, in a form that people can read: its passes, what each moves and
 * costs, and its steps, where {@code r0} is a register, which holds a block, and {@code t0} is what
 * a pass leaves for later ones.
 */
final class Explanation {

  private static final String LINE = System.lineSeparator();

  private final Call call;
  private final Program program;
  private final List<String> variables;
  private final List<String> results;
  private final int mostThreads;
  private final StringBuilder text = new StringBuilder();

  private Explanation(Tree tree, Call call, int mostThreads) {
    this.call = call;
    this.program = call.program();
    this.variables = tree.names();
    this.results =
        tree.results().stream()
            .map(each -> each.name().isEmpty() ? "result" : each.name())
            .toList();
    this.mostThreads = mostThreads;
  }

  /**
   * Explains.
   *
   * @param tree what was written
   * @param call shaped, its threads decided
   * @param engine that would run it
   * @param mostThreads that work of any length would get
   */
  static String of(Tree tree, Call call, Engine engine, int mostThreads) {
    Explanation explanation = new Explanation(tree, call, mostThreads);
    explanation.text.append(tree.text()).append(LINE).append(LINE);
    explanation.results();
    explanation.summary(engine);
    for (int p = 0; p < call.program().passes().size(); p++) {
      explanation.pass(p);
    }
    return explanation.text.toString();
  }

  private void results() {
    for (int i = 0; i < program.operands().size(); i++) {
      Operand operand = program.operands().get(i);
      if (operand.role() == Role.OUTPUT) {
        text.append(results.get(operand.index())).append(": ").append(operand.dtype());
        text.append(' ').append(Arrays.toString(call.shapesLeft[i])).append(LINE);
      }
    }
  }

  private void summary(Engine engine) {
    List<Pass> passes = program.passes();
    double bytes = 0;
    double nanos = 0;
    for (int p = 0; p < passes.size(); p++) {
      bytes += read(p) + written(p);
      nanos += nanos(p) / call.threads[p];
    }
    String isa =
        engine instanceof NativeEngine ? Lanes.isa().map(s -> " (" + s + ")").orElse("") : "";
    text.append(passes.size())
        .append(passes.size() == 1 ? " pass" : " passes")
        .append(" over memory, ");
    text.append(scaled(bytes, "bytes", "kB", "MB", "GB", "TB")).append(" in all, about ");
    text.append(time(nanos)).append(" on the ").append(engine.name()).append(" engine").append(isa);
    text.append(LINE);
  }

  private void pass(int p) {
    Pass pass = program.passes().get(p);
    double size = Math.max(Call.size(call.shapes[p]), 1);
    double read = read(p);
    double written = written(p);
    text.append(LINE).append("pass ").append(p + 1).append(": ").append(work(pass));
    text.append(Arrays.toString(call.shapes[p])).append(LINE);
    line("moves " + scaled(read + written, "bytes", "kB", "MB", "GB", "TB"));
    text.append(": ").append(perElement(read / size)).append(" bytes read and ");
    text.append(perElement(written / size)).append(" written per element").append(LINE);
    line("takes " + time(nanos(p)));
    text.append(" of work, ").append(digits(program.cost(pass))).append(" ns per element, on ");
    text.append(threads(p)).append(LINE);
    line("holds " + pass.registers().size());
    text.append(pass.registers().size() == 1 ? " register" : " registers").append(LINE);
    steps(pass, call.shapes[p]);
  }

  private void line(String start) {
    text.append("  ").append(start);
  }

  private static String work(Pass pass) {
    if (!pass.isReducing()) {
      return "stores ";
    }
    boolean stores = pass.outputs().stream().anyMatch(output -> output.reduction() == null);
    List<Integer> axes = pass.axes().numbers();
    String along =
        axes == null ? "all axes" : (axes.size() == 1 ? "axis " : "axes ") + numbers(axes);
    return (stores ? "stores, and reduces " : "reduces ") + along + " of ";
  }

  private static String numbers(List<Integer> axes) {
    return axes.size() == 1
        ? axes.get(0).toString()
        : axes.toString().replace('[', '(').replace(']', ')');
  }

  private String threads(int p) {
    if (call.threads[p] > 1) {
      return "up to " + call.threads[p] + " threads";
    }
    return mostThreads > 1 ? "1 thread: sharing it would cost more" : "1 thread";
  }

  private double nanos(int p) {
    return program.cost(program.passes().get(p)) * Call.size(call.shapes[p]);
  }

  private double read(int p) {
    return program.passes().get(p).inputs().stream()
        .mapToDouble(input -> bytes(input.operand()))
        .sum();
  }

  private double written(int p) {
    return program.passes().get(p).outputs().stream()
        .mapToDouble(output -> bytes(output.operand()))
        .sum();
  }

  private double bytes(int operand) {
    DType dtype = program.operands().get(operand).dtype();
    boolean isNumber = program.operands().get(operand).role() == Role.SCALAR;
    return isNumber ? 0 : (double) Call.size(shape(operand)) * dtype.bytes();
  }

  private long[] shape(int operand) {
    return call.operands[operand] == null
        ? call.shapesLeft[operand]
        : call.operands[operand].layout().shape;
  }

  private void steps(Pass pass, long[] shape) {
    Map<Integer, String> values = new HashMap<>();
    for (int r = 0; r < pass.registers().size(); r++) {
      values.put(r, "r" + r);
    }
    for (Load load : pass.loads()) {
      values.put(load.register(), constant(program.constants().get(load.constant())));
    }
    for (Input input : pass.inputs()) {
      step(register(pass, input.register()), operand(input.operand(), shape));
    }
    for (Instruction instruction : pass.instructions()) {
      List<String> arguments = instruction.arguments().stream().map(values::get).toList();
      step(register(pass, instruction.destination()), applied(instruction.kernel(), arguments));
    }
    for (Output output : pass.outputs()) {
      Operand operand = program.operands().get(output.operand());
      String value = values.get(output.register());
      step(
          name(operand) + " " + operand.dtype(),
          output.reduction() == null ? value : reduced(pass, output, value));
    }
  }

  private static String constant(Program.Constant constant) {
    return switch (constant.kind()) {
      case BOOL -> constant.asLong() != 0 ? "True" : "False";
      case COMPLEX128 -> "(" + constant + ")";
      default -> constant.toString();
    };
  }

  private void step(String target, String source) {
    text.append(String.format(Locale.ROOT, "    %-16s = %s%n", target, source));
  }

  private static String register(Pass pass, int register) {
    return "r" + register + " " + pass.registers().get(register);
  }

  /** The name of what is read, with what does not follow from the register and the pass. */
  private String operand(int index, long[] shape) {
    Operand operand = program.operands().get(index);
    Kind kind = operand.dtype().kind();
    boolean isConverted = kind != Kind.BYTES && kind.dtype() != operand.dtype();
    boolean isSpread = operand.role() != Role.SCALAR && !Layout.isSameShape(shape(index), shape);
    String name = name(operand);
    if (isSpread && shape(index).length == 0) {
      name += ", one value";
    } else if (isConverted || isSpread) {
      name += ", " + operand.dtype() + (isSpread ? " " + Arrays.toString(shape(index)) : "");
    }
    return name;
  }

  private String name(Operand operand) {
    return switch (operand.role()) {
      case INPUT, SCALAR -> variables.get(operand.index());
      case TEMPORARY -> "t" + operand.index();
      case OUTPUT -> results.get(operand.index());
    };
  }

  private static String applied(Kernel kernel, List<String> arguments) {
    Operation operation = kernel.op();
    if (operation instanceof Op op) {
      switch (op.form()) {
        case INFIX -> {
          return String.join(" " + op.symbol() + " ", arguments);
        }
        case PREFIX -> {
          return op.symbol() + arguments.get(0);
        }
        case FUSED -> {
          return op.symbol()
              .chars()
              .mapToObj(c -> c >= 'a' && c <= 'c' ? arguments.get(c - 'a') : Character.toString(c))
              .collect(Collectors.joining());
        }
        default -> {}
      }
    }
    return operation.symbol() + "(" + String.join(", ", arguments) + ")";
  }

  private static String reduced(Pass pass, Output output, String value) {
    StringBuilder written = new StringBuilder(output.reduction().op().symbol());
    written.append('(').append(value);
    if (pass.axes().numbers() != null) {
      written.append(", axis=").append(numbers(pass.axes().numbers()));
    }
    if (output.keepDims()) {
      written.append(", keepdims=True");
    }
    if (output.ddof() != 0) {
      written.append(", ddof=").append(output.ddof());
    }
    return written.append(')').toString();
  }

  private static String time(double nanos) {
    return nanos < 1 ? "1 ns" : scaled(nanos, "ns", "us", "ms", "s");
  }

  private static String scaled(double value, String... units) {
    int unit = 0;
    double rest = value;
    while (unit + 1 < units.length && rest >= 999.5) {
      rest /= 1000;
      unit++;
    }
    return digits(rest) + " " + units[unit];
  }

  private static String perElement(double value) {
    return BigDecimal.valueOf(Math.round(value * 100), 2).stripTrailingZeros().toPlainString();
  }

  private static String digits(double value) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(3));
    return value == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
