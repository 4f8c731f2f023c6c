package dev.lanes.bench;

/** The workloads as plain loops. Each rounds as the expression does. */
final class JavaLoops {

  private JavaLoops() {}

  static double axpby(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    double[] b = in[1];
    for (int i = from; i < to; i++) {
      out[i] = 2 * a[i] + 3 * b[i];
    }
    return 0;
  }

  static double axpby(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    float[] b = in[1];
    for (int i = from; i < to; i++) {
      out[i] = 2 * a[i] + 3 * b[i];
    }
    return 0;
  }

  static double square(double[][] in, double[] out, int from, int to) {
    double[] u = in[0];
    for (int i = from; i < to; i++) {
      out[i] = u[i] * u[i];
    }
    return 0;
  }

  static double square(float[][] in, float[] out, int from, int to) {
    float[] u = in[0];
    for (int i = from; i < to; i++) {
      out[i] = u[i] * u[i];
    }
    return 0;
  }

  static double poly(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    for (int i = from; i < to; i++) {
      double x = a[i];
      double square = x * x;
      out[i] = 0.25 * (square * x) + 0.75 * square - 1.5 * x - 2;
    }
    return 0;
  }

  static double poly(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    for (int i = from; i < to; i++) {
      float x = a[i];
      float square = x * x;
      out[i] = 0.25f * (square * x) + 0.75f * square - 1.5f * x - 2;
    }
    return 0;
  }

  static double sincos(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    double[] b = in[1];
    for (int i = from; i < to; i++) {
      double sin = Math.sin(a[i]);
      double cos = Math.cos(b[i]);
      out[i] = sin * sin + cos * cos;
    }
    return 0;
  }

  static double sincos(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    float[] b = in[1];
    for (int i = from; i < to; i++) {
      float sin = (float) Math.sin(a[i]);
      float cos = (float) Math.cos(b[i]);
      out[i] = sin * sin + cos * cos;
    }
    return 0;
  }

  static double gauss(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    for (int i = from; i < to; i++) {
      out[i] = Math.exp(-a[i] * a[i] / 2);
    }
    return 0;
  }

  static double gauss(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    for (int i = from; i < to; i++) {
      out[i] = (float) Math.exp(-a[i] * a[i] / 2);
    }
    return 0;
  }

  static double logratio(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    double[] b = in[1];
    for (int i = from; i < to; i++) {
      out[i] = Math.log(a[i] / b[i]);
    }
    return 0;
  }

  static double logratio(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    float[] b = in[1];
    for (int i = from; i < to; i++) {
      out[i] = (float) Math.log(a[i] / b[i]);
    }
    return 0;
  }

  static double power(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    for (int i = from; i < to; i++) {
      out[i] = Math.pow(a[i], 2.5);
    }
    return 0;
  }

  static double power(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    for (int i = from; i < to; i++) {
      out[i] = (float) Math.pow(a[i], 2.5);
    }
    return 0;
  }

  static double select(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    double[] b = in[1];
    for (int i = from; i < to; i++) {
      out[i] = a[i] > b[i] ? Math.sqrt(a[i]) : b[i] / 2;
    }
    return 0;
  }

  static double select(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    float[] b = in[1];
    for (int i = from; i < to; i++) {
      out[i] = a[i] > b[i] ? (float) Math.sqrt(a[i]) : b[i] / 2;
    }
    return 0;
  }

  static double dot(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    double[] b = in[1];
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double dot(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    float[] b = in[1];
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double max(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    double max = Double.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      max = Math.max(max, a[i]);
    }
    return max;
  }

  static double max(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      max = Math.max(max, a[i]);
    }
    return max;
  }

  static double tanh(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    double[] b = in[1];
    for (int i = from; i < to; i++) {
      out[i] = Math.tanh(a[i] - b[i]);
    }
    return 0;
  }

  static double tanh(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    float[] b = in[1];
    for (int i = from; i < to; i++) {
      out[i] = (float) Math.tanh(a[i] - b[i]);
    }
    return 0;
  }

  static double meanstd(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    double mean = mean(a, from, to);
    double squares = 0;
    for (int i = from; i < to; i++) {
      squares += (a[i] - mean) * (a[i] - mean);
    }
    out[0] = mean;
    out[1] = Math.sqrt(squares / (to - from));
    return 0;
  }

  static double meanstd(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    double mean = mean(a, from, to);
    double squares = 0;
    for (int i = from; i < to; i++) {
      squares += (a[i] - mean) * (a[i] - mean);
    }
    out[0] = (float) mean;
    out[1] = (float) Math.sqrt(squares / (to - from));
    return 0;
  }

  static double zscore(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    meanstd(in, out, from, to);
    double mean = out[0];
    double std = out[1];
    for (int i = from; i < to; i++) {
      out[i] = (a[i] - mean) / std;
    }
    return 0;
  }

  static double zscore(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    meanstd(in, out, from, to);
    float mean = out[0];
    float std = out[1];
    for (int i = from; i < to; i++) {
      out[i] = (a[i] - mean) / std;
    }
    return 0;
  }

  private static double mean(double[] a, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += a[i];
    }
    return sum / (to - from);
  }

  private static double mean(float[] a, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += a[i];
    }
    return sum / (to - from);
  }
}
