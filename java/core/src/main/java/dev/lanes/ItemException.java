package dev.lanes;

/**
 * The failure of a {@link Pool}'s task: names the item, and has as its cause what the task threw,
 * or a {@link java.util.concurrent.TimeoutException} when it took too long. Failures that other
 * items met at the same time are suppressed exceptions of it.
 */
public final class ItemException extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final int MOST_CHARACTERS = 100;

  private final long index;
  private final transient Object item;

  ItemException(long index, Object item, Throwable cause) {
    super("item " + index + " (" + describe(item) + "): " + cause, cause);
    this.index = index;
    this.item = item;
  }

  private static String describe(Object item) {
    String text;
    try {
      text = String.valueOf(item);
    } catch (RuntimeException e) {
      text = item.getClass().getName(); // its own text is broken; the failure must not be lost
    }
    return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "...";
  }

  /**
   * The item's place in the input.
   *
   * @return counted from 0
   */
  public long index() {
    return index;
  }

  /**
   * The item.
   *
   * @return as it was given; null after serialisation
   */
  public Object item() {
    return item;
  }
}
