package dev.lanes;

import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One piece of work over many items. The thread that wants the results reads the items, hands them
 * to the workers in chunks, and takes the finished chunks; so nothing is read or kept beyond the
 * window, and nothing here but the chunks is for other threads.
 *
 * @param <T> the type of the items
 * @param <R> the type of the results
 */
final class PoolRun<T, R> implements Spliterator<R> {

  /** More items would save less than a nanosecond each, and cost memory. */
  private static final int LARGEST_CHUNK = 4096;

  /** A chunk is at most so many times as large as the largest one that was timed. */
  static final int GROWTH = 32;

  private static final Object[] NONE = {};

  /**
   * Where items come from.
   *
   * @param open begins to read
   * @param count how many there are, or -1
   */
  record Items<T>(Supplier<Iterator<? extends T>> open, long count) {

    static <T> Items<T> of(Iterable<? extends T> items) {
      long count = items instanceof Collection<?> collection ? collection.size() : -1;
      return new Items<>(items::iterator, count);
    }

    static <T> Items<T> of(Stream<? extends T> stream) {
      Spliterator<? extends T> items = stream.spliterator();
      return new Items<>(() -> Spliterators.iterator(items), items.getExactSizeIfKnown());
    }
  }

  /** What a worker did: the results, or the failure that ended it. */
  private record Done(Object[] results, long failed, long nanos, Outcome<?, ?> failure) {}

  private final class Chunk extends FutureTask<Done> {
    final int size;
    Object[] results; // once they have been taken over

    Chunk(long first, Object[] items) {
      super(() -> work(first, items));
      this.size = items.length;
    }

    @Override
    protected void done() {
      finished.add(this);
    }
  }

  private final Workers workers;
  private final PoolSettings settings;
  private final Items<? extends T> source;
  private final ItemRunner<T> runner;
  private final boolean isOrdered;
  private final boolean isBounded;

  private Iterator<? extends T> items; // null before the beginning
  private long taken;
  private PoolLoop<T, R> loop; // null once the workers do it

  private final BlockingQueue<Chunk> finished = new LinkedBlockingQueue<>();
  private final Set<Chunk> pending = new LinkedHashSet<>(); // in order of the items
  private long pendingItems;
  private int inFlight;
  private Object[] results = NONE; // of the chunk that is being passed on
  private int next;

  private Tally tally; // null before the beginning
  private boolean isEnded;

  /**
   * Prepares a run; nothing is read before the first result is asked for.
   *
   * @param isOrdered whether results come in the order of the items
   * @param isBounded whether reading ahead of the consumer is limited
   */
  PoolRun(
      Workers workers,
      PoolSettings settings,
      Items<? extends T> source,
      ItemRunner<T> runner,
      boolean isOrdered,
      boolean isBounded) {
    this.workers = workers;
    this.settings = settings;
    this.source = source;
    this.runner = runner;
    this.isOrdered = isOrdered;
    this.isBounded = isBounded;
  }

  private void begin() {
    if (items == null) {
      items = source.open().get();
      tally = new Tally(source.count(), settings.timeout, settings.listener);
      if (settings.isAuto || workers.isOwnThread()) {
        loop = new PoolLoop<>(workers, settings, items, source.count(), runner, tally);
      }
    }
  }

  // ---- What a consumer calls ----

