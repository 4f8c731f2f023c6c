package dev.lanes.lang;

import dev.lanes.Casting;
import dev.lanes.DType;
import dev.lanes.Kind;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Tree to program for one choice of operand types. Kinds promote as in NumPy 2: constants and Java
 * numbers are weak, that is, they take the kind of what they meet unless they are floats that meet
 * integers or integers beyond int32.
 */
public final class Translator {

  /**
   * Float powers up to this are products: at most two roundings, so within the bound of pow plus
   * half a unit.
   */
  private static final int MAX_FLOAT_POWER = 4;

  /** Integer powers up to this are products; they are exact either way. */
  private static final int MAX_INTEGER_POWER = 64;

  private final Tree tree;
  private final List<Argument> arguments;
  private final boolean isOptimized;
  private final Graph graph;
  private final int[] indices;
  private final boolean[] weak;
  private final Map<Integer, Integer> columns = new HashMap<>(); // of reductions, by node
  private final Map<Object, Integer> strings = new IdentityHashMap<>(); // copied calls share theirs

  private Translator(Tree tree, List<Argument> arguments, boolean isOptimized) {
    this.tree = tree;
    this.arguments = arguments;
    this.isOptimized = isOptimized;
    this.graph = new Graph(isOptimized);
    this.indices = new int[tree.nodes().size()];
    this.weak = new boolean[tree.nodes().size()];
  }

  /**
   * Translates with all optimisations, for results of their own dtypes.
   *
   * @param tree the parsed expression
   * @param arguments one for each of its names, in their order
   * @return the program
   * @throws LanesException with the column, code TYPE or LIMIT
   */
  public static Program translate(Tree tree, List<Argument> arguments) {
    return translate(tree, arguments, null, Casting.SAME_KIND, true);
  }

  /**
   * Translates.
   *
   * @param tree the parsed expression
   * @param arguments one for each of its names, in their order
   * @param outputs for each result the dtype of an output that the caller gives or null; or null
   *     when there are none
   * @param casting how far an output's dtype may be from the result's
   * @param isOptimized whether constants are folded, common parts shared and powers simplified
   * @return the program
   * @throws LanesException with the column, code TYPE or LIMIT; code CAST when a result does not
   *     fit its output
   */
  public static Program translate(
      Tree tree,
      List<Argument> arguments,
      List<DType> outputs,
      Casting casting,
      boolean isOptimized) {
    Translator translator = new Translator(tree, arguments, isOptimized);
    translator.type();
    List<Integer> results = new ArrayList<>();
    List<DType> dtypes = new ArrayList<>();
    for (int i = 0; i < tree.results().size(); i++) {
      int result = translator.indices[tree.results().get(i).node()];
      DType given = outputs == null ? null : outputs.get(i);
      DType own = translator.graph.dtype(result);
      DType dtype = given == null ? own : given;
      requireCast(own, dtype, casting);
      results.add(translator.graph.convert(result, dtype.kind()));
      dtypes.add(dtype);
    }
    return Scheduler.schedule(translator.graph, results, arguments, dtypes, translator.columns);
  }

  private static void requireCast(DType from, DType to, Casting casting) {
    if (!casting.allows(from, to)) {
      throw new LanesException(
          Code.CAST,
          "the result is "
              + from
              + " and cannot go into an output of "
              + to
              + " ("
              + casting
              + " casting)");
    }
  }

  private void type() {
    for (int i = 0; i < indices.length; i++) {
      Tree.Node node = tree.nodes().get(i);
      if (node instanceof Tree.Literal literal) {
        indices[i] = literal(literal);
        weak[i] = !(literal.value() instanceof Boolean);
      } else if (node instanceof Tree.Constant constant) {
        indices[i] = graph.constant(Kind.FLOAT64, constant.value());
        weak[i] = true;
      } else if (node instanceof Tree.Name name) {
        Argument argument = arguments.get(name.index());
        indices[i] = graph.add(new Graph.Leaf(name.index(), argument.dtype(), argument.isScalar()));
        weak[i] = argument.isWeak();
      } else if (node instanceof Tree.Call call) {
        weak[i] =
            call.op() instanceof Op op
                && !op.isReduction()
                && !op.isConversion()
                && call.arguments().stream().allMatch(argument -> weak[argument]);
        indices[i] = call.op().isReduction() ? reduce(call) : apply(call, weak[i]);
      }
    }
  }

