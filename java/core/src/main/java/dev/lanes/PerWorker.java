package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * A value that every worker of a {@link Pool} has its own of: scratch arrays, parsers, connections.
 * A worker makes it when a task first asks, keeps it for all later tasks, and closes it, where it
 * is {@link AutoCloseable}, when the pool closes. Made by {@link Pool#perWorker}.
 *
 * <p>Thread-safe; what it holds need not be, for only one task at a time sees one value.
 *
 * @param <S> the type of the values
 */
public final class PerWorker<S> {

  private final Workers workers;
  private final Callable<? extends S> maker;

  PerWorker(Workers workers, Callable<? extends S> maker) {
    this.workers = workers;
    this.maker = Objects.requireNonNull(maker, "maker");
  }

  /**
   * The value of the worker that runs the calling task.
   *
   * @return the same object for all tasks of one worker
   * @throws Exception what making the value threw; the next task tries again
   * @throws LanesException code STATE when called outside the pool's tasks
   */
  @SuppressWarnings("unchecked")
  public S get() throws Exception {
    Map<PerWorker<?>, Object> values = workers.values();
    if (values == null) {
      throw new LanesException(
          Code.STATE, "a value per worker is to be had inside the tasks of its pool only");
    }
    Object value = values.get(this);
    if (value == null && !values.containsKey(this)) {
      value = maker.call();
      values.put(this, value);
    }
    return (S) value;
  }
}
