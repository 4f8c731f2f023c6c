package dev.lanes;

/**
 * What became of one item of a {@link Pool}'s work: a result or a failure.
 *
 * @param <T> the type of the items
 * @param <R> the type of the results
 * @param index the item's place in the input, from 0
 * @param item the item
 * @param result what the task returned; null after a failure
 * @param failure what the task threw the last time, a {@link java.util.concurrent.TimeoutException}
 *     when it took too long; null after a success
 */
public record Outcome<T, R>(long index, T item, R result, Throwable failure) {

  /**
   * Whether there is a result.
   *
   * @return false after a failure
   */
  public boolean isSuccess() {
    return failure == null;
  }

  /**
   * The result.
   *
   * @return what the task returned
   * @throws ItemException when it failed
   */
  public R get() {
    if (failure != null) {
      throw new ItemException(index, item, failure);
    }
    return result;
  }
}
