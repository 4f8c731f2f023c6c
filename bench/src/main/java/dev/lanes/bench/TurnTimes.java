package dev.lanes.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/** Hands what {@link Turns} measured in a round to JMH, as secondary results of the iteration. */
public final class TurnTimes implements InternalProfiler {

  @Override
  public String getDescription() {
    return "times of all peers in a round";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    List<ScalarResult> results = new ArrayList<>();
    Turns.last()
        .forEach(
            (label, value) -> {
              String unit = label.split("@").length > 2 ? "" : "ns/op";
              results.add(new ScalarResult(label, value, unit, AggregationPolicy.AVG));
            });
    return results;
  }
}
