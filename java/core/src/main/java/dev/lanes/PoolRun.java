package dev.lanes;

import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.RandomAccess;
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

  /** A wrong or unknown count must not cost more than this. */
  private static final int LARGEST_RESERVE = 1 << 26;

  private static final Object[] NONE = {};

  /**
   * Where items come from.
   *
   * @param open begins to read
   * @param count how many there are, or -1
   * @param list the items where they can be had by number, or null
   */
  record Items<T>(Supplier<Iterator<? extends T>> open, long count, List<? extends T> list) {

    static <T> Items<T> of(Iterable<? extends T> items) {
      long count = items instanceof Collection<?> collection ? collection.size() : -1;
      List<? extends T> list = null;
      if (items instanceof RandomAccess && items instanceof List<? extends T> each) {
        list = each;
      }
      return new Items<>(items::iterator, count, list);
    }

    static <T> Items<T> of(Stream<? extends T> stream) {
      Spliterator<? extends T> items = stream.spliterator();
      return new Items<>(() -> Spliterators.iterator(items), items.getExactSizeIfKnown(), null);
    }
  }

  /** A growing list of results, which may also be written to its end in place. */
  static final class Results {
    Object[] all = NONE;
    int size;

    /** Makes room for n more. */
    Object[] room(int n) {
      if (all.length - size < n) {
        all =
            Arrays.copyOf(
                all, Math.max(Math.addExact(size, n), (int) Math.min(2L * size, 1 << 30)));
      }
      return all;
    }

    void add(Object[] chunk) {
      System.arraycopy(chunk, 0, room(chunk.length), size, chunk.length);
      size += chunk.length;
    }

    List<Object> toList() {
      return Arrays.asList(size == all.length ? all : Arrays.copyOf(all, size));
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
  private PoolLoop<T> loop; // null once the workers do it

  private BlockingQueue<Chunk> finished; // null before the workers have anything to do, like this:
  private Set<Chunk> pending; // in order of the items
  private long pendingItems;
  private int inFlight;
  private final Results results = new Results(); // that are being passed on
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
    if (tally == null) {
      tally = new Tally(source.count(), settings.timeout, settings.listener);
      if (settings.isAuto || workers.isOwnThread()) {
        loop = new PoolLoop<>(workers, settings, source, runner, tally);
      } else {
        items = source.open().get();
      }
    }
  }

  // ---- What a consumer calls ----

  @Override
  @SuppressWarnings("unchecked")
  public boolean tryAdvance(Consumer<? super R> sink) {
    begin();
    try {
      if (next == results.size) {
        next = 0;
        results.size = 0;
        loop(1, results);
        if (results.size == 0 && !awaitResults(results)) {
          return false;
        }
      }
      sink.accept((R) results.all[next++]);
      return true;
    } catch (Throwable e) {
      cancel();
      throw e;
    }
  }

  /** All results, when none was asked for yet. */
  @SuppressWarnings("unchecked")
  List<R> toList() {
    begin();
    try {
      Results list = new Results();
      list.room((int) Math.min(Math.max(source.count(), 0), LARGEST_RESERVE));
      loop(Long.MAX_VALUE, list);
      while (awaitResults(list)) {}
      return (List<R>) list.toList();
    } catch (Throwable e) {
      cancel();
      throw e;
    }
  }

  /** Lets the calling thread work, until so many chunks are done or workers would be faster. */
  private void loop(long most, Results into) {
    if (loop != null && loop.run(most, into)) {
      taken = loop.taken();
      items = loop.rest();
      loop = null;
    }
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
    if (pending != null) {
      pending.forEach(chunk -> chunk.cancel(true));
    }
  }

  // ---- Handing items out ----

  /** Keeps the workers busy. False when nothing is left to wait for. */
  private boolean feed() {
    if (pending == null) {
      if (!items.hasNext()) {
        return false;
      }
      pending = new LinkedHashSet<>();
      finished = new LinkedBlockingQueue<>();
    }
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
    Object[] chunk = read(items, chunkSize());
    taken += chunk.length;
    return chunk;
  }

  static Object[] read(Iterator<?> items, int most) {
    Object[] chunk = new Object[Math.min(most, LARGEST_CHUNK)];
    int n = 0;
    for (; n < most && items.hasNext(); n++) {
      if (n == chunk.length) {
        chunk = Arrays.copyOf(chunk, (int) Math.min(most, 2L * n));
      }
      chunk[n] = items.next();
    }
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
    int k = 0;
    try {
      for (; k < chunk.length && !runner.isStopped(); k++) {
        T item = (T) chunk[k];
        chunk[k] = runner.isPlain ? runner.task.apply(item) : runner.run(first + k, item);
      }
    } catch (Throwable e) {
      return new Done(null, 1, 0, new Outcome<>(first + k, chunk[k], null, e));
    }
    return new Done(chunk, runner.failures(chunk), System.nanoTime() - begin, null);
  }

  // ---- Taking results ----

  /** Waits for the results that are next. False at the end. */
  private boolean awaitResults(Results into) {
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
        into.add(chunk.results);
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
