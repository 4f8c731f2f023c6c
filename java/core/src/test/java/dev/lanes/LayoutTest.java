package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToLongFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Index arithmetic of views, against a model that copies elements one by one. */
class LayoutTest {

  /** Elements in C order under a shape. */
  private record Model(long[] shape, long[] elements) {
    static Model counting(long... shape) {
      long[] elements = new long[size(shape)];
      Arrays.setAll(elements, i -> i);
      return new Model(shape, elements);
    }

    static int size(long... shape) {
      return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    long get(long... index) {
      int number = 0;
      for (int axis = 0; axis < shape.length; axis++) {
        number = (int) (number * shape[axis] + index[axis]);
      }
      return elements[number];
    }

    /** Another shape whose elements are found by their index. */
    static Model of(long[] shape, ToLongFunction<long[]> element) {
      long[] elements = new long[size(shape)];
      long[] index = new long[shape.length];
      for (int i = 0; i < elements.length; i++) {
        elements[i] = element.applyAsLong(index.clone());
        for (int axis = shape.length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
          index[axis] = 0;
        }
      }
      return new Model(shape, elements);
    }

    Model slice(int axis, long start, long stop, long step) {
      List<Long> kept = pythonRange(shape[axis], start, stop, step);
      long[] newShape = shape.clone();
      newShape[axis] = kept.size();
      return of(
          newShape,
          index -> {
            index[axis] = kept.get((int) index[axis]);
            return get(index);
          });
    }

    /**
     * The indexes of a slice by their definition: those from start on in steps, before stop, that
     * exist.
     */
    private static List<Long> pythonRange(long length, long start, long stop, long step) {
      long from = start < 0 ? start + length : start;
      long to = stop < 0 ? stop + length : stop;
      if (step > 0) {
        from = Math.max(from, 0);
      } else {
        from = Math.min(from, length - 1);
        to = Math.max(to, -1);
      }
      List<Long> kept = new ArrayList<>();
      for (long i = from; (step > 0 ? i < to : i > to) && i >= 0 && i < length; i += step) {
        kept.add(i);
      }
      return kept;
    }

    Model transpose(int... axes) {
      long[] newShape = Arrays.stream(axes).mapToLong(axis -> shape[axis]).toArray();
      return of(
          newShape,
          index -> {
            long[] old = new long[index.length];
            for (int i = 0; i < index.length; i++) {
              old[axes[i]] = index[i];
            }
            return get(old);
          });
    }

    Model select(int axis, long at) {
      Model one = slice(axis, at, at + 1, 1);
      List<Long> left = new ArrayList<>();
      for (int i = 0; i < shape.length; i++) {
        if (i != axis) {
          left.add(shape[i]);
        }
      }
      return new Model(left.stream().mapToLong(Long::longValue).toArray(), one.elements);
    }

    Model broadcastTo(long... target) {
      int added = target.length - shape.length;
      return of(
          target,
          index -> {
            long[] old = new long[shape.length];
            for (int axis = 0; axis < old.length; axis++) {
              old[axis] = shape[axis] == 1 ? 0 : index[added + axis];
            }
            return get(old);
          });
    }

    Model reshape(long... target) {
      return new Model(target, elements);
    }
  }

  @Property(tries = 3000)
  void viewsOfViewsHaveTheRightElements(@ForAll long seed) {
    Random random = new Random(seed);
    long[] shape = random.longs(random.nextInt(5), 0, 5).toArray();
    Model model = Model.counting(shape);
    NDArray array =
        shape.length == 0
            ? NDArray.of(model.elements).reshape()
            : NDArray.of(model.elements, shape);
    List<String> steps = new ArrayList<>(List.of(Arrays.toString(shape)));
    for (int step = 0; step < 4; step++) {
      int axis = array.rank() == 0 ? 0 : random.nextInt(array.rank());
      switch (random.nextInt(6)) {
        case 0 -> {
          if (array.rank() > 0) {
            long start = random.nextInt(13) - 6;
            long stop = random.nextInt(13) - 6;
            long by = random.nextBoolean() ? 1 + random.nextInt(3) : -1 - random.nextInt(3);
            steps.add("slice(%d, %d, %d, %d)".formatted(axis, start, stop, by));
            model = model.slice(axis, start, stop, by);
            array = array.slice(random.nextBoolean() ? axis : axis - array.rank(), start, stop, by);
          }
        }
        case 1 -> {
          int[] axes = permutation(random, array.rank());
          steps.add("transpose" + Arrays.toString(axes));
          model = model.transpose(axes);
          array = array.transpose(axes);
        }
        case 2 -> {
          if (array.rank() > 0 && array.shape()[axis] > 0) {
            long at = random.nextInt((int) array.shape()[axis]);
            steps.add("select(%d, %d)".formatted(axis, at));
            model = model.select(axis, at);
            array = array.select(axis, random.nextBoolean() ? at : at - array.shape()[axis]);
          }
        }
        case 3 -> {
          long[] target = wider(random, array.shape());
          steps.add("broadcastTo" + Arrays.toString(target));
          model = model.broadcastTo(target);
          array = array.broadcastTo(target);
        }
        case 4 -> {
          long[] target = regrouped(random, array.shape());
          steps.add("reshape" + Arrays.toString(target));
          model = model.reshape(target);
          array = array.reshape(target);
        }
        default -> {
          if (array.rank() > 0) {
            steps.add("flip(%d)".formatted(axis));
            model = model.slice(axis, Long.MAX_VALUE, Long.MIN_VALUE, -1);
            array = array.flip(axis);
          }
        }
      }
    }
    check(array, model, steps.toString());
  }

