package dev.lanes;

import dev.lanes.io.Npy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What NumPy answered, and the layouts in which inputs must give the same. */
final class Fixtures {

  private static final Path FOLDER = Path.of("src", "test", "resources", "arrays");

  private Fixtures() {}

  /** A line of cases.txt. */
  record Case(List<String> words, List<NDArray> expected) {
    String operation() {
      return words.get(0);
    }

    NDArray input(int word) {
      return read(words.get(word));
    }

    int integer(int word) {
      return Integer.parseInt(words.get(word));
    }

    double real(int word) {
      return Double.parseDouble(words.get(word));
    }

    @Override
    public String toString() {
      return String.join(" ", words);
    }
  }

  static NDArray read(String name) {
    try {
      return Npy.read(FOLDER.resolve(name + ".npy"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Case> cases(Set<String> operations) {
    try (Stream<String> lines = Files.lines(FOLDER.resolve("cases.txt"))) {
      return lines
          .map(line -> line.split(" -> "))
          .filter(sides -> operations.contains(sides[0].split(" ")[0]))
          .map(
              sides ->
                  new Case(
                      List.of(sides[0].split(" ")),
                      Arrays.stream(sides[1].split(" ")).map(Fixtures::read).toList()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same array packed, in Fortran order, with gaps, backwards, and off any alignment. */
  static List<NDArray> layouts(NDArray x) {
    List<NDArray> all = new ArrayList<>(List.of(x, x.copy(NDArray.Order.FORTRAN)));
    if (x.rank() > 0) {
      int last = x.rank() - 1;
      long[] wide = x.shape();
      wide[last] *= 3;
      NDArray gaps = NDArray.allocate(x.dtype(), wide).slice(last, 1, Long.MAX_VALUE, 3);
      NDArray backwards = NDArray.allocate(x.dtype(), x.shape());
      for (int axis = 0; axis <= last; axis++) {
        backwards = backwards.flip(axis);
      }
      ByteBuffer buffer =
          ByteBuffer.allocateDirect((int) x.bytes() + 1).order(ByteOrder.nativeOrder());
      NDArray misaligned = NDArray.wrap(buffer.position(1), x.dtype(), x.shape());
      for (NDArray each : List.of(gaps, backwards, misaligned)) {
        each.copyFrom(x);
        all.add(each);
      }
    }
    return all;
  }
}
