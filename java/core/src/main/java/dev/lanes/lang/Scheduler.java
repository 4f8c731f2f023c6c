package dev.lanes.lang;

import dev.lanes.DType;
import dev.lanes.Kind;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.lang.Program.Axes;
import dev.lanes.lang.Program.Input;
import dev.lanes.lang.Program.Instruction;
import dev.lanes.lang.Program.Load;
import dev.lanes.lang.Program.Operand;
import dev.lanes.lang.Program.Output;
import dev.lanes.lang.Program.Pass;
import dev.lanes.lang.Program.Role;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Graph to program: cuts the computation into passes, each ending in reductions or in results, and
 * gives every pass its registers. What several passes need is computed in each of them, which costs
 * less than keeping it in memory.
 */
final class Scheduler {

  /**
   * Passes are told apart by what must have run before, and by the arrays whose shapes they walk.
   */
  private record Walk(int level, BitSet shapes) {}

  /** What a pass must leave behind. */
  private record Sink(int node, int operand, Graph.Reduce reduce) {}

  /** The most steps of all passes together, for what several need is computed in each of them. */
  private static final int MAX_STEPS = 1 << 20;

  private final Graph graph;
  private int steps;
  private final List<Program.Constant> constants = new ArrayList<>();
  private final Map<Program.Constant, Integer> constantIndices = new HashMap<>();
  private final List<Operand> operands = new ArrayList<>();
  private final Map<Integer, Integer> operandOfNode = new HashMap<>();
  private int temporaries;
  private final Map<Integer, Integer> columns;
  private final List<Integer> results = new ArrayList<>();
  private final int[] level;
  private final BitSet[] shapes; // of each node, the nodes whose shapes broadcast to its own

  private Scheduler(Graph graph, List<Integer> results, Map<Integer, Integer> columns) {
    this.graph = graph;
    this.columns = columns;
    for (int result : results) {
      boolean isComputed =
          graph.node(result) instanceof Graph.Apply || graph.node(result) instanceof Graph.Reduce;
      this.results.add(isComputed ? result : graph.copy(result));
    }
    this.level = new int[graph.nodes().size()];
    this.shapes = new BitSet[graph.nodes().size()];
  }

  static Program schedule(
      Graph graph,
      List<Integer> results,
      List<Argument> arguments,
      List<DType> outputs,
      Map<Integer, Integer> columns) {
    return new Scheduler(graph, results, columns).schedule(arguments, outputs);
  }

  private Program schedule(List<Argument> arguments, List<DType> outputs) {
    BitSet needed = needed();
    int[] uses = uses(needed);
    for (int node = needed.nextSetBit(0); node >= 0; node = needed.nextSetBit(node + 1)) {
      graph.fuse(node, uses);
    }
    needed = needed();
    uses = uses(needed);
    for (int i = 0; i < arguments.size(); i++) {
      Argument argument = arguments.get(i);
      operands.add(
          new Operand(argument.isScalar() ? Role.SCALAR : Role.INPUT, i, argument.dtype()));
    }
    int firstOutput = operands.size();
    for (int i = 0; i < outputs.size(); i++) {
      operands.add(new Operand(Role.OUTPUT, i, outputs.get(i)));
    }
    Map<Walk, Map<Tree.Options, List<Sink>>> reducing = new LinkedHashMap<>();
    for (int node = needed.nextSetBit(0); node >= 0; node = needed.nextSetBit(node + 1)) {
      describe(node);
      if (graph.node(node) instanceof Graph.Reduce reduce) {
        List<Sink> sinks =
            reducing
                .computeIfAbsent(walk(reduce.argument()), key -> new LinkedHashMap<>())
                .computeIfAbsent(axes(reduce), key -> new ArrayList<>());
        place(node, reduce, uses[node], firstOutput, sinks);
      }
    }
    List<Pass> passes = passes(reducing, firstOutput); // which adds to the constants
    return new Program(List.copyOf(constants), List.copyOf(operands), passes);
  }