  private static void check(NDArray array, Model model, String steps) {
    assertThat(array.shape()).as(steps).isEqualTo(model.shape);
    assertThat(array.toLongArray()).as(steps).isEqualTo(model.elements);
    assertThat(array.copy().toLongArray()).as(steps).isEqualTo(model.elements);
    NDArray fortran = array.copy(NDArray.Order.FORTRAN);
    assertThat(fortran.isFortran()).as(steps).isTrue();
    assertThat(fortran.contentEquals(array)).as(steps).isTrue();
    double[] converted = array.toDoubleArray();
    for (int i = 0; i < converted.length; i++) {
      assertThat(converted[i]).as(steps).isEqualTo(model.elements[i]);
    }
    Model.of(
        model.shape,
        index -> {
          assertThat(array.getLong(index)).as(steps).isEqualTo(model.get(index));
          return 0;
        });
    for (int first = 0; first <= model.elements.length; first++) {
      ByteBuffer bytes = ByteBuffer.allocate(8 * 7 + 3).order(ByteOrder.nativeOrder());
      int n = Math.min(7, model.elements.length - first);
      assertThat(array.copyTo(first, bytes)).isEqualTo(n);
      assertThat(bytes.position()).isEqualTo(8 * n);
      for (int i = 0; i < n; i++) {
        assertThat(bytes.getLong(8 * i)).as(steps).isEqualTo(model.elements[first + i]);
      }
    }
  }

  @Property
  void writesThroughViewsReachTheirElements(@ForAll long seed) {
    Random random = new Random(seed);
    long[] shape = random.longs(1 + random.nextInt(4), 1, 6).toArray();
    NDArray array = NDArray.allocate(DType.INT32, shape);
    int[] axes = permutation(random, shape.length);
    NDArray view = array.transpose(axes).slice(0, 0, Long.MAX_VALUE, 2);
    NDArray source = NDArray.allocate(DType.INT32, shape);
    source.copyFrom(NDArray.of(Model.counting(shape).elements, shape));
    NDArray sourceView = source.transpose(axes).slice(0, 0, Long.MAX_VALUE, 2);
    int middle = (int) view.size() / 2;
    ByteBuffer bytes = ByteBuffer.wrap(sourceView.toByteArray());
    assertThat(view.copyFrom(middle, bytes.slice(4 * middle, 4 * ((int) view.size() - middle))))
        .isEqualTo(view.size() - middle);
    assertThat(view.copyFrom(0, bytes.slice(0, 4 * middle))).isEqualTo(middle);
    assertThat(view.contentEquals(sourceView)).isTrue();
    long untouched = Arrays.stream(array.toLongArray()).filter(value -> value == 0).count();
    long expected =
        array.size() - view.size() + (sourceView.size() > 0 && hasZero(sourceView) ? 1 : 0);
    assertThat(untouched).isEqualTo(expected);
  }

  private static boolean hasZero(NDArray array) {
    return Arrays.stream(array.toLongArray()).anyMatch(value -> value == 0);
  }

  private static List<int[]> permutations(int n) {
    if (n == 0) {
      return List.of(new int[0]);
    }
    List<int[]> all = new ArrayList<>();
    for (int[] shorter : permutations(n - 1)) {
      for (int at = 0; at < n; at++) {
        int[] axes = new int[n];
        System.arraycopy(shorter, 0, axes, 0, at);
        axes[at] = n - 1;
        System.arraycopy(shorter, at, axes, at + 1, n - 1 - at);
        all.add(axes);
      }
    }
    return all;
  }

  private static int[] permutation(Random random, int n) {
    List<int[]> all = permutations(n);
    return all.get(random.nextInt(all.size()));
  }

  private static long[] wider(Random random, long[] shape) {
    int added = shape.length < 5 ? random.nextInt(2) : 0;
    long[] target = new long[shape.length + added];
    for (int i = 0; i < target.length; i++) {
      long length = i < added ? 1 : shape[i - added];
      target[i] = length == 1 ? random.nextInt(4) : length;
    }
    return target;
  }

  /** Another shape of the same size: prime factors in new groups, with ones between. */
  private static long[] regrouped(Random random, long[] shape) {
    int size = Model.size(shape);
    List<Long> lengths = new ArrayList<>(List.of(1L));
    int rest = size;
    for (int factor = 2; rest > 1; ) {
      if (rest % factor != 0) {
        factor++;
        continue;
      }
      rest /= factor;
      int last = lengths.size() - 1;
      if (random.nextBoolean() && lengths.size() < 6) {
        lengths.add((long) factor);
      } else {
        lengths.set(last, lengths.get(last) * factor);
      }
    }
    if (size == 0) {
      lengths.add(random.nextInt(lengths.size() + 1), 0L);
    }
    return lengths.stream().mapToLong(Long::longValue).toArray();
  }
}