  private int literal(Tree.Literal literal) {
    if (literal.value() instanceof Boolean truth) {
      return graph.constant(Kind.BOOL, truth ? 1 : 0);
    }
    if (literal.value() instanceof Long number) {
      return integer(number);
    }
    if (literal.value() instanceof Double number) {
      return graph.constant(Kind.FLOAT64, number);
    }
    if (literal.value() instanceof Tree.Imaginary number) {
      return graph.constant(0, number.value());
    }
    return strings.computeIfAbsent(literal.value(), bytes -> graph.constant((byte[]) bytes));
  }

  private int integer(long value) {
    return graph.constant(value == (int) value ? Kind.INT32 : Kind.INT64, value);
  }

  private int reduce(Tree.Call call) {
    int argument = indices[call.arguments().get(0)];
    Kind kind = graph.kind(argument);
    boolean isFloat = kind == Kind.FLOAT32 || kind == Kind.FLOAT64;
    if (kind == Kind.BYTES) {
      throw mismatch(call, List.of(kind));
    }
    return switch ((Op) call.op()) {
      case ANY, ALL, COUNT_NONZERO ->
          reduce(call, (Op) call.op(), graph.convert(argument, Kind.BOOL), call.options());
      case MEAN, VAR, STD -> reduce(call, (Op) call.op(), asFloat(call, argument), call.options());
      case NANMIN -> reduce(call, isFloat ? Op.NANMIN : Op.MIN, argument, call.options());
      case NANMAX -> reduce(call, isFloat ? Op.NANMAX : Op.MAX, argument, call.options());
      case NANARGMIN -> reduce(call, isFloat ? Op.NANARGMIN : Op.ARGMIN, argument, call.options());
      case NANARGMAX -> reduce(call, isFloat ? Op.NANARGMAX : Op.ARGMAX, argument, call.options());
      case NANSUM, NANPROD, NANMEAN, NANVAR, NANSTD ->
          isFloat || kind == Kind.COMPLEX128
              ? withoutNaN(call, argument)
              : reduce(
                  call,
                  ((Op) call.op()).base(),
                  call.op() == Op.NANSUM || call.op() == Op.NANPROD
                      ? argument
                      : asFloat(call, argument),
                  call.options());
      default -> reduce(call, (Op) call.op(), argument, call.options());
    };
  }

  private int asFloat(Tree.Call call, int node) {
    return switch (graph.kind(node)) {
      case BOOL, INT32, INT64 -> graph.convert(node, Kind.FLOAT64);
      case FLOAT32, FLOAT64, COMPLEX128 -> node;
      case BYTES -> throw mismatch(call, List.of(graph.kind(node)));
    };
  }

  private int reduce(Tree.Call call, Op op, int argument, Tree.Options options) {
    Kind kind = graph.kind(argument);
    for (Reduction reduction : op.reductions()) {
      if (reduction.key() == kind) {
        int node = graph.add(new Graph.Reduce(reduction, argument, options));
        columns.putIfAbsent(node, call.column());
        return node;
      }
    }
    throw mismatch(call, List.of(kind));
  }

  /**
   * The reductions that leave NaN out, of floats and complex numbers: NaN becomes what changes
   * nothing, and counts are those of the other elements. float32 is done in float64 and rounded
   * once.
   */
  private int withoutNaN(Tree.Call call, int argument) {
    Tree.Options options = call.options();
    Kind kind = graph.kind(argument);
    int isNaN = graph.apply(Op.ISNAN.kernel(kind), List.of(argument));
    if (call.op() == Op.NANSUM || call.op() == Op.NANPROD) {
      int others = instead(isNaN, call.op() == Op.NANSUM ? 0 : 1, argument);
      return reduce(call, ((Op) call.op()).base(), others, options);
    }
    int x = kind == Kind.FLOAT32 ? graph.convert(argument, Kind.FLOAT64) : argument;
    int isNumber = graph.apply(Op.INVERT.kernel(Kind.BOOL), List.of(isNaN));
    boolean isMean = call.op() == Op.NANMEAN;
    boolean inner = options.keepDims() || !isMean;
    Tree.Options ofMean = new Tree.Options(options.axes(), inner, 0);
    int sum = reduce(call, Op.SUM, instead(isNaN, 0, x), ofMean);
    int count = reduce(call, Op.SUM, isNumber, ofMean);
    int mean = divide(sum, count);
    if (isMean) {
      return graph.convert(mean, kind);
    }
    int away = graph.apply(Op.SUB.kernel(graph.kind(x)), List.of(x, mean));
    Tree.Options ofSquares = new Tree.Options(options.axes(), options.keepDims(), 0);
    int counted = instead(isNaN, 0, away);
    int left = reduce(call, Op.SUM, isNumber, ofSquares);
    // What the mean is off by its rounding is in every square; the sum of the distances tells it.
    int off = divide(squared(reduce(call, Op.SUM, counted, ofSquares)), left);
    int about = reduce(call, Op.SUM, squared(counted), ofSquares);
    int rest = graph.apply(Op.SUB.kernel(Kind.FLOAT64), List.of(about, off));
    int zero = graph.constant(Kind.FLOAT64, 0.0);
    int squares = graph.apply(Op.MAXIMUM.kernel(Kind.FLOAT64), List.of(rest, zero));
    int ddof = graph.constant(Kind.INT64, options.ddof());
    int degrees = graph.apply(Op.SUB.kernel(Kind.INT64), List.of(left, ddof));
    int none =
        graph.apply(Op.LE.kernel(Kind.INT64), List.of(degrees, graph.constant(Kind.INT64, 0)));
    int variance = instead(none, Double.NaN, divide(squares, degrees));
    int result =
        call.op() == Op.NANVAR
            ? variance
            : graph.apply(Op.SQRT.kernel(Kind.FLOAT64), List.of(variance));
    return kind == Kind.COMPLEX128 ? result : graph.convert(result, kind);
  }

