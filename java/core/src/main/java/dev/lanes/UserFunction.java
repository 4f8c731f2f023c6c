package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.External;
import dev.lanes.lang.Parser;
import dev.lanes.lang.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * A function for texts that is written elsewhere: as C code in a shared library, in Java, or both.
 * In an expression it runs like the language's own functions, block by block and on every core, in
 * one pass with everything else.
 *
 * <p>A signature such as {@code "dd:d"} gives the kinds of up to three arguments and of the result:
 * {@code b} bool, {@code i} int32, {@code l} int64, {@code f} float32, {@code d} float64, {@code c}
 * complex128. A function may have several of the same length; a call takes the first one to which
 * its arguments promote.
 *
 * <pre>{@code
 * // void logistic(double* out, const double* x, const double* r, int64_t n) {
 * //   for (int64_t i = 0; i < n; i++) out[i] = r[i] * x[i] * (1 - x[i]);
 * // }
 * UserFunction logistic =
 *     UserFunction.of("logistic").withKernel("dd:d", Path.of("liblogistic.so"), "logistic");
 * Expression.compile("sum(logistic(x, 3.7))", logistic);
 * }</pre>
 *
 * <p>The C function returns nothing and takes the block of results, one block for each argument and
 * the number of elements, at least one. Blocks are arrays of {@code uint8_t} (0 or 1), {@code
 * int32_t}, {@code int64_t}, {@code float}, {@code double} or {@code double _Complex}, aligned,
 * without gaps and without overlap; an argument that is one value for all elements is repeated. It
 * is called from several threads at a time, for blocks of any length in any order, and must neither
 * write anything but its results nor block, throw, end the process or call into the JVM. What it
 * does wrong, it does to this process.
 *
 * <p>Functions are taken to be pure: equal calls are made once. Immutable and thread-safe.
 */
public final class UserFunction {

  private static final int MAX_ARGUMENTS = 3;

  /**
   * The meaning of a function, one element at a time.
   *
   * @see UserFunction#withReference
   */
  @FunctionalInterface
  public interface Meaning {
    /**
     * Computes one element.
     *
     * @param arguments by kind a Boolean, Integer, Long, Float or Double, of complex numbers a
     *     {@code double[]} with the real and the imaginary part
     * @return likewise for the kind of the result
     */
    Object of(Object[] arguments);
  }

  /** What is known of one signature; what is not is null. */
  private record Form(Signature signature, NativeFunction code, Meaning meaning, int ulp) {}

  private record Signature(List<Kind> arguments, Kind result) {}

  private final String name;
  private final Map<String, Form> forms; // by signature

  private UserFunction(String name, Map<String, Form> forms) {
    this.name = name;
    this.forms = forms;
  }

  /**
   * A function that cannot be called yet.
   *
   * @param name as texts are to call it; it takes the place of a function that the language has
   *     under this name
   * @return the function, without signatures
   * @throws LanesException code SYNTAX when this is no name of the language
   */
  public static UserFunction of(String name) {
    if (!Parser.isName(name)) {
      throw new LanesException(Code.SYNTAX, "a function needs a name, not '" + name + "'");
    }
    return new UserFunction(name, Map.of());
  }

  /**
   * The same function with C code for a signature. The library stays open until the process ends.
   *
   * <p>The compiler cannot tell whether the C function has this signature. Where the library also
   * has a string of the function's name with {@code _signature} behind, as in {@code const char
   * logistic_signature[] = "dd:d";}, the two are compared.
   *
   * <p>Where the native library of Lanes is not in use, this only keeps the names; on the Java
   * engine the function needs a reference.
   *
   * @param signature kinds of the arguments, a colon, kind of the result
   * @param library a shared library for this platform
   * @param symbol the function in it
   * @return a function
   * @throws LanesException code TYPE for what is no signature, or has another length than those
   *     that there are; NATIVE when it cannot be loaded, has no such function, or declares another
   *     signature
   */
  public UserFunction withKernel(String signature, Path library, String symbol) {
    NativeFunction code = new NativeFunction(library, symbol, signature);
    Signature parsed = parse(signature);
    if (Lanes.isNative()) {
      code.address();
    }
    Form form = forms.get(signature);
    return with(
        signature,
        form == null
            ? new Form(parsed, code, null, 0)
            : new Form(parsed, code, form.meaning, form.ulp));
  }

  /**
   * The same function with a meaning in Java for a signature: what the Java engine computes, and
   * what {@code -Dlanes.verify} holds the C code against.
   *
   * @param signature kinds of the arguments, a colon, kind of the result
   * @param meaning one element
   * @param ulp how many units in the last place C code may be off, 0 for results that have the same
   *     bits
   * @return a function
   * @throws LanesException code TYPE for what is no signature, or has another length than those
   *     that there are; LIMIT for a negative bound
   */
  public UserFunction withReference(String signature, Meaning meaning, int ulp) {
    if (ulp < 0) {
      throw new LanesException(Code.LIMIT, "a bound is 0 or more, not " + ulp);
    }
    Signature parsed = parse(signature);
    Form form = forms.get(signature);
    return with(signature, new Form(parsed, form == null ? null : form.code, meaning, ulp));
  }

