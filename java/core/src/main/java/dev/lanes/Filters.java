package dev.lanes;

import dev.lanes.LanesException.Code;

/**
 * Filters for images and other arrays of any rank, as SciPy's {@code ndimage} and Pillow define
 * them. Each method gives a {@link Filter}, which says over which axes, how arrays go on beyond
 * their ends, and then runs:
 *
 * <pre>{@code
 * NDArray smooth = Filters.gaussian(2.0).apply(image); // H x W
 * Filters.median(3).axes(1, 2).mode(Filter.Mode.MIRROR).applyInto(out, images); // N x H x W x C
 * }</pre>
 *
 * <p>Where a filter takes one value per axis, one value stands for all.
 */
public final class Filters {

  private Filters() {}

  /**
   * A Gaussian, or with {@link Filter#order} its derivatives: SciPy's {@code gaussian_filter}. The
   * weights are samples of the bell, cut off at {@link Filter#truncate} (4) standard deviations and
   * divided by their sum; an axis with a sigma up to 1e-15 is left as it is.
   *
   * @param sigma standard deviations in elements, one or one per axis, from 0
   * @return the filter, over all axes
   * @throws LanesException LIMIT for values that are negative or not finite
   */
  public static Filter gaussian(double... sigma) {
    return Filter.of(Filter.Kind.GAUSSIAN, requireRange("sigma", sigma, 0));
  }

  /**
   * The mean of the elements in a window: SciPy's {@code uniform_filter}. A window of even size
   * reaches one element further to the front. The cost does not depend on the size: one sum follows
   * from the one before, so rounding errors of floats (and NaN) travel along a line; they end after
   * 4096 elements, where a sum begins anew.
   *
   * @param size of the window, one or one per axis, from 1
   * @return the filter, over all axes
   * @throws LanesException LIMIT for sizes below 1
   */
  public static Filter box(long... size) {
    return Filter.of(Filter.Kind.BOX, sizes(size));
  }

  /**
   * The smallest element in a window: SciPy's {@code minimum_filter}. The cost does not depend on
   * the size (van Herk 1992, Gil and Werman 1993). NaN when the window has one.
   *
   * @param size as for {@link #box}
   * @return the filter, over all axes
   * @throws LanesException LIMIT for sizes below 1
   */
  public static Filter minimum(long... size) {
    return Filter.of(Filter.Kind.MINIMUM, sizes(size));
  }

  /**
   * The greatest element in a window: SciPy's {@code maximum_filter}. Like {@link #minimum}.
   *
   * @param size as for {@link #box}
   * @return the filter, over all axes
   * @throws LanesException LIMIT for sizes below 1
   */
  public static Filter maximum(long... size) {
    return Filter.of(Filter.Kind.MAXIMUM, sizes(size));
  }

  /**
   * The middle element of a window in ascending order, of an even number the upper one of the two:
   * SciPy's {@code median_filter}. NaN counts as greater than all numbers. The window spans all
   * axes together, so the result is not that of one axis after the other.
   *
   * @param size as for {@link #box}
   * @return the filter, over all axes
   * @throws LanesException LIMIT for sizes below 1
   */
  public static Filter median(long... size) {
    return Filter.of(Filter.Kind.MEDIAN, sizes(size));
  }

  /**
   * Sobel's derivative: differences of the two neighbours on one axis, smoothed by 1 2 1 over the
   * others: SciPy's {@code sobel}. Integers wrap below 0; ask for a wider dtype by {@link
   * Filter#to}.
   *
   * @param axis of the derivative; below zero from the end; one of the filter's axes
   * @return the filter, over all axes
   */
  public static Filter sobel(int axis) {
    return Filter.of(Filter.Kind.SOBEL, new double[] {axis});
  }

  /**
   * Correlation with a kernel: element {@code i} of the result is the sum over {@code k} of {@code
   * kernel[k] * image[i + k - shape/2]}; SciPy's {@code correlate}, and {@code correlate1d} for
   * kernels of one axis. Weights up to 2^-52 of kernels of several axes are left out, as there.
   *
   * @param kernel of real numbers, with as many axes as are filtered; copied
   * @return the filter, over all axes
   * @throws LanesException SHAPE for a kernel without axes or elements, LIMIT for one of more than
   *     2^20 elements, CAST for one of complex numbers or bytes, CLOSED
   */
  public static Filter correlate(NDArray kernel) {
    return Filter.of(kernel, false);
  }

  /**
   * Convolution with a kernel, which is correlation with the kernel turned round on all axes;
   * SciPy's {@code convolve}, and {@code convolve1d} for kernels of one axis.
   *
   * @param kernel as for {@link #correlate}
   * @return the filter, over all axes
   * @throws LanesException as {@link #correlate}
   */
  public static Filter convolve(NDArray kernel) {
    return Filter.of(kernel, true);
  }

  /**
   * Pillow's {@code ImageFilter.GaussianBlur}: three extended boxes per axis that together have
   * nearly the variance of a Gaussian (Gwosdek, Grewenig, Bruhn and Weickert 2011), in integers and
   * with Pillow's roundings. Images go on beyond their ends with their outermost elements. The cost
   * does not depend on the radius.
   *
   * @param radius standard deviations in elements, one or one per axis, from 0 to 2^20
   * @return the filter for UINT8, over both axes of H x W and over H and W of ... x H x W x C
   * @throws LanesException LIMIT for other radii
   */
  public static Filter pillowGaussian(double... radius) {
    return Filter.of(Filter.Kind.PILLOW_GAUSSIAN, requireRange("radius", radius, 0));
  }

  /**
   * Pillow's {@code ImageFilter.BoxBlur}: the mean of 2 * radius + 1 elements, of which a radius
   * with a fraction takes a part of the outermost two.
   *
   * @param radius one or one per axis, from 0 to 2^20
   * @return the filter, as for {@link #pillowGaussian}
   * @throws LanesException LIMIT for other radii
   */
  public static Filter pillowBox(double... radius) {
    return Filter.of(Filter.Kind.PILLOW_BOX, requireRange("radius", radius, 0));
  }

  private static double[] sizes(long... sizes) {
    double[] values = new double[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      values[i] = sizes[i];
    }
    return requireRange("size", values, 1);
  }

  private static double[] requireRange(String what, double[] values, double least) {
    for (double value : values) {
      if (!(value >= least && value < Double.POSITIVE_INFINITY)) {
        throw new LanesException(
            Code.LIMIT, "a filter's " + what + " is a number from " + least + ", not " + value);
      }
    }
    if (values.length == 0) {
      throw new LanesException(Code.ARITY, "a filter needs a " + what);
    }
    return values.clone();
  }
}