  /** A value where a condition holds, else x. */
  private int instead(int condition, double value, int x) {
    Kind kind = graph.kind(x);
    int constant = graph.convert(graph.constant(Kind.FLOAT64, value), kind);
    return graph.apply(Op.WHERE.kernel(kind), List.of(condition, constant, x));
  }

  /** The square of the distance from 0. */
  private int squared(int x) {
    if (graph.kind(x) != Kind.COMPLEX128) {
      return graph.apply(Op.SQUARE.kernel(Kind.FLOAT64), List.of(x));
    }
    return graph.apply(
        Op.ADD.kernel(Kind.FLOAT64), List.of(squared(part(Op.REAL, x)), squared(part(Op.IMAG, x))));
  }

  private int part(Op op, int x) {
    return graph.apply(op.kernel(Kind.COMPLEX128), List.of(x));
  }

  private int divide(int sum, int count) {
    if (graph.kind(sum) == Kind.COMPLEX128) {
      return graph.apply(
          Op.COMPLEX.kernel(Kind.FLOAT64),
          List.of(divide(part(Op.REAL, sum), count), divide(part(Op.IMAG, sum), count)));
    }
    int divisor = graph.convert(count, Kind.FLOAT64);
    return graph.apply(Op.TRUEDIV.kernel(Kind.FLOAT64), List.of(sum, divisor));
  }