  private UserFunction with(String signature, Form form) {
    Map<String, Form> more = new LinkedHashMap<>(forms);
    more.put(signature, form);
    return new UserFunction(name, more);
  }

  /**
   * The name.
   *
   * @return as texts call it
   */
  public String name() {
    return name;
  }

  private Signature parse(String text) {
    List<Kind> kinds = new ArrayList<>();
    int colon = text.indexOf(':');
    boolean isValid = colon >= 1 && colon <= MAX_ARGUMENTS && colon == text.length() - 2;
    for (int i = 0; isValid && i < text.length(); i++) {
      if (i != colon) {
        isValid = "bilfdc".indexOf(text.charAt(i)) >= 0;
        kinds.add(isValid ? Kind.of(text.charAt(i)) : null);
      }
    }
    if (!isValid) {
      throw new LanesException(
          Code.TYPE,
          "the signature '"
              + text
              + "' of '"
              + name
              + "' is not one to three of the letters b i l f d c, a colon and one of them, as in"
              + " 'dd:d'");
    }
    for (Form form : forms.values()) {
      if (form.signature.arguments.size() != colon) {
        throw new LanesException(
            Code.TYPE,
            "'"
                + name
                + "' takes "
                + form.signature.arguments.size()
                + " arguments and cannot have the signature "
                + text);
      }
    }
    return new Signature(List.copyOf(kinds.subList(0, colon)), kinds.get(colon));
  }

  /** The functions as the parser takes them. */
  static Map<String, External> externals(UserFunction... functions) {
    Map<String, External> externals = new LinkedHashMap<>();
    for (UserFunction function : functions) {
      if (function.forms.isEmpty()) {
        throw new LanesException(
            Code.TYPE, "'" + function.name + "' has neither C code nor a meaning in Java");
      }
      if (externals.put(function.name, function.external()) != null) {
        throw new LanesException(
            Code.TYPE,
            "there are two functions '" + function.name + "'; give one all the signatures");
      }
    }
    return Map.copyOf(externals);
  }

  private External external() {
    return new External(
        name,
        forms.entrySet().stream()
            .map(each -> signature(each.getKey(), each.getValue()))
            .collect(Collectors.toList()));
  }

  private External.Signature signature(String text, Form form) {
    Kind result = form.signature.result;
    LongSupplier address =
        form.code != null
            ? form.code::address
            : () -> {
              throw new LanesException(
                  Code.NATIVE,
                  "'" + name + "' has no C code for " + text + "; add it with withKernel");
            };
    boolean isFloat = result == Kind.FLOAT32 || result == Kind.FLOAT64 || result == Kind.COMPLEX128;
    return new External.Signature(
        form.signature.arguments,
        result,
        isFloat ? form.ulp : 0,
        address,
        form.meaning == null ? null : reference(form));
  }

  /** The meaning over blocks. */
  private Reference reference(Form form) {
    List<Kind> kinds = form.signature.arguments;
    Kind result = form.signature.result;
    return (out, a, b, c, n) -> {
      Object[] blocks = {a, b, c};
      Object[] results = new Object[n];
      for (int i = 0; i < n; i++) {
        Object[] arguments = new Object[kinds.size()];
        for (int k = 0; k < arguments.length; k++) {
          arguments[k] = get(kinds.get(k), blocks[k], i);
        }
        results[i] = form.meaning.of(arguments);
      }
      for (int i = 0; i < n; i++) {
        put(result, out, i, results[i]);
      }
    };
  }

  private static Object get(Kind kind, Object block, int i) {
    return switch (kind) {
      case BOOL -> ((long[]) block)[i] != 0;
      case INT32 -> (int) ((long[]) block)[i];
      case INT64 -> ((long[]) block)[i];
      case FLOAT32 -> (float) ((double[]) block)[i];
      case FLOAT64 -> ((double[]) block)[i];
      case COMPLEX128 -> new double[] {((double[]) block)[2 * i], ((double[]) block)[2 * i + 1]};
      case BYTES -> throw new IllegalStateException();
    };
  }

  private void put(Kind kind, Object block, int i, Object value) {
    if (kind == Kind.BOOL && value instanceof Boolean truth) {
      ((long[]) block)[i] = truth ? 1 : 0;
    } else if (kind == Kind.INT32 && value instanceof Integer number) {
      ((long[]) block)[i] = number;
    } else if (kind == Kind.INT64 && value instanceof Long number) {
      ((long[]) block)[i] = number;
    } else if (kind == Kind.FLOAT32 && value instanceof Float number) {
      ((double[]) block)[i] = number;
    } else if (kind == Kind.FLOAT64 && value instanceof Double number) {
      ((double[]) block)[i] = number;
    } else if (kind == Kind.COMPLEX128 && value instanceof double[] parts && parts.length == 2) {
      ((double[]) block)[2 * i] = parts[0];
      ((double[]) block)[2 * i + 1] = parts[1];
    } else {
      throw new LanesException(
          Code.TYPE,
          "the meaning of '"
              + name
              + "' gave "
              + (value == null ? "null" : "a " + value.getClass().getSimpleName())
              + " for "
              + kind);
    }
  }
}
