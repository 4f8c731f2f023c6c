package dev.lanes.lang;

import dev.lanes.DType;
import dev.lanes.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Typed nodes, arguments before uses. Where it optimises, each computation is present once, and
 * constants are folded as nodes are added.
 */
final class Graph {

  /** One typed computation. */
  sealed interface Node {
    Kind kind();
  }

  /**
   * An operand of the expression.
   *
   * @param variable its number
   * @param dtype how it lies in memory
   * @param isScalar whether the caller passes one Java value instead of an array
   */
  record Leaf(int variable, DType dtype, boolean isScalar) implements Node {
    @Override
    public Kind kind() {
      return dtype.kind();
    }
  }

  /**
   * A value known now.
   *
   * @param value the value with its kind
   */
  record Known(Program.Constant value) implements Node {
    @Override
    public Kind kind() {
      return value.kind();
    }
  }

  /**
   * A kernel on earlier nodes.
   *
   * @param kernel what it does
   * @param arguments indices of nodes
   */
  record Apply(Kernel kernel, List<Integer> arguments) implements Node {
    @Override
    public Kind kind() {
      return kernel.result();
    }
  }

  /**
   * Elements of an earlier node made into one, along some axes or all.
   *
   * @param reduction how
   * @param argument index of the node
   * @param options its axes, and what else it takes
   */
  record Reduce(Reduction reduction, int argument, Tree.Options options) implements Node {

    /** Whether the result has no axes, whatever the argument has. */
    boolean isScalar() {
      return options.axes() == null && !options.keepDims();
    }

    @Override
    public Kind kind() {
      return reduction.result();
    }
  }

  private static final int MAX_LOOKED_AT = 64;

  private final boolean isOptimized;
  private final List<Node> nodes = new ArrayList<>();
  private final List<Integer> widths = new ArrayList<>(); // of nodes of bytes, else 0
  private final Map<Node, Integer> indices = new HashMap<>();
  private final Map<Node, Integer> folded =
      new HashMap<>(); // what is not in the graph, and its value

  Graph(boolean isOptimized) {
    this.isOptimized = isOptimized;
  }

  List<Node> nodes() {
    return nodes;
  }

  Node node(int index) {
    return nodes.get(index);
  }

  Kind kind(int index) {
    return nodes.get(index).kind();
  }

  /** How a node's elements are stored when nobody asks for another dtype. */
  DType dtype(int index) {
    return kind(index) == Kind.BYTES ? DType.bytes(widths.get(index)) : kind(index).dtype();
  }

  /** The value of a node, or null when it is not known yet. */
  Program.Constant known(int index) {
    return nodes.get(index) instanceof Known known ? known.value() : null;
  }

  /**
   * The operands and reductions whose shapes make that of a node.
   *
   * @return null when the node is too large to look through
   */
  Set<Integer> sources(int index) {
    Set<Integer> sources = new HashSet<>();
    Deque<Integer> rest = new ArrayDeque<>(List.of(index));
    for (int seen = 0; !rest.isEmpty(); seen++) {
      int next = rest.pop();
      if (seen == MAX_LOOKED_AT) {
        return null;
      } else if (nodes.get(next) instanceof Apply apply) {
        rest.addAll(apply.arguments());
      } else if (!(nodes.get(next) instanceof Known)) {
        sources.add(next);
      }
    }
    return sources;
  }

  /** The index of a node equal to this one, added if there is none. */
  int add(Node node) {
    return !isOptimized && node instanceof Apply
        ? append(node)
        : indices.computeIfAbsent(node, this::append);
  }

  private int append(Node node) {
    nodes.add(node);
    widths.add(node.kind() == Kind.BYTES ? width(node) : 0);
    return nodes.size() - 1;
  }

  /** The widest of what a node of bytes may be. */
  private int width(Node node) {
    if (node instanceof Leaf leaf) {
      return leaf.dtype.bytes();
    }
    if (node instanceof Known known) {
      return Math.max(1, known.value.text().length());
    }
    return ((Apply) node).arguments.stream().mapToInt(widths::get).max().orElseThrow();
  }

