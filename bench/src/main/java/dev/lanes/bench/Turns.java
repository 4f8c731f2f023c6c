package dev.lanes.bench;

import dev.lanes.NDArray;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;

/**
 * Lets the peers compute one workload in turns, over all sizes: each for a few milliseconds, again
 * and again, so that what the machine does besides falls on all of them. A peer that fails is noted
 * and left out.
 */
final class Turns {
  /** The last round's figures, for whoever reports them. */
  private static volatile Map<String, Double> last = Map.of();

  private static final long SLICE_NANOS = 4_000_000;
  private static final long LONG_NANOS = 20_000_000;
  private static final int SLICES = 5;

  /** A call that lasts longer has one slice in a round, or a run would take hours. */
  private static final double SLICED_NANOS = 6e7;

  /** For the JIT compiler when a peer is first met, and for the caches at its other sizes. */
  private static final long WARM_UP_NANOS = 400_000_000;

  private static final long LATER_WARM_UP_NANOS = 50_000_000;

  /** Before each turn, for threads that still run after the one before. */
  private static final long PAUSE_MILLIS = 4;

  /** After a peer that leaves threads spinning: they have gone to sleep after it. */
  private static final long LONG_PAUSE_MILLIS = 14;

  /** A call that lasts longer is timed in the first rounds only, unless it is one of ours. */
  private static final double SLOW_NANOS = 4e8;

  private static final int SLOW_ROUNDS = 2;

  private final Workload workload;
  private final Precision precision;
  private final List<Turn> turns = new ArrayList<>();
  private final Random random = new Random(1);
  private int round;
  private Peer previous;

  private static final class Turn {
    final Peer peer;
    final int n;
    final Contender contender;
    double nanos;

    Turn(Peer peer, int n, Contender contender) {
      this.peer = peer;
      this.n = n;
      this.contender = contender;
    }
  }

  Turns(Workload workload, Precision precision, List<Integer> sizes, List<Peer> peers) {
    this.workload = workload;
    this.precision = precision;
    for (int n : workload.sizes(sizes)) {
      prepare(n, peers);
    }
  }

  private void prepare(int n, List<Peer> peers) {
    Check check;
    try {
      check = new Check(workload, precision, n);
    } catch (RuntimeException e) {
      note(Peer.LANES, n, e);
      return;
    }
    Operand operands = new Operand(n);
    for (Peer peer : peers) {
      try {
        if (!peer.suits(workload, precision, n)) {
          continue;
        }
        Contender contender = operands.contender(peer);
        Turn turn = new Turn(peer, n, contender);
        turn.nanos = contender.time(1, false);
        if (peer != Peer.TRAFFIC) {
          check.run(peer, contender);
        }
        boolean isFirst = turns.stream().noneMatch(earlier -> earlier.peer == peer);
        warmUp(turn, isFirst ? WARM_UP_NANOS : LATER_WARM_UP_NANOS);
        turns.add(turn);
      } catch (RuntimeException | LinkageError e) {
        note(peer, n, e);
      }
    }
  }

  /** Operands in this process, made when they are first needed. */
  private final class Operand {
    private final int n;
    private NDArray[] arrays;
    private Object[] heap;
    private Object heapOutput;

    Operand(int n) {
      this.n = n;
    }

    private NDArray[] arrays() {
      if (arrays == null) {
        arrays = new NDArray[workload.row.operands];
        for (int i = 0; i < arrays.length; i++) {
          arrays[i] = precision.operand(i, n).reshape(workload.shape(n));
        }
      }
      return arrays;
    }

    private Object[] heap() {
      if (heap == null) {
        heap = precision.operands(workload.row.operands, n);
        heapOutput = Array.newInstance(heap[0].getClass().getComponentType(), n);
      }
      return heap;
    }

    @SuppressWarnings("unchecked") // of the loops' own type
    Contender contender(Peer peer) {
      return switch (peer) {
        case LANES -> new Contender.Evaluation(workload, precision, 0, arrays());
        case LANES_1 -> new Contender.Evaluation(workload, precision, 1, arrays());
        case LANES_2 -> new Contender.Evaluation(workload, precision, 2, arrays());
        case CALLERS_2 -> new Callers(workload, 2, arrays());
        case CALLERS_200 -> new Callers(workload, 200, arrays());
        case JAVA_LOOP, JAVA_PARALLEL, VECTOR_API, VECTOR_PARALLEL -> {
          Object[] in = heap();
          Loop<Object> loop = (Loop<Object>) peer.loop(workload, precision);
          boolean isParallel = peer.isParallelLoop();
          yield new Contender.HandWritten<>(loop, workload, in, heapOutput, isParallel);
        }
        default -> new Contender.Remote(peer, workload, precision, n);
      };
    }
  }

  private static void warmUp(Turn turn, long nanos) {
    long end = System.nanoTime() + nanos;
    do {
      long calls = calls(turn);
      turn.nanos = turn.contender.time(calls, false) / (double) calls;
    } while (System.nanoTime() < end);
  }

  private static long calls(Turn turn) {
    return Math.max(1, (long) (SLICE_NANOS / Math.max(turn.nanos, 1)));
  }

  /** Each peer at each size, some slices of time. */
  void round() {
    Map<Turn, double[]> slices = new LinkedHashMap<>();
    for (int slice = 0; slice < SLICES; slice++) {
      // In another order each time: what a turn finds in the caches is what the one before left
      // there.
      List<Turn> order = new ArrayList<>(turns);
      Collections.shuffle(order, random);
      for (Turn turn : order) {
        boolean isSlow = turn.nanos > SLOW_NANOS && !turn.peer.isLanes();
        if (slice > 0 && turn.nanos > SLICED_NANOS || isSlow && round >= SLOW_ROUNDS) {
          continue;
        }
        try {
          double nanos = slice(turn);
          slices.merge(turn, new double[] {nanos}, Turns::joined);
        } catch (RuntimeException e) {
          note(turn.peer, turn.n, e);
          turns.remove(turn);
        }
      }
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    slices.forEach(
        (turn, nanos) -> {
          String label = turn.peer + "@" + turn.n;
          figures.put(label, Figures.median(nanos));
          turn.contender
              .observations()
              .forEach((name, value) -> figures.put(label + "@" + name, value));
        });
    last = figures;
    round++;
  }

  private double slice(Turn turn) {
    try {
      boolean isLong = previous != null && previous.leavesThreadsSpinning();
      Thread.sleep(isLong ? LONG_PAUSE_MILLIS : PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    previous = turn.peer;
    long calls = calls(turn);
    turn.nanos = turn.contender.time(calls, turn.nanos < LONG_NANOS) / (double) calls;
    return turn.nanos;
  }

  private static double[] joined(double[] earlier, double[] later) {
    return DoubleStream.concat(DoubleStream.of(earlier), DoubleStream.of(later)).toArray();
  }

  /** The figures of the round before, by {@code PEER@N} in nanoseconds, and observations. */
  static Map<String, Double> last() {
    return last;
  }

  private void note(Peer peer, int n, Throwable cause) {
    String why = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    String line =
        "%s, %s %s, n = %d: %s%n".formatted(peer.title(), workload.title(), precision, n, why);
    try {
      Files.writeString(
          Path.of(System.getProperty("lanes.bench.notes")),
          line,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
