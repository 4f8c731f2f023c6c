package dev.lanes.lang;

import dev.lanes.DType;
import dev.lanes.Kind;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
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
  private record PassKey(int level, BitSet leaves, boolean isReducing) {}

  /** What a pass must leave behind. */
  private record Sink(int node, int operand, Reduction reduction) {}

  /** The most steps of all passes together, for what several need is computed in each of them. */
  private static final int MAX_STEPS = 1 << 20;

  private final Graph graph;
  private int steps;
  private final List<Program.Constant> constants = new ArrayList<>();
  private final Map<Program.Constant, Integer> constantIndices = new HashMap<>();
  private final List<Operand> operands = new ArrayList<>();
  private final Map<Integer, Integer> operandOfNode = new HashMap<>();
  private final int[] level;
  private final BitSet[] leaves;

  private Scheduler(Graph graph) {
    this.graph = graph;
    this.level = new int[graph.nodes().size() + 1];
    this.leaves = new BitSet[graph.nodes().size() + 1];
  }

  static Program schedule(Graph graph, int result, List<Argument> arguments, DType output) {
    boolean isReduction = graph.node(result) instanceof Graph.Reduce;
    int source =
        isReduction || graph.node(result) instanceof Graph.Apply ? result : graph.copy(result);
    return new Scheduler(graph).schedule(source, isReduction, arguments, output);
  }

  private Program schedule(
      int result, boolean isReduction, List<Argument> arguments, DType output) {
    fuse(result);
    BitSet needed = needed(result);
    for (int i = 0; i < arguments.size(); i++) {
      Argument argument = arguments.get(i);
      operands.add(
          new Operand(argument.isScalar() ? Role.SCALAR : Role.INPUT, i, argument.dtype()));
    }
    int outputOperand = operands.size();
    operands.add(new Operand(Role.OUTPUT, 0, output));
    Map<PassKey, List<Sink>> sinks = new LinkedHashMap<>();
    int temporaries = 0;
    for (int node = needed.nextSetBit(0); node >= 0; node = needed.nextSetBit(node + 1)) {
      describe(node);
      if (graph.node(node) instanceof Graph.Reduce reduce) {
        int operand = outputOperand;
        if (node != result) {
          operand = operands.size();
          operands.add(new Operand(Role.TEMPORARY, temporaries++, reduce.kind().dtype()));
        }
        operandOfNode.put(node, operand);
        add(
            sinks,
            new PassKey(level[reduce.argument()], leaves[reduce.argument()], true),
            new Sink(reduce.argument(), operand, reduce.reduction()));
      }
    }
    if (!isReduction) {
      add(
          sinks,
          new PassKey(level[result], leaves[result], false),
          new Sink(result, outputOperand, null));
    }
    List<Pass> passes =
        sinks.entrySet().stream()
            .sorted(java.util.Comparator.comparingInt(entry -> entry.getKey().level()))
            .map(entry -> new Emitter(entry.getValue()).emit())
            .toList();
    return new Program(List.copyOf(constants), List.copyOf(operands), passes);
  }

  private static void add(Map<PassKey, List<Sink>> sinks, PassKey key, Sink sink) {
    sinks.computeIfAbsent(key, ignored -> new ArrayList<>()).add(sink);
  }

  private static List<Integer> arguments(Graph.Node node) {
    if (node instanceof Graph.Apply apply) {
      return apply.arguments();
    }
    return node instanceof Graph.Reduce reduce ? List.of(reduce.argument()) : List.of();
  }

  private void fuse(int result) {
    BitSet needed = needed(result);
    int[] uses = new int[result + 1];
    uses[result] = 1;
    for (int node = needed.nextSetBit(0); node >= 0; node = needed.nextSetBit(node + 1)) {
      arguments(graph.node(node)).forEach(argument -> uses[argument]++);
    }
    for (int node = needed.nextSetBit(0); node >= 0; node = needed.nextSetBit(node + 1)) {
      graph.fuse(node, uses);
    }
  }

  /**
   * Everything that a node depends on, itself included; arguments have smaller indices, so one
   * backward walk finds it.
   */
  private BitSet needed(int result) {
    BitSet needed = new BitSet();
    needed.set(result);
    for (int node = result; node >= 0; node--) {
      if (needed.get(node)) {
        arguments(graph.node(node)).forEach(needed::set);
      }
    }
    return needed;
  }

  private void describe(int index) {
    Graph.Node node = graph.node(index);
    BitSet set = new BitSet();
    if (node instanceof Graph.Leaf leaf && !leaf.isScalar()) {
      set.set(leaf.variable());
    }
    for (int argument : arguments(node)) {
      level[index] = Math.max(level[index], level[argument]);
      set.or(leaves[argument]);
    }
    if (node instanceof Graph.Reduce) {
      level[index]++;
      set.clear();
    }
    leaves[index] = set;
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
      List<Output> outputs =
          sinks.stream()
              .map(
                  sink ->
                      new Output(sink.operand(), registerOfNode.get(sink.node()), sink.reduction()))
              .toList();
      return new Pass(
          List.copyOf(registers),
          List.copyOf(inputs),
          List.copyOf(loads),
          List.copyOf(instructions),
          outputs);
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
        for (int argument : apply.arguments().stream().distinct().toList()) {
          if (lastUse.get(argument) == index && graph.node(argument) instanceof Graph.Apply) {
            free.computeIfAbsent(graph.kind(argument), kind -> new ArrayDeque<>())
                .push(registerOfNode.get(argument));
          }
        }
        Deque<Integer> reusable = free.get(node.kind());
        if (reusable != null && !reusable.isEmpty()) {
          registerOfNode.put(index, reusable.pop());
        } else {
          register(index);
        }
        instructions.add(new Instruction(apply.kernel(), registerOfNode.get(index), arguments));
      }
    }

    private int register(int node) {
      registers.add(graph.kind(node));
      registerOfNode.put(node, registers.size() - 1);
      return registers.size() - 1;
    }
  }
}
