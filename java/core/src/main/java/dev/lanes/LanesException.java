package dev.lanes;

import java.util.Objects;

/**
 * The one exception that Lanes throws for wrong input, unchecked. Its {@link #code()} is stable and
 * meant for programs; its message is meant for people and names the operand, the shape or the
 * column that is at fault.
 *
 * <p>Immutable, hence thread-safe.
 */
public final class LanesException extends RuntimeException {

  /** What kind of mistake it was. Constants are only ever added. */
  public enum Code {
    /** The text is not an expression of the language. */
    SYNTAX,
    /** A name that stands for no operand. */
    UNKNOWN_NAME,
    /** A call of a function that does not exist. */
    UNKNOWN_FUNCTION,
    /**
     * A function with the wrong number of arguments, or an evaluation with the wrong number of
     * operands.
     */
    ARITY,
    /** An operator or function that does not take operands of these types. */
    TYPE,
    /** Shapes that do not fit each other, or a shape that is no shape. */
    SHAPE,
    /** An axis or an index outside the array. */
    AXIS,
    /** A conversion that would lose more than the casting rule allows. */
    CAST,
    /** A write to memory that may only be read. */
    READ_ONLY,
    /** A use of an array after its memory was given back, or of a pool that was closed. */
    CLOSED,
    /** A size beyond what the library, the machine or a declared bound takes. */
    LIMIT,
    /** The native library is missing, does not fit, or reported a failure. */
    NATIVE,
    /**
     * Numbers for which the operation has no result: a singular matrix, elements that are not
     * finite, an iteration that does not converge.
     */
    NUMERIC,
    /** A file that is damaged, truncated or not of the expected format. */
    FORMAT,
    /** A run that was stopped by an interrupt or a timeout. */
    CANCELLED,
    /** A name that breaks the rules for names. */
    NAME,
    /** A name that is taken. */
    EXISTS,
    /** A name under which there is nothing. */
    MISSING,
    /** The operating system refuses, or does not offer, what is needed. */
    SYSTEM,
    /** An item that failed in a worker process: its task threw, or the process ended. */
    WORKER,
    /** A call that makes no sense on this thread, at this time or on this Java. */
    STATE
  }

  private static final long serialVersionUID = 1L;

  private final Code code;
  private final int column;

  /**
   * Makes an exception without a place in an expression.
   *
   * @param code what kind of mistake it was
   * @param message what a person should read
   */
  public LanesException(Code code, String message) {
    this(code, message, -1, null);
  }

  /**
   * Makes an exception with a cause.
   *
   * @param code what kind of mistake it was
   * @param message what a person should read
   * @param cause what led to it, or null
   */
  public LanesException(Code code, String message, Throwable cause) {
    this(code, message, -1, cause);
  }

  /**
   * Makes an exception that points into the text of an expression.
   *
   * @param code what kind of mistake it was
   * @param message what a person should read
   * @param column zero-based index of the first offending UTF-16 unit in the text, or -1
   * @param cause what led to it, or null
   */
  public LanesException(Code code, String message, int column, Throwable cause) {
    super(message, cause);
    this.code = Objects.requireNonNull(code, "code");
    this.column = column;
  }

  /**
   * Names the kind of mistake.
   *
   * @return the stable code
   */
  public Code code() {
    return code;
  }

  /**
   * Tells where in the text of the expression the mistake stands.
   *
   * @return the zero-based column, or -1 when the mistake is not in a text
   */
  public int column() {
    return column;
  }
}
