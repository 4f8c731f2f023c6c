package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.Argument;
import dev.lanes.lang.External;
import dev.lanes.lang.Parser;
import dev.lanes.lang.Program;
import dev.lanes.lang.Spelling;
import dev.lanes.lang.Translator;
import dev.lanes.lang.Tree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A compiled text, for example {@code 2*a + 3*b}, that runs over arrays as often as one likes.
 * Operands broadcast as in NumPy; the result is a new array or goes into one that the caller gives.
 *
 * <p>The text is compiled for the dtypes that it meets, once for each combination. Immutable and
 * thread-safe; one object serves any number of threads.
 */
public final class Expression {

  private final Tree tree;
  private final Options options;
  private final Map<String, External> functions;
  private final List<String> constants;
  private final Map<Specialisation.Key, Specialisation> cache = new ConcurrentHashMap<>();
  private final Map<Set<String>, Expression> bindings = new ConcurrentHashMap<>();
  private volatile Specialisation last;

  private Expression(Tree tree, Options options, Map<String, External> functions) {
    this.tree = tree;
    this.functions = functions;
    this.options = options;
    this.constants = tree.constants();
  }

  /**
   * Compiles a text: an expression, or statements separated by semicolons or line ends. The
   * language reference, {@code docs/language.md}, describes all of it. A text costs time and memory
   * in proportion to its length and to {@link Parser#MAX_NODES}, whatever it says.
   *
   * @param text at most 2^20 characters
   * @return the expression
   * @throws LanesException with the column, code SYNTAX, UNKNOWN_FUNCTION, ARITY or LIMIT
   */
  public static Expression compile(String text) {
    return compile(text, new UserFunction[0]);
  }

  /**
   * Compiles a text that calls functions written elsewhere.
   *
   * @param text as in {@link #compile(String)}
   * @param functions known to the text beside the language's own
   * @return the expression
   * @throws LanesException with the column, code SYNTAX, UNKNOWN_FUNCTION, ARITY or LIMIT; without
   *     one code TYPE for a function without signatures, and for two of one name
   */
  public static Expression compile(String text, UserFunction... functions) {
    Map<String, External> externals = UserFunction.externals(functions);
    return new Expression(Parser.parse(text, List.of(), externals), Options.DEFAULT, externals);
  }

  /**
   * The same text for other results than it has by itself.
   *
   * @param names assigned in the text, also such as later statements use; at least one
   * @return an expression without the statements and operands that these results do not need
   * @throws LanesException code UNKNOWN_NAME for a name that the text does not assign
   */
  public Expression withResults(String... names) {
    if (names.length == 0) {
      throw new LanesException(Code.ARITY, "name at least one result");
    }
    return new Expression(Parser.parse(tree.text(), List.of(names), functions), options, functions);
  }

  /**
   * The same expression on an engine of the caller's choice.
   *
   * @param newEngine {@link JavaEngine#INSTANCE} or {@link NativeEngine#instance()}
   * @return an expression that shares nothing but the text
   */
  public Expression on(Engine newEngine) {
    return with(options.withEngine(newEngine));
  }

  /**
   * The same expression with its own limit on threads, instead of {@link Lanes#threads()}. The
   * results are the same to the last bit for any number.
   *
   * @param count from 1 to 1024
   * @return an expression that shares nothing but the text
   * @throws LanesException code LIMIT for other counts
   */
  public Expression withThreads(int count) {
    return with(options.withThreads(Lanes.requireThreads(count)));
  }

  /**
   * The same expression with an end to the time that one evaluation may take. It stops within a few
   * milliseconds after that and throws; outputs of the caller's are then partly written. Without a
   * timeout, an interrupt of the calling thread stops evaluations that take more than a fraction of
   * a millisecond; the interrupt status stays set.
   *
   * @param limit more than zero
   * @return an expression that shares nothing but the text
   * @throws LanesException code LIMIT for other durations; from evaluations, code CANCELLED
   */
  public Expression withTimeout(Duration limit) {
    return with(options.withTimeout(requireTimeout(limit)));
  }

