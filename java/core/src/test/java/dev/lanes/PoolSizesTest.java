package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class PoolSizesTest {

  @Property(tries = 60)
  void anySizeChunkAndWindowGiveTheSame(
      @ForAll @IntRange(max = 300) int n,
      @ForAll @IntRange(max = 40) int chunk,
      @ForAll @IntRange(max = 40) int window,
      @ForAll @IntRange(min = 1, max = 5) int workers) {
    try (Pool some = Pool.create(workers)) {
      Pool set = chunk == 0 ? some : some.withChunkSize(chunk);
      set = window == 0 ? set : set.withWindow(window);
      List<Integer> items = IntStream.range(0, n).boxed().toList();
      List<String> expected = IntStream.range(0, n).mapToObj(String::valueOf).toList();
      assertThat(set.map(items, String::valueOf)).isEqualTo(expected);
      assertThat(set.imap(items.stream(), String::valueOf).toList()).isEqualTo(expected);
      assertThat(set.imapUnordered(items, String::valueOf).sorted().toList())
          .isEqualTo(expected.stream().sorted().toList());
      assertThat(set.outcomes(items, String::valueOf).map(Outcome::get).toList())
          .isEqualTo(expected);
    }
  }
}
