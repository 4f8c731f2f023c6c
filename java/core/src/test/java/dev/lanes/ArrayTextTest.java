package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Arrays as text, against what NumPy 2.4 prints for the same elements. */
class ArrayTextTest {
  private static void assertText(NDArray array, String... lines) {
    assertThat(array.toString()).isEqualTo(String.join("\n", lines));
  }

  @Test
  void alignsFloats() {
    assertText(NDArray.of(new double[] {1, 2.5, 3.25}), "[1.   2.5  3.25]");
    assertText(NDArray.of(new double[] {-1, 1.0 / 3}), "[-1.          0.33333333]");
    assertText(NDArray.of(new double[] {0.1, 123.456, 0}), "[1.00000e-01 1.23456e+02 0.00000e+00]");
    assertText(NDArray.of(new double[] {123456789, 1}), "[1.23456789e+08 1.00000000e+00]");
    assertText(NDArray.of(new double[] {1e200, 1e-200, 5}), "[1.e+200 1.e-200 5.e+000]");
    assertText(NDArray.of(new float[] {0.1f, 2}), "[0.1 2. ]");
    assertText(NDArray.of(new float[] {1e6f}), "[1.e+06]");
  }

  @Test
  void showsWhatIsNoFiniteNumber() {
    assertText(
        NDArray.of(
            new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1, -0.0}),
        "[ nan  inf -inf   1.  -0.]");
    assertText(NDArray.of(new double[] {Double.NaN}), "[nan]");
  }

  @Test
  void showsTheOtherKinds() {
    assertText(NDArray.of(new boolean[] {true, false}), "[ True False]");
    assertText(NDArray.of(new int[] {1, -10, 100}), "[  1 -10 100]");
    NDArray complex = NDArray.allocate(DType.COMPLEX128, 2);
    complex.setComplex(1.5, -2, 0);
    complex.setComplex(10, 0.25, 1);
    assertText(complex, "[ 1.5-2.j   10. +0.25j]");
    NDArray bytes = NDArray.allocate(DType.bytes(3), 3);
    bytes.setBytes(new byte[] {'a', '\''}, 0);
    bytes.setBytes(new byte[] {'\\', '\n', -1}, 1);
    assertText(bytes, "[b\"a'\" b'\\\\\\n\\xff' b'']");
  }

  @Test
  void showsOneElementByItself() {
    assertText(NDArray.of(new double[] {2}).reshape(), "2.0");
    assertText(NDArray.of(new double[] {-1e-5}).reshape(), "-1e-05");
    assertText(NDArray.of(new double[] {1.25e16}).reshape(), "1.25e+16");
    assertText(NDArray.of(new float[] {0.1f}).reshape(), "0.1");
    assertText(NDArray.of(new boolean[] {true}).reshape(), "True");
    assertText(NDArray.allocate(DType.COMPLEX64), "0j");
  }

  @Test
  void nestsAxes() {
    int[] values = new int[12];
    Arrays.setAll(values, i -> i);
    assertText(
        NDArray.of(values, 2, 2, 3),
        "[[[ 0  1  2]",
        "  [ 3  4  5]]",
        "",
        " [[ 6  7  8]",
        "  [ 9 10 11]]]");
    assertText(NDArray.of(new int[0], 3, 0), "[]");
  }

  @Test
  void wrapsLines() {
    int[] values = new int[30];
    Arrays.setAll(values, i -> i);
    assertText(
        NDArray.of(values),
        "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23",
        " 24 25 26 27 28 29]");
  }

  @Test
  void abridges() {
    int[] values = new int[1001];
    Arrays.setAll(values, i -> i);
    assertText(NDArray.of(values), "[   0    1    2 ...  998  999 1000]");
    assertText(
        NDArray.of(values, 7, 143)
            .slice(1, 0, Long.MAX_VALUE, 28), // not enough elements to be abridged
        "[[  0  28  56  84 112 140]",
        " [143 171 199 227 255 283]",
        " [286 314 342 370 398 426]",
        " [429 457 485 513 541 569]",
        " [572 600 628 656 684 712]",
        " [715 743 771 799 827 855]",
        " [858 886 914 942 970 998]]");
    assertText(
        NDArray.of(values, 7, 143),
        "[[   0    1    2 ...  140  141  142]",
        " [ 143  144  145 ...  283  284  285]",
        " [ 286  287  288 ...  426  427  428]",
        " ...",
        " [ 572  573  574 ...  712  713  714]",
        " [ 715  716  717 ...  855  856  857]",
        " [ 858  859  860 ...  998  999 1000]]");
    assertThat(NDArray.of(new byte[] {1}).broadcastTo(6, 6, 6, 6, 6, 6, 6).toString())
        .isEqualTo("int8 [6, 6, 6, 6, 6, 6, 6]");
  }
}