  static Duration requireTimeout(Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new LanesException(Code.LIMIT, "a timeout is more than zero, not " + limit);
    }
    return limit;
  }

  /**
   * The same expression with another rule for outputs of the caller's, instead of {@link
   * Casting#SAME_KIND}.
   *
   * @param casting how far an output's dtype may be from the result's
   * @return an expression that shares nothing but the text
   */
  public Expression withCasting(Casting casting) {
    return with(options.withCasting(Objects.requireNonNull(casting, "casting")));
  }

  /**
   * The same expression with fresh results in another order than {@link ResultOrder#C}.
   *
   * @param order how their axes lie in memory
   * @return an expression that shares nothing but the text
   */
  public Expression withOrder(ResultOrder order) {
    return with(options.withOrder(Objects.requireNonNull(order, "order")));
  }

  /**
   * The same expression with or without optimisations of its meaning: constants folded, common
   * parts computed once, powers with small constant exponents as products, roots and quotients.
   * Without them a program has one instruction per operator, and {@code x**3} calls pow; results
   * may differ in the last place of such powers and in nothing else.
   *
   * @param isOptimized true as by default, false for programs that follow the text
   * @return an expression that shares nothing but the text
   */
  public Expression withOptimization(boolean isOptimized) {
    return with(options.withOptimization(isOptimized));
  }

  private Expression with(Options chosen) {
    return new Expression(tree, chosen, functions);
  }

  /**
   * The names of the operands, known without their types.
   *
   * @return in the order in which the text first uses them
   */
  public List<String> variables() {
    return tree.names();
  }

  /**
   * The names in the text that stand for a number, such as {@code pi} and {@code e}, unless an
   * operand of that name is given by name.
   *
   * @return some of {@code pi e inf nan}, sorted
   */
  public List<String> constants() {
    return constants;
  }

  /**
   * Evaluates over arrays given in the order of {@link #variables()}.
   *
   * @param operands as many as there are variables
   * @return a new array of the shape that the operands broadcast to, in C order; without axes for a
   *     reduction
   * @throws LanesException code ARITY, TYPE, SHAPE or CLOSED
   */
  public NDArray evaluate(NDArray... operands) {
    requireOneResult();
    return run(Call.take(), operands, null)[0];
  }

  /**
   * Evaluates over operands given by name. A Boolean or a Number of Java's own is one value for all
   * elements and, like a constant in the text, takes the precision of what it meets; an array
   * without axes ({@link NDArray#scalar}) is one value of exactly its type. A {@code byte[]} or a
   * String, which is taken in UTF-8, is one value of bytes.
   *
   * @param operands an {@link NDArray}, Number, Boolean, String or {@code byte[]} for each
   *     variable; others are ignored
   * @return a new array of the shape that the operands broadcast to, in C order; without axes for a
   *     reduction
   * @throws LanesException code UNKNOWN_NAME, TYPE, SHAPE or CLOSED
   */
  public NDArray evaluate(Map<String, ?> operands) {
    requireOneResult();
    return bound(operands).runNamed(Call.take(), operands)[0];
  }

  /**
   * Evaluates into an array of the caller's, which may also be an operand or overlap with one: the
   * result is as if all operands had been read first.
   *
   * @param output takes the result, converted within its kind (float64 to float32, but not to
   *     int32); the result is broadcast to its shape
   * @param operands as many as there are variables, in their order
   * @return the output
   * @throws LanesException code ARITY, TYPE, SHAPE, CAST, READ_ONLY or CLOSED
   */
  public NDArray evaluateInto(NDArray output, NDArray... operands) {
    int count = operands.length;
    if (count > 0
        && count <= QuickCall.MOST_OPERANDS
        && isDoneQuickly(
            output, operands[0], count > 1 ? operands[1] : null, count > 2 ? operands[2] : null)) {
      return output;
    }
    requireOneResult();
    requireWritable(output);
    Call call = Call.take();
    call.given(1)[0] = output;
    run(call, call.keep(operands), null);
    return output;
  }

  /**
   * {@link #evaluateInto(NDArray, NDArray...)} with one operand. Small calls with up to three
   * operands cost least, and make no garbage.
   *
   * @param output as there
   * @param a the operand
   * @return the output
   * @throws LanesException as there
   */
  public NDArray evaluateInto(NDArray output, NDArray a) {
    return isDoneQuickly(output, a, null, null) ? output : evaluateInto(output, new NDArray[] {a});
  }

  /**
   * {@link #evaluateInto(NDArray, NDArray...)} with two operands.
   *
   * @param output as there
   * @param a the first operand
   * @param b the second operand
   * @return the output
   * @throws LanesException as there
   */
  public NDArray evaluateInto(NDArray output, NDArray a, NDArray b) {
    return b != null && isDoneQuickly(output, a, b, null)
        ? output
        : evaluateInto(output, new NDArray[] {a, b});
  }

  /**
   * {@link #evaluateInto(NDArray, NDArray...)} with three operands.
   *
   * @param output as there
   * @param a the first operand
   * @param b the second operand
   * @param c the third operand
   * @return the output
   * @throws LanesException as there
   */
  public NDArray evaluateInto(NDArray output, NDArray a, NDArray b, NDArray c) {
    return b != null && c != null && isDoneQuickly(output, a, b, c)
        ? output
        : evaluateInto(output, new NDArray[] {a, b, c});
  }

  private boolean isDoneQuickly(NDArray output, NDArray a, NDArray b, NDArray c) {
    Specialisation recent = last;
    return recent != null && recent.quick() != null && recent.quick().run(output, a, b, c);
  }

  /**
   * Evaluates into an array of the caller's, over operands given by name.
   *
   * @param output as in {@link #evaluateInto(NDArray, NDArray...)}
   * @param operands as in {@link #evaluate(Map)}
   * @return the output
   * @throws LanesException code UNKNOWN_NAME, TYPE, SHAPE, CAST, READ_ONLY or CLOSED
   */
  public NDArray evaluateInto(NDArray output, Map<String, ?> operands) {
    requireOneResult();
    Call call = Call.take();
    call.given(1)[0] = requireWritable(output);
    bound(operands).runNamed(call, operands);
    return output;
  }

  /**
   * The names of the results.
   *
   * @return in the order of the text; one empty name for an expression that has none
   */
  public List<String> results() {
    return tree.results().stream().map(Tree.Result::name).toList();
  }

  /**
   * Evaluates all results at once, over arrays given in the order of {@link #variables()}. What
   * results have in common is computed once, and those of one shape take one pass over the data.
   *
   * @param operands as many as there are variables
   * @return a new array for each of {@link #results()}, in their order
   * @throws LanesException code ARITY, TYPE, SHAPE, AXIS or CLOSED
   */
  public Map<String, NDArray> evaluateAll(NDArray... operands) {
    return named(run(Call.take(), operands, null));
  }

  /**
   * Evaluates all results at once, over operands given by name.
   *
   * @param operands as in {@link #evaluate(Map)}
   * @return a new array for each of {@link #results()}, in their order
   * @throws LanesException code UNKNOWN_NAME, TYPE, SHAPE, AXIS or CLOSED
   */
  public Map<String, NDArray> evaluateAll(Map<String, ?> operands) {
    return evaluateAllInto(Map.of(), operands);
  }

  /**
   * Evaluates all results at once, some or all of them into arrays of the caller's. These may be
   * operands or overlap with them: the results are as if all operands had been read first.
   *
   * @param outputs by name of a result, as in {@link #evaluateInto(NDArray, NDArray...)}; no two
   *     may overlap. Results without one get a new array
   * @param operands as in {@link #evaluate(Map)}
   * @return the array of each of {@link #results()}, in their order
   * @throws LanesException code UNKNOWN_NAME, TYPE, SHAPE, AXIS, CAST, READ_ONLY or CLOSED; SHAPE
   *     for outputs that overlap each other
   */
  public Map<String, NDArray> evaluateAllInto(
      Map<String, NDArray> outputs, Map<String, ?> operands) {
    Expression bound = bound(operands);
    if (bound != this) {
      return bound.evaluateAllInto(outputs, operands);
    }
    List<String> names = results();
    for (String name : outputs.keySet()) {
      if (!names.contains(name)) {
        throw new LanesException(
            Code.UNKNOWN_NAME,
            "there is no result " + Spelling.quote(name) + Spelling.hint(name, names.stream()));
      }
    }
    Call call = Call.take();
    NDArray[] given = call.given(names.size());
    for (int i = 0; i < names.size(); i++) {
      NDArray output = outputs.get(names.get(i));
      if (output != null) {
        requireWritable(output);
        requireApart(output, given, i);
      }
      given[i] = output;
    }
    NDArray[] results = runNamed(call, operands);
    return named(results != null ? results : new NDArray[] {outputs.get(names.get(0))});
  }

  private static void requireApart(NDArray output, NDArray[] others, int count) {
    for (int i = 0; i < count; i++) {
      if (others[i] != null && NDArray.mayShareBytes(output, others[i])) {
        throw new LanesException(
            Code.SHAPE, "two outputs overlap; give each result memory of its own");
      }
    }
  }

  private Map<String, NDArray> named(NDArray[] arrays) {
    Map<String, NDArray> named = new LinkedHashMap<>();
    for (int i = 0; i < arrays.length; i++) {
      named.put(tree.results().get(i).name(), arrays[i]);
    }
    return named;
  }

  static NDArray requireWritable(NDArray output) {
    if (output.isReadOnly()) {
      throw new LanesException(Code.READ_ONLY, "the output is read-only");
    }
    return output;
  }

  private NDArray[] runNamed(Call call, Map<String, ?> operands) {
    Object[] values = values(operands);
    NDArray[] arrays = new NDArray[values.length];
    boolean hasScalars = false;
    for (int i = 0; i < values.length; i++) {
      if (values[i] instanceof NDArray array) {
        arrays[i] = array;
      } else {
        hasScalars = true;
      }
    }
    return run(call, arrays, hasScalars ? values : null);
  }

  /** This text with those of its constants as operands for which the caller gives one. */
  private Expression bound(Map<String, ?> operands) {
    if (constants.stream().noneMatch(operands::containsKey)) {
      return this;
    }
    Set<String> given =
        constants.stream().filter(operands::containsKey).collect(Collectors.toUnmodifiableSet());
    return bindings.computeIfAbsent(
        given, names -> new Expression(tree.binding(names), options, functions));
  }

  private Object[] values(Map<String, ?> operands) {
    List<String> names = tree.names();
    Object[] values = new Object[names.size()];
    for (int i = 0; i < values.length; i++) {
      String name = names.get(i);
      values[i] = operands.get(name);
      if (values[i] == null && !operands.containsKey(name)) {
        String hint = Spelling.hint(name, operands.keySet().stream());
        throw new LanesException(
            Code.UNKNOWN_NAME,
            "there is no operand " + Spelling.quote(name) + hint,
            column(i),
            null);
      }
    }
    return values;
  }

  private int column(int variable) {
    for (Tree.Node node : tree.nodes()) {
      if (node instanceof Tree.Name name && name.index() == variable) {
        return name.column();
      }
    }
    return -1;
  }

  /**
   * The way of every evaluation.
   *
   * @param call to use, with the caller's outputs in it; given back at the end
   * @param arrays the operands, null where a value stands
   * @param values the operands when some are values, or null
   * @return the arrays of the results; null when the one result went into the caller's
   */
  private NDArray[] run(Call call, NDArray[] arrays, Object[] values) {
    try {
      int[] outputs = prepare(call, arrays, values);
      boolean isDone = false;
      try {
        run(call);
        NDArray[] results = deliver(call, outputs);
        isDone = true;
        return results;
      } finally {
        closeResults(call, outputs, isDone);
      }
    } finally {
      call.giveBack();
    }
  }

  private void run(Call call) {
    call.acquire();
    try (Watch watch = watch(call.nanos)) {
      call.watch = watch;
      if (isVerified()) {
        Verifier.run(call.prepared, call);
      } else {
        call.prepared.run(call);
      }
    } finally {
      call.release();
    }
  }

  /**
   * All that comes before a run, memory for the results included.
   *
   * @return the numbers of the operands that are results
   */
  private int[] prepare(Call call, NDArray[] arrays, Object[] values) {
    requireArity(arrays.length);
    Specialisation specialisation = specialise(arrays, values, call.given(tree.results().size()));
    call.begin(specialisation.program());
    specialisation.place(call, arrays, values);
    call.shape(tree.names());
    boolean isDone = false;
    try {
      allocate(call, specialisation, arrays);
      isDone = true;
    } finally {
      if (!isDone) {
        closeResults(call, specialisation.outputs(), false);
      }
    }
    call.prepared = specialisation.prepared();
    decideThreads(call, specialisation.costs());
    return specialisation.outputs();
  }

  /** Finds memory for the results, the caller's where it may be, and for what passes leave. */
  private void allocate(Call call, Specialisation specialisation, NDArray[] arrays) {
    for (int i = 0; i < specialisation.outputs().length; i++) {
      int operand = specialisation.outputs()[i];
      NDArray given = call.given[i];
      if (given != null && Specialisation.isDirect(call, operand, given)) {
        call.operands[operand] = given;
      } else {
        long[] shape = call.shapesLeft[operand];
        if (given != null) {
          Call.broadcastTo(shape, given.layout().shape);
        }
        ResultOrder order = given == null ? options.order() : ResultOrder.C;
        call.operands[operand] = order.allocate(specialisation.dtype(i), shape, arrays);
      }
    }
    if (!specialisation.isPlain()) {
      call.allocateTemporaries();
    }
  }

  /** Copies what could not be written where the caller wants it. */
  private static NDArray[] deliver(Call call, int[] outputs) {
    if (outputs.length == 1 && call.operands[outputs[0]] == call.given[0]) {
      return null;
    }
    NDArray[] results = new NDArray[outputs.length];
    for (int i = 0; i < outputs.length; i++) {
      NDArray given = call.given[i];
      NDArray result = call.operands[outputs[i]];
      if (given != null && given != result) {
        given.copyFrom(result.broadcastTo(given.shape()));
      }
      results[i] = given == null ? result : given;
    }
    return results;
  }

  private static void closeResults(Call call, int[] outputs, boolean isDone) {
    for (int i = 0; i < outputs.length; i++) {
      NDArray result = call.operands[outputs[i]];
      boolean isHandedOut = result == call.given[i] || isDone && call.given[i] == null;
      if (result != null && !isHandedOut) {
        result.close();
      }
    }
  }

  // ---- For many evaluations at once ----

  /** Prepares one of many evaluations. */
  void begin(Call call, NDArray output, NDArray[] arrays) {
    requireOneResult();
    call.given(1)[0] = output;
    call.target = call.operands[prepare(call, arrays.clone(), null)[0]];
  }

  int threadsFor(double nanos) {
    return Threads.forWork(nanos, options.threads());
  }

  Watch watch(double nanos) {
    return Watch.over(nanos, options.timeout());
  }

  /** Runs what {@link #begin} has prepared for one program. */
  void runMany(
      Engine.Prepared prepared, LongFunction<Call> calls, long count, int most, Watch watch) {
    if (isVerified()) {
      for (long i = 0; i < count; i++) {
        Verifier.run(prepared, calls.apply(i));
      }
    } else {
      prepared.runMany(calls, count, most, watch);
    }
  }

  /** Whether nothing but native code reads and writes elements. */
  boolean isNativeAlone() {
    return engine() instanceof NativeEngine && !Verifier.ENABLED;
  }

  private boolean isVerified() {
    return Verifier.ENABLED && engine() instanceof NativeEngine;
  }

  private void requireArity(int count) {
    List<String> names = tree.names();
    if (count != names.size()) {
      String message =
          "the expression has "
              + names.size()
              + " operands "
              + Spelling.list(names)
              + ", not "
              + count;
      String hint = "; give operands by name where a name such as " + constants + " is one";
      throw new LanesException(Code.ARITY, constants.isEmpty() ? message : message + hint);
    }
  }

  private void requireOneResult() {
    if (tree.results().size() > 1) {
      throw new LanesException(
          Code.ARITY,
          "the text has the results "
              + Spelling.list(results())
              + "; call evaluateAll, or choose one with withResults");
    }
  }

  private Engine engine() {
    return options.engine() == null ? Lanes.engine() : options.engine();
  }

  private Specialisation specialise(NDArray[] arrays, Object[] values, NDArray[] given) {
    Specialisation recent = last;
    if (values == null && recent != null && noneIsNull(arrays) && recent.fits(arrays, given)) {
      return recent;
    }
    List<Argument> arguments = new ArrayList<>();
    for (int i = 0; i < arrays.length; i++) {
      arguments.add(
          arrays[i] != null
              ? Argument.array(arrays[i].dtype())
              : Argument.scalar(values == null ? null : values[i], tree.names().get(i)));
    }
    List<DType> outputs = new ArrayList<>();
    for (int i = 0; i < tree.results().size(); i++) {
      outputs.add(given[i] == null ? null : given[i].dtype());
    }
    Specialisation.Key key = new Specialisation.Key(arguments, outputs);
    Specialisation found = cache.get(key);
    if (found == null) {
      Program program =
          Translator.translate(tree, arguments, outputs, options.casting(), options.isOptimized());
      found = Specialisation.of(key, program, engine(), options.timeout() == null);
      cache.put(key, found);
    }
    last = found;
    return found;
  }

  private static boolean noneIsNull(NDArray[] arrays) {
    for (NDArray array : arrays) {
      if (array == null) {
        return false;
      }
    }
    return true;
  }

  /** Gives every pass its threads, and the call the time that it will take. */
  private void decideThreads(Call call, double[] costs) {
    call.nanos = 0;
    call.work = 0;
    for (int p = 0; p < costs.length; p++) {
      double nanos = costs[p] * Call.size(call.shapes[p]);
      call.threads[p] = Threads.forPass(nanos, options.threads());
      call.nanos += nanos / call.threads[p];
      call.work += nanos;
    }
  }

  /**
   * What a result would be.
   *
   * @param name as in the text, empty for a bare expression
   * @param dtype of its elements
   * @param shape lengths of its axes
   */
  public record ResultType(String name, DType dtype, List<Long> shape) {}

  /**
   * Checks an evaluation without doing it. To check types and shapes without data, give arrays that
   * take no memory to speak of: {@code NDArray.allocate(dtype, 1).broadcastTo(shape)}.
   *
   * @param operands as in {@link #evaluate(Map)}; only types and shapes matter
   * @return what the results would be
   * @throws LanesException as {@link #evaluate(Map)} does
   */
  public List<ResultType> validate(Map<String, ?> operands) {
    return bound(operands)
        .plan(
            operands,
            (call, specialisation) ->
                IntStream.range(0, specialisation.outputs().length)
                    .mapToObj(
                        i ->
                            new ResultType(
                                tree.results().get(i).name(),
                                specialisation.dtype(i),
                                Arrays.stream(call.shapesLeft[specialisation.outputs()[i]])
                                    .boxed()
                                    .toList()))
                    .toList());
  }

  /**
   * Tells how the expression would run over these operands: passes, registers, bytes moved,
   * estimated cost and threads.
   *
   * @param operands as in {@link #evaluate(Map)}; only types and shapes matter
   * @return several lines
   * @throws LanesException as {@link #evaluate(Map)} does
   */
  public String explain(Map<String, ?> operands) {
    Expression bound = bound(operands);
    return bound.plan(
        operands,
        (call, specialisation) ->
            Explanation.of(
                bound.tree,
                call,
                engine(),
                Threads.forWork(Double.POSITIVE_INFINITY, options.threads())));
  }

  /** Does what comes before a run, and looks at it. */
  private <T> T plan(Map<String, ?> operands, BiFunction<Call, Specialisation, T> view) {
    Object[] values = values(operands);
    NDArray[] arrays = new NDArray[values.length];
    for (int i = 0; i < values.length; i++) {
      arrays[i] = values[i] instanceof NDArray array ? array : null;
    }
    Call call = Call.take();
    try {
      Specialisation specialisation = specialise(arrays, values, call.given(tree.results().size()));
      call.begin(specialisation.program());
      specialisation.place(call, arrays, values);
      call.shape(tree.names());
      decideThreads(call, specialisation.costs());
      return view.apply(call, specialisation);
    } finally {
      call.giveBack();
    }
  }

  @Override
  public String toString() {
    return tree.text();
  }
}
