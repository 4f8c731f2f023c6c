package dev.lanes;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a {@link Pool}'s work over many items is.
 *
 * @param done items that are finished, failed ones included
 * @param total items in all, empty when the input does not tell
 * @param failed items that failed for good
 * @param elapsed time since the first item was handed out
 */
public record Progress(long done, OptionalLong total, long failed, Duration elapsed) {

  /**
   * Items per second so far.
   *
   * @return 0 before the first is done
   */
  public double rate() {
    double seconds = elapsed.toNanos() / 1e9;
    return seconds == 0 ? 0 : done / seconds;
  }

  /**
   * The time that the rest will take at the rate so far.
   *
   * @return empty when the total is not known or nothing is done
   */
  public Optional<Duration> timeLeft() {
    if (total.isEmpty() || done == 0) {
      return Optional.empty();
    }
    double nanos = (double) elapsed.toNanos() / done * (total.getAsLong() - done);
    return Optional.of(Duration.ofNanos((long) nanos));
  }

  /**
   * Whether every item is done.
   *
   * @return false as long as the total is not known
   */
  public boolean isComplete() {
    return total.isPresent() && done == total.getAsLong();
  }
}