  /** Passes have the same axes when these are written the same. */
  private static Tree.Options axes(Graph.Reduce reduce) {
    return new Tree.Options(reduce.options().axes(), false, 0);
  }

  private Walk walk(int node) {
    return new Walk(level[node], shapes[node]);
  }

  /** Gives a reduction its operands: the outputs that it is, or a temporary for later passes. */
  private void place(int node, Graph.Reduce reduce, int uses, int firstOutput, List<Sink> sinks) {
    int asResult = 0;
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) == node) {
        asResult++;
        sinks.add(new Sink(reduce.argument(), firstOutput + i, reduce));
        if (operands.get(firstOutput + i).dtype() == reduce.kind().dtype()) {
          operandOfNode.put(node, firstOutput + i);
        }
      }
    }
    if (uses > asResult && !operandOfNode.containsKey(node)) {
      operandOfNode.put(node, operands.size());
      sinks.add(new Sink(reduce.argument(), operands.size(), reduce));
      operands.add(new Operand(Role.TEMPORARY, temporaries++, reduce.kind().dtype()));
    }
  }

  /**
   * The passes in the order in which they run. Results that are not reduced go along with a pass
   * that reduces what has the same shape at the same time, else with each other.
   */
  private List<Pass> passes(Map<Walk, Map<Tree.Options, List<Sink>>> reducing, int firstOutput) {
    Map<Walk, List<Sink>> stored = new LinkedHashMap<>();
    for (int i = 0; i < results.size(); i++) {
      int node = results.get(i);
      if (graph.node(node) instanceof Graph.Apply) {
        stored
            .computeIfAbsent(walk(node), key -> new ArrayList<>())
            .add(new Sink(node, firstOutput + i, null));
      }
    }
    record Group(int level, List<Sink> sinks) {}
    List<Group> groups = new ArrayList<>();
    reducing.forEach(
        (walk, byAxes) -> {
          List<Sink> others = stored.remove(walk);
          for (List<Sink> sinks : byAxes.values()) {
            List<Sink> all = new ArrayList<>(others == null ? List.of() : others);
            all.addAll(sinks);
            groups.add(new Group(walk.level, all));
            others = null;
          }
        });
    stored.forEach((walk, sinks) -> groups.add(new Group(walk.level, sinks)));
    groups.sort(Comparator.comparingInt(Group::level));
    return groups.stream().map(group -> new Emitter(group.sinks).emit()).toList();
  }

  private static List<Integer> arguments(Graph.Node node) {
    if (node instanceof Graph.Apply apply) {
      return apply.arguments();
    }
    return node instanceof Graph.Reduce reduce ? List.of(reduce.argument()) : List.of();
  }

  /** How often each node is an argument or a result. */
  private int[] uses(BitSet needed) {
    int[] uses = new int[graph.nodes().size()];
    results.forEach(result -> uses[result]++);
    for (int node = needed.nextSetBit(0); node >= 0; node = needed.nextSetBit(node + 1)) {
      arguments(graph.node(node)).forEach(argument -> uses[argument]++);
    }
    return uses;
  }

  /**
   * Everything that the results depend on, themselves included; arguments have smaller indices, so
   * one backward walk finds it.
   */
  private BitSet needed() {
    BitSet needed = new BitSet();
    results.forEach(needed::set);
    for (int node = needed.length() - 1; node >= 0; node = needed.previousSetBit(node - 1)) {
      arguments(graph.node(node)).forEach(needed::set);
    }
    return needed;
  }

  private void describe(int index) {
    Graph.Node node = graph.node(index);
    BitSet set = new BitSet();
    for (int argument : arguments(node)) {
      level[index] = Math.max(level[index], level[argument]);
      set.or(shapes[argument]);
    }
    if (node instanceof Graph.Leaf leaf && !leaf.isScalar()) {
      set.set(index);
    } else if (node instanceof Graph.Reduce reduce) {
      level[index]++;
      set.clear();
      set.set(index, !reduce.isScalar());
    }
    shapes[index] = set;
  }

  /** Writes one pass. */
  private final class Emitter {
    private final List<Sink> sinks;
    private final List<Kind> registers = new ArrayList<>();
    private final List<Input> inputs = new ArrayList<>();
    private final List<Load> loads = new ArrayList<>();
    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<Integer, Integer> registerOfNode = new HashMap<>();
    private final Map<Kind, Deque<Integer>> free = new EnumMap<>(Kind.class);
    private final Map<Integer, Integer> lastUse = new HashMap<>();

    Emitter(List<Sink> sinks) {
      this.sinks = sinks;
    }

    Pass emit() {
      BitSet wanted = new BitSet();
      for (Sink sink : sinks) {
        wanted.set(sink.node());
        lastUse.put(sink.node(), Integer.MAX_VALUE);
      }
      for (int node = wanted.length() - 1; node >= 0; node--) {
        if (wanted.get(node) && graph.node(node) instanceof Graph.Apply apply) {
          for (int argument : apply.arguments()) {
            wanted.set(argument);
            lastUse.putIfAbsent(argument, node);
          }
        }
      }
      for (int node = wanted.nextSetBit(0); node >= 0; node = wanted.nextSetBit(node + 1)) {
        emit(node);
      }
      return new Pass(
          List.copyOf(registers),
          List.copyOf(inputs),
          List.copyOf(loads),
          List.copyOf(instructions),
          sinks.stream().map(this::output).toList(),
          axes());
    }

    private Output output(Sink sink) {
      int register = registerOfNode.get(sink.node());
      if (sink.reduce() == null) {
        return new Output(sink.operand(), register, null, false, 0);
      }
      Tree.Options options = sink.reduce().options();
      Reduction reduction = sink.reduce().reduction();
      int ddof = reduction.takesDdof() ? options.ddof() : 0;
      return new Output(sink.operand(), register, reduction, options.keepDims(), ddof);
    }

    private Axes axes() {
      Graph.Reduce last = sinks.get(sinks.size() - 1).reduce();
      return last == null
          ? null
          : new Axes(last.options().axes(), columns.getOrDefault(graph.add(last), -1));
    }

    private void emit(int index) {
      if (++steps > MAX_STEPS) {
        throw new LanesException(
            Code.LIMIT,
            "the passes of this expression have more than " + MAX_STEPS + " steps in all");
      }
      Graph.Node node = graph.node(index);
      if (node instanceof Graph.Leaf leaf) {
        inputs.add(new Input(leaf.variable(), register(index)));
      } else if (node instanceof Graph.Reduce) {
        inputs.add(new Input(operandOfNode.get(index), register(index)));
      } else if (node instanceof Graph.Known known) {
        int constant = constantIndices.computeIfAbsent(known.value(), key -> constants.size());
        if (constant == constants.size()) {
          constants.add(known.value());
        }
        loads.add(new Load(constant, register(index)));
      } else if (node instanceof Graph.Apply apply) {
        List<Integer> arguments = apply.arguments().stream().map(registerOfNode::get).toList();
        boolean isApart = apply.kernel().op() instanceof External;
        if (isApart) {
          place(index);
        }
        for (int argument : apply.arguments().stream().distinct().toList()) {
          if (lastUse.get(argument) == index && graph.node(argument) instanceof Graph.Apply) {
            free.computeIfAbsent(graph.kind(argument), kind -> new ArrayDeque<>())
                .push(registerOfNode.get(argument));
          }
        }
        if (!isApart) {
          place(index);
        }
        instructions.add(new Instruction(apply.kernel(), registerOfNode.get(index), arguments));
      }
    }

    /** Finds a register for a result. */
    private void place(int node) {
      Deque<Integer> reusable = free.get(graph.kind(node));
      if (reusable != null && !reusable.isEmpty()) {
        registerOfNode.put(node, reusable.pop());
      } else {
        register(node);
      }
    }

    private int register(int node) {
      registers.add(graph.kind(node));
      registerOfNode.put(node, registers.size() - 1);
      return registers.size() - 1;
    }
  }
}
