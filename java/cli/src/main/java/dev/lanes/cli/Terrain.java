package dev.lanes.cli;

import dev.lanes.DType;
import dev.lanes.NDArray;
import java.util.HashMap;
import java.util.Map;

/**
 * Slope and hillshade of an elevation raster, each as one expression over shifted views, and as the
 * loop that one would write in Java instead.
 *
 * <p>Gradients after B. K. P. Horn, Hill shading and the reflectance map, Proceedings of the IEEE
 * 69 (1981). A result has two rows and two columns less than the raster.
 */
final class Terrain implements AutoCloseable {

  /** Rise per metre to the east and to the north; the names are the eight neighbours of a cell. */
  private static final String EAST = "(((ne + 2*e + se) - (nw + 2*w + sw)) / (8*dx))";

  private static final String NORTH = "(((nw + 2*n + ne) - (sw + 2*s + se)) / (8*dy))";

  /** Slope in percent. */
  static final String SLOPE = "100 * sqrt(gx**2 + gy**2)";

  /** The cosine between the surface's normal and the direction of the light. */
  static final String HILLSHADE = "(lz - lx*gx - ly*gy) / sqrt(1 + gx**2 + gy**2)";

  private static final double AZIMUTH = Math.toRadians(315);
  private static final double ALTITUDE = Math.toRadians(45);
  private static final double LX = Math.sin(AZIMUTH) * Math.cos(ALTITUDE);
  private static final double LY = Math.cos(AZIMUTH) * Math.cos(ALTITUDE);
  private static final double LZ = Math.sin(ALTITUDE);

  private final NDArray elevation;
  private final int rows;
  private final int columns;
  private final double[] dx;
  private final double dy;
  private final NDArray dxColumn;

  /**
   * A raster on the WGS84 ellipsoid.
   *
   * @param elevation in metres, rows from north to south, columns from west to east
   * @param cell side of a cell in degrees
   * @param north latitude of the north edge in degrees
   */
  Terrain(NDArray elevation, double cell, double north) {
    this.elevation = elevation;
    rows = Math.toIntExact(elevation.shape()[0]) - 2;
    columns = Math.toIntExact(elevation.shape()[1]) - 2;
    dx = new double[rows];
    for (int i = 0; i < rows; i++) {
      double latitude = Math.toRadians(north - (i + 1.5) * cell);
      dx[i] = Math.toRadians(cell) * primeVerticalRadius(latitude) * Math.cos(latitude);
    }
    dy = Math.toRadians(cell) * meridianRadius(Math.toRadians(north - (rows / 2.0 + 1) * cell));
    dxColumn = NDArray.of(dx, rows, 1);
  }

  private static final double EQUATOR = 6378137.0;
  private static final double SQUARED_ECCENTRICITY = 6.69437999014e-3;

  private static double primeVerticalRadius(double latitude) {
    double sine = Math.sin(latitude);
    return EQUATOR / Math.sqrt(1 - SQUARED_ECCENTRICITY * sine * sine);
  }

  private static double meridianRadius(double latitude) {
    double sine = Math.sin(latitude);
    return EQUATOR
        * (1 - SQUARED_ECCENTRICITY)
        / Math.pow(1 - SQUARED_ECCENTRICITY * sine * sine, 1.5);
  }

  /** Metres from one column to the next, at mid height. */
  double dx() {
    return dx[rows / 2];
  }

  /** Metres from one row to the next. */
  double dy() {
    return dy;
  }

  int rows() {
    return rows;
  }

  int columns() {
    return columns;
  }

  /** A formula in {@code gx} and {@code gy} as one expression in the neighbours. */
  static String expression(String formula) {
    return formula.replace("gx", EAST).replace("gy", NORTH);
  }

  /** What the expressions need: eight views of the raster, the sizes of a cell, the light. */
  Map<String, Object> operands() {
    Map<String, Object> operands = new HashMap<>();
    String[][] names = {{"nw", "n", "ne"}, {"w", "", "e"}, {"sw", "s", "se"}};
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        operands.put(names[i][j], elevation.slice(0, i, i + rows).slice(1, j, j + columns));
      }
    }
    operands.putAll(Map.of("dx", dxColumn, "dy", dy, "lx", LX, "ly", LY, "lz", LZ));
    return operands;
  }

  /** An array for a result. */
  NDArray allocate() {
    return NDArray.allocate(DType.FLOAT64, rows, columns);
  }

  /** The elevations, row by row. */
  short[] toJava() {
    int[] values = elevation.toIntArray();
    short[] z = new short[values.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = (short) values[i];
    }
    return z;
  }

  void slope(short[] z, double[] slope) {
    int width = columns + 2;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        int at = i * width + j;
        double gx = east(z, at, width) / (8 * dx[i]);
        double gy = north(z, at, width) / (8 * dy);
        slope[i * columns + j] = 100 * Math.sqrt(gx * gx + gy * gy);
      }
    }
  }

  void hillshade(short[] z, double[] shade) {
    int width = columns + 2;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        int at = i * width + j;
        double gx = east(z, at, width) / (8 * dx[i]);
        double gy = north(z, at, width) / (8 * dy);
        shade[i * columns + j] = (LZ - LX * gx - LY * gy) / Math.sqrt(1 + gx * gx + gy * gy);
      }
    }
  }

  private static int east(short[] z, int at, int width) {
    int below = at + 2 * width;
    return (z[at + 2] + 2 * z[at + width + 2] + z[below + 2])
        - (z[at] + 2 * z[at + width] + z[below]);
  }

  private static int north(short[] z, int at, int width) {
    int below = at + 2 * width;
    return (z[at] + 2 * z[at + 1] + z[at + 2]) - (z[below] + 2 * z[below + 1] + z[below + 2]);
  }

  @Override
  public void close() {
    dxColumn.close();
  }
}
