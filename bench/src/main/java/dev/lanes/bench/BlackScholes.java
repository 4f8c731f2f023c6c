package dev.lanes.bench;

/**
 * The price of a European call. The cumulative normal distribution is formula 26.2.17 of Abramowitz
 * and Stegun (error below 7.5e-8), which every peer can compute.
 */
final class BlackScholes {
  static final double SLOPE = 0.2316419;
  static final double DENSITY = 0.3989422804014327;
  static final double C1 = 0.31938153;
  static final double C2 = -0.356563782;
  static final double C3 = 1.781477937;
  static final double C4 = -1.821255978;
  static final double C5 = 1.330274429;

  /** As one expression, for those that have no statements. */
  static final String TEXT;

  /** As statements; the last is the result. */
  static final String PYTHON =
      "s = f*sqrt(c); x = (log(a/b) + (d + f*f/2)*c) / s; y = x - s; "
          + weighted("p", "x")
          + weighted("q", "y")
          + "where(x < 0, p, 1 - p)*a - where(y < 0, q, 1 - q)*b*exp(-d*c)";

  static {
    String s = "(f*sqrt(c))";
    String x = "((log(a/b) + (d + f*f/2)*c) / " + s + ")";
    String y = "(" + x + " - " + s + ")";
    TEXT = cumulative(x) + "*a - " + cumulative(y) + "*b*exp(-d*c)";
  }

  private BlackScholes() {}

  private static String weighted(String name, String x) {
    return "k" + name + " = " + slope(x) + "; " + name + " = " + tail(x, "k" + name) + "; ";
  }

  private static String cumulative(String x) {
    String tail = tail(x, "(" + slope(x) + ")");
    return "where(" + x + " < 0, " + tail + ", 1 - " + tail + ")";
  }

  private static String slope(String x) {
    return "1 / (1 + " + SLOPE + "*abs(" + x + "))";
  }

  private static String tail(String x, String k) {
    return "(%1$s*exp(-%2$s*%2$s/2)*%3$s*(%4$s + %3$s*(%5$s + %3$s*(%6$s + %3$s*(%7$s + %3$s*%8$s)))))"
        .formatted(DENSITY, x, k, C1, C2, C3, C4, C5);
  }

  static double price(double[][] in, double[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      double s = in[4][i] * Math.sqrt(in[2][i]);
      double drift = (in[3][i] + in[4][i] * in[4][i] / 2) * in[2][i];
      double x = (Math.log(in[0][i] / in[1][i]) + drift) / s;
      double discount = Math.exp(-in[3][i] * in[2][i]);
      out[i] = cumulative(x) * in[0][i] - cumulative(x - s) * in[1][i] * discount;
    }
    return 0;
  }

  static double price(float[][] in, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      double s = in[4][i] * Math.sqrt(in[2][i]);
      double drift = (in[3][i] + in[4][i] * in[4][i] / 2) * in[2][i];
      double x = (Math.log(in[0][i] / in[1][i]) + drift) / s;
      double discount = Math.exp(-in[3][i] * in[2][i]);
      out[i] = (float) (cumulative(x) * in[0][i] - cumulative(x - s) * in[1][i] * discount);
    }
    return 0;
  }

  private static double cumulative(double x) {
    double k = 1 / (1 + SLOPE * Math.abs(x));
    double sum = C1 + k * (C2 + k * (C3 + k * (C4 + k * C5)));
    double tail = DENSITY * Math.exp(-x * x / 2) * k * sum;
    return x < 0 ? tail : 1 - tail;
  }
}