  private int apply(Tree.Call call, boolean allWeak) {
    List<Integer> nodes = call.arguments().stream().map(argument -> indices[argument]).toList();
    if (allWeak
        && nodes.stream()
            .allMatch(node -> graph.known(node) != null && graph.known(node).isInteger())) {
      Integer exact =
          foldIntegers(call, nodes.stream().map(node -> graph.known(node).asLong()).toList());
      if (exact != null) {
        return exact;
      }
    }
    Kernel kernel =
        call.op() instanceof External
            ? resolveExternal(call, nodes)
            : resolve(call, nodes, allWeak);
    List<Integer> converted = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      converted.add(graph.convert(nodes.get(i), kernel.arguments().get(i)));
    }
    Integer simpler = simplify(call, kernel, converted);
    return simpler != null ? simpler : graph.apply(kernel, converted);
  }

  /**
   * Integer constants are computed exactly; what leaves int64 is refused, as its literal would be.
   */
  private Integer foldIntegers(Tree.Call call, List<Long> values) {
    long a = values.get(0);
    long b = values.size() > 1 ? values.get(1) : 0;
    try {
      return switch ((Op) call.op()) {
        case ADD -> integer(Math.addExact(a, b));
        case SUB -> integer(Math.subtractExact(a, b));
        case MUL -> integer(Math.multiplyExact(a, b));
        case NEG -> integer(Math.negateExact(a));
        case ABS -> integer(Math.absExact(a));
        case SQUARE -> integer(Math.multiplyExact(a, a));
        case INVERT -> integer(~a);
        case SHL -> b < 0 ? integer(0) : integer(shiftExact(a, b));
        case FLOORDIV -> integer(b == -1 ? Math.negateExact(a) : Arithmetic.floorDivide(a, b));
        case MOD -> integer(Arithmetic.remainder(a, b));
        case POW ->
            b < 0
                ? (Integer) graph.constant(Kind.FLOAT64, Arithmetic.power((double) a, (double) b))
                : integer(powerExact(a, b));
        default -> null;
      };
    } catch (ArithmeticException e) {
      throw new LanesException(
          Code.LIMIT, "an integer constant does not fit into int64", call.column(), e);
    }
  }

  private static long shiftExact(long a, long count) {
    if (a != 0 && (count > 62 || a << count >> count != a)) {
      throw new ArithmeticException();
    }
    return a == 0 ? 0 : a << count;
  }

  private static long powerExact(long base, long exponent) {
    if (base == 0 || base == 1 || base == -1) {
      return Arithmetic.power(base, exponent);
    }
    long result = 1;
    for (long i = 0; i < exponent; i++) {
      result = Math.multiplyExact(result, base);
    }
    return result;
  }

  /** The first kernel, in the order of the kinds, to which every argument can be promoted. */
  private Kernel resolve(Tree.Call call, List<Integer> nodes, boolean allWeak) {
    if ((call.op() == Op.SUB || call.op() == Op.NEG)
        && nodes.stream().allMatch(node -> graph.kind(node) == Kind.BOOL)) {
      throw mismatch(
          call, nodes.stream().map(graph::kind).toList()); // NumPy's rule: ^ or ~ is meant
    }
    for (Kernel kernel : call.op().kernels()) {
      boolean fits = true;
      boolean hasFloat32 = kernel.key() != Kind.FLOAT32;
      for (int i = 0; fits && i < nodes.size(); i++) {
        Kind kind = graph.kind(nodes.get(i));
        Kind wanted = kernel.arguments().get(i);
        boolean isWeak = weak[call.arguments().get(i)] && !allWeak;
        fits = wanted == kernel.key() ? promotes(kind, wanted, isWeak) : kind == wanted;
        hasFloat32 |= kind == Kind.FLOAT32 && !isWeak;
      }
      if (fits && hasFloat32) {
        return kernel;
      }
    }
    throw mismatch(call, nodes.stream().map(graph::kind).toList());
  }

  /**
   * The first signature to which every argument can be promoted; where all are weak, first without
   * regard to that, as among the language's own functions.
   */
  private Kernel resolveExternal(Tree.Call call, List<Integer> nodes) {
    boolean allWeak = call.arguments().stream().allMatch(argument -> weak[argument]);
    for (boolean asWeak : allWeak ? new boolean[] {false, true} : new boolean[] {true}) {
      for (Kernel kernel : call.op().kernels()) {
        boolean fits = true;
        for (int i = 0; i < nodes.size(); i++) {
          boolean isWeak = asWeak && weak[call.arguments().get(i)];
          fits &= promotes(graph.kind(nodes.get(i)), kernel.arguments().get(i), isWeak);
        }
        if (fits) {
          return kernel;
        }
      }
    }
    throw mismatch(call, nodes.stream().map(graph::kind).toList());
  }

  private static boolean promotes(Kind from, Kind to, boolean isWeak) {
    if (from == to) {
      return true;
    }
    return switch (from) {
      case BOOL -> to.ordinal() > from.ordinal() && to != Kind.BYTES;
      case INT32, INT64 ->
          to == Kind.FLOAT64
              || to == Kind.COMPLEX128
              || to == Kind.INT64 && from == Kind.INT32
              || to == Kind.FLOAT32 && isWeak;
      case FLOAT32 -> to == Kind.FLOAT64 || to == Kind.COMPLEX128;
      case FLOAT64 -> to == Kind.COMPLEX128 || to == Kind.FLOAT32 && isWeak;
      case COMPLEX128, BYTES -> false;
    };
  }

  private LanesException mismatch(Tree.Call call, List<Kind> kinds) {
    String symbol = call.op().symbol();
    if (call.op() == Op.WHERE && kinds.get(0) != Kind.BOOL) {
      return new LanesException(
          Code.TYPE,
          "the condition of 'where' must be bool, not " + kinds.get(0) + "; compare it with 0",
          call.column(),
          null);
    }
    String given = kinds.stream().map(Kind::toString).collect(Collectors.joining(" and "));
    if (kinds.contains(Kind.BYTES)) {
      boolean isOther = call.op().kernels().stream().noneMatch(each -> each.key() == Kind.BYTES);
      String reason =
          isOther
              ? "'" + symbol + "' does not take bytes"
              : "'" + symbol + "' of " + given + ": bytes go with bytes only";
      return new LanesException(Code.TYPE, reason, call.column(), null);
    }
    String message = "'" + symbol + "' does not take " + given + "; it takes " + taken(call.op());
    return new LanesException(Code.TYPE, message, call.column(), null);
  }

  private static String taken(Operation operation) {
    if (operation instanceof External external) {
      return external.kernels().stream()
          .map(kernel -> external.signature(kernel).toString())
          .collect(Collectors.joining(" "));
    }
    Op op = (Op) operation;
    return Stream.concat(
            op.reductions().stream().map(Reduction::key), op.kernels().stream().map(Kernel::key))
        .map(Kind::toString)
        .collect(Collectors.joining(" "));
  }

  private Integer simplify(Tree.Call call, Kernel kernel, List<Integer> nodes) {
    // Strings are as wide as the wider of both.
    boolean isChoice = kernel.op() == Op.WHERE && kernel.key() != Kind.BYTES;
    if (isOptimized && isChoice && graph.known(nodes.get(0)) != null) {
      return chosen(graph.known(nodes.get(0)).asLong() != 0, nodes.get(1), nodes.get(2));
    }
    Program.Constant last = graph.known(nodes.get(nodes.size() - 1));
    if (!isOptimized && !(kernel.op() == Op.POW && last != null && last.isInteger())) {
      return null;
    }
    if (last == null || graph.known(nodes.get(0)) != null || kernel.key() == Kind.COMPLEX128) {
      return null;
    }
    if (kernel.op() == Op.POW) {
      return last.isFloat()
          ? floatPower(kernel.key(), nodes.get(0), last.asDouble())
          : integerPower(call, kernel, nodes.get(0), last.asLong());
    }
    if (kernel.op() == Op.TRUEDIV && isPowerOfTwo(last.asDouble(), kernel.key())) {
      int reciprocal = graph.constant(kernel.key(), 1 / last.asDouble());
      return graph.apply(Op.MUL.kernel(kernel.key()), List.of(nodes.get(0), reciprocal));
    }
    return null;
  }

  /** One of two values by a known condition, where the other one adds nothing to the shape. */
  private Integer chosen(boolean isFirst, int first, int second) {
    int chosen = isFirst ? first : second;
    Set<Integer> sources = graph.sources(chosen);
    Set<Integer> others = graph.sources(isFirst ? second : first);
    return sources != null && others != null && sources.containsAll(others) ? chosen : null;
  }

  /** Whether multiplying by the reciprocal has the same bits as dividing, for every dividend. */
  private static boolean isPowerOfTwo(double value, Kind kind) {
    int limit = kind == Kind.FLOAT32 ? Float.MAX_EXPONENT : Double.MAX_EXPONENT;
    return Math.abs(Math.getExponent(value)) < limit
        && Math.abs(value) == Math.scalb(1.0, Math.getExponent(value));
  }

  private Integer floatPower(Kind kind, int base, double exponent) {
    if (exponent == 0.5) {
      return graph.apply(Op.SQRT.kernel(kind), List.of(base));
    }
    if (exponent == 1.5 || exponent == 2.5) {
      Op op = exponent == 1.5 ? Op.POW3HALVES : Op.POW5HALVES;
      return graph.apply(op.kernel(kind), List.of(base));
    }
    if (exponent == -1) {
      return graph.apply(Op.TRUEDIV.kernel(kind), List.of(graph.constant(kind, 1.0), base));
    }
    return exponent >= 1 && exponent <= MAX_FLOAT_POWER && exponent == Math.rint(exponent)
        ? product(kind, base, (long) exponent)
        : null;
  }

  private Integer integerPower(Tree.Call call, Kernel kernel, int base, long exponent) {
    if (exponent < 0) {
      throw new LanesException(
          Code.TYPE,
          "an integer array to a negative integer power is not an integer; write a float base or exponent",
          call.column(),
          null);
    }
    boolean isProduct = isOptimized && exponent > 0 && exponent <= MAX_INTEGER_POWER;
    return isProduct ? product(kernel.key(), base, exponent) : null;
  }

  /** Repeated squaring from the highest bit of the exponent. */
  private int product(Kind kind, int base, long exponent) {
    int result = base;
    for (long bit = Long.highestOneBit(exponent) >> 1; bit != 0; bit >>= 1) {
      result = graph.apply(Op.SQUARE.kernel(kind), List.of(result));
      if ((exponent & bit) != 0) {
        result = graph.apply(Op.MUL.kernel(kind), List.of(result, base));
      }
    }
    return result;
  }
}