  @Override
  @SuppressWarnings("unchecked")
  public boolean tryAdvance(Consumer<? super R> sink) {
    begin();
    try {
      if (loop != null && loop(1, sink) == 1) {
        return true;
      }
      if (next == results.length && !awaitResults()) {
        return false;
      }
      sink.accept((R) results[next++]);
      return true;
    } catch (Throwable e) {
      cancel();
      throw e;
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public void forEachRemaining(Consumer<? super R> sink) {
    begin();
    try {
      if (loop != null) {
        loop(Long.MAX_VALUE, sink);
      }
      do {
        while (next < results.length) {
          sink.accept((R) results[next++]);
        }
      } while (awaitResults());
    } catch (Throwable e) {
      cancel();
      throw e;
    }
  }

  /** Lets the calling thread work, until so many items are done or workers would be faster. */
  private long loop(long most, Consumer<? super R> sink) {
    long count = loop.run(most, sink);
    taken += count;
    if (count < most) {
      loop = null;
    }
    return count;
  }

  @Override
  public Spliterator<R> trySplit() {
    return null;
  }

  @Override
  public long estimateSize() {
    return source.count() < 0 ? Long.MAX_VALUE : source.count();
  }

  @Override
  public int characteristics() {
    return isOrdered ? ORDERED : 0;
  }

  /** Interrupts what is under way. */
  void cancel() {
    runner.stop();
    pending.forEach(chunk -> chunk.cancel(true));
  }

  // ---- Handing items out ----

  /** Keeps the workers busy. False when nothing is left to wait for. */
  private boolean feed() {
    while (inFlight < 2 * workers.count && hasRoom() && items.hasNext()) {
      Object[] chunk = nextItems();
      Chunk handed = new Chunk(taken - chunk.length, chunk);
      workers.execute(handed);
      pending.add(handed);
      pendingItems += chunk.length;
      inFlight++;
    }
    return !pending.isEmpty();
  }

  private boolean hasRoom() {
    return !isBounded
        || (settings.window == 0
            ? pending.size() < 4 * workers.count
            : pendingItems < settings.window);
  }

  private Object[] nextItems() {
    int size = chunkSize();
    Object[] chunk = new Object[Math.min(size, LARGEST_CHUNK)];
    int n = 0;
    for (; n < size && items.hasNext(); n++) {
      if (n == chunk.length) {
        chunk = Arrays.copyOf(chunk, (int) Math.min(size, 2L * n));
      }
      chunk[n] = items.next();
    }
    taken += n;
    return n == chunk.length ? chunk : Arrays.copyOf(chunk, n);
  }

  private int chunkSize() {
    long size = settings.chunkSize == 0 ? automaticSize() : settings.chunkSize;
    if (settings.window > 0) {
      long left = settings.window - pendingItems;
      size = Math.min(size, isBounded ? left : size);
    }
    return (int) Math.max(1, size);
  }

  private long automaticSize() {
    double nanosPerItem = tally.nanosPerItem();
    if (nanosPerItem == 0) {
      return 1;
    }
    long size =
        Math.min(workers.estimate(nanosPerItem).chunkSize(), (long) GROWTH * tally.largest());
    if (source.count() >= 0) {
      // Several of the last chunks for each worker, so that all end at about the same time.
      long share = (source.count() - taken) / (3L * workers.count);
      long least = (long) (workers.dispatchNanos() / nanosPerItem);
      size = Math.min(size, Math.max(share, least));
    }
    if (isBounded && settings.window > 0) {
      size = Math.min(size, settings.window / (2L * workers.count));
    }
    return Math.min(size, LARGEST_CHUNK);
  }

  /** What a worker does with a chunk; the results take the places of the items. */
  @SuppressWarnings("unchecked")
  private Done work(long first, Object[] chunk) {
    long begin = System.nanoTime();
    long failures = 0;
    int k = 0;
    try {
      for (; k < chunk.length && !runner.isStopped(); k++) {
        T item = (T) chunk[k];
        if (runner.isPlain) {
          chunk[k] = runner.task.apply(item);
        } else {
          chunk[k] = runner.run(first + k, item);
          failures += isFailure(chunk[k]) ? 1 : 0;
        }
      }
    } catch (Throwable e) {
      return new Done(null, 1, 0, new Outcome<>(first + k, chunk[k], null, e));
    }
    return new Done(chunk, failures, System.nanoTime() - begin, null);
  }

  static boolean isFailure(Object result) {
    return result instanceof Outcome<?, ?> outcome && !outcome.isSuccess();
  }

  // ---- Taking results ----

  /** Waits for the results that are next. False at the end. */
  private boolean awaitResults() {
    results = NONE;
    next = 0;
    while (feed()) {
      Chunk chunk = pending.iterator().next();
      if (!isOrdered || chunk.results == null) {
        Chunk taken = take();
        takeOver(taken);
        if (!isOrdered) {
          chunk = taken;
        }
      }
      if (chunk.results != null) {
        pending.remove(chunk);
        pendingItems -= chunk.size;
        results = chunk.results;
        return true;
      }
    }
    if (!isEnded) {
      isEnded = true;
      tally.tell();
    }
    return false;
  }

  private Chunk take() {
    try {
      if (settings.timeout == null) {
        return finished.take();
      }
      Chunk chunk = finished.poll(tally.nanosLeft(), TimeUnit.NANOSECONDS);
      if (chunk == null) {
        throw tally.late();
      }
      return chunk;
    } catch (InterruptedException e) {
      throw tally.interrupted(e);
    }
  }

  private void takeOver(Chunk chunk) {
    inFlight--;
    Done part = outcome(chunk);
    if (workers.isTerminated()) {
      throw tally.terminated(part.failure() == null ? null : part.failure().failure());
    }
    if (part.failure() != null) {
      throw failure(part.failure());
    }
    chunk.results = part.results();
    tally.add(chunk.size, part.failed(), part.nanos());
  }

  private Done outcome(Chunk chunk) {
    try {
      return chunk.get();
    } catch (CancellationException e) {
      throw tally.terminated(e); // nobody else cancels what is waited for
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException("a finished chunk has no outcome", e);
    }
  }

  /** The failure of an item, with those of others that have come in since. */
  private ItemException failure(Outcome<?, ?> first) {
    cancel();
    ItemException failure = new ItemException(first.index(), first.item(), first.failure());
    for (Chunk chunk; (chunk = finished.poll()) != null; ) {
      Outcome<?, ?> other = chunk.isCancelled() ? null : outcome(chunk).failure();
      if (other != null) {
        failure.addSuppressed(new ItemException(other.index(), other.item(), other.failure()));
      }
    }
    return failure;
  }
}