  /**
   * Makes a product and the sum that alone uses it one step.
   *
   * @param sum index of a node
   * @param uses how often each node is an argument or a result
   */
  void fuse(int sum, int[] uses) {
    if (!isOptimized || !(nodes.get(sum) instanceof Apply add) || add.kernel.op() != Op.ADD) {
      return;
    }
    Kernel fused = Op.MULADD.kernel(add.kernel.key());
    for (int i = 1; fused != null && i >= 0; i--) {
      int product = add.arguments.get(i);
      if (uses[product] == 1 && nodes.get(product) instanceof Apply apply) {
        List<Integer> factors = apply.arguments;
        if (apply.kernel.op() == Op.MUL || apply.kernel.op() == Op.SQUARE) {
          int rest = add.arguments.get(1 - i);
          nodes.set(
              sum,
              new Apply(fused, List.of(factors.get(0), factors.get(factors.size() - 1), rest)));
          return;
        }
      }
    }
  }

  int constant(Kind kind, long value) {
    return add(new Known(Program.Constant.of(kind, value)));
  }

  int constant(Kind kind, double value) {
    return add(new Known(Program.Constant.of(kind, value)));
  }

  int constant(double real, double imaginary) {
    return add(new Known(Program.Constant.of(real, imaginary)));
  }

  int constant(byte[] bytes) {
    return add(new Known(Program.Constant.of(bytes)));
  }

  /** Adds a kernel on nodes of exactly its kinds, or its value where all arguments are known. */
  int apply(Kernel kernel, List<Integer> arguments) {
    if (kernel.op() instanceof Op op
        && (isOptimized || op.isConversion())
        && kernel.result() != Kind.BYTES // whose width would then be that of the value
        && arguments.stream().allMatch(argument -> known(argument) != null)) {
      Node node = new Apply(kernel, List.copyOf(arguments));
      Integer value = folded.get(node);
      if (value == null) {
        value = fold(kernel, arguments);
        folded.put(node, value);
      }
      return value;
    }
    return add(new Apply(kernel, List.copyOf(arguments)));
  }

  private int fold(Kernel kernel, List<Integer> arguments) {
    Object[] blocks = new Object[3];
    for (int i = 0; i < arguments.size(); i++) {
      blocks[i] = known(arguments.get(i)).block(1);
    }
    Object out = Reference.block(kernel.result(), 1);
    kernel.reference().apply(out, blocks[0], blocks[1], blocks[2], 1);
    if (out instanceof long[] longs) {
      return constant(kernel.result(), longs[0]);
    }
    double[] doubles = (double[]) out;
    return kernel.result() == Kind.COMPLEX128
        ? constant(doubles[0], doubles[1])
        : constant(kernel.result(), doubles[0]);
  }

  /** The node as another kind; constants are converted at once, and complex numbers lose a part. */
  int convert(int index, Kind to) {
    if (kind(index) == to) {
      return index;
    }
    if (kind(index) == Kind.COMPLEX128 && to != Kind.BOOL) {
      return convert(apply(Op.REAL.kernel(Kind.COMPLEX128), List.of(index)), to);
    }
    return apply(conversion(to).kernel(kind(index)), List.of(index));
  }

  /**
   * A kernel that hands its argument on, for results that are an operand or a constant as it
   * stands.
   */
  int copy(int index) {
    return add(new Apply(conversion(kind(index)).kernel(kind(index)), List.of(index)));
  }

  private static Op conversion(Kind to) {
    return switch (to) {
      case BOOL -> Op.BOOL;
      case INT32 -> Op.INT32;
      case INT64 -> Op.INT64;
      case FLOAT32 -> Op.FLOAT32;
      case FLOAT64 -> Op.FLOAT64;
      case COMPLEX128 -> Op.COMPLEX128;
      case BYTES -> Op.COPY;
    };
  }
}
