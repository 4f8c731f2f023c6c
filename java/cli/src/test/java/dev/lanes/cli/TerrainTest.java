package dev.lanes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanes.Expression;
import dev.lanes.NDArray;
import org.junit.jupiter.api.Test;

class TerrainTest {

  @Test
  void aDegreeIsAsLongAsOnTheEarth() {
    try (NDArray flat = NDArray.of(new int[9], 3, 3);
        Terrain equator = new Terrain(flat, 1, 1.5);
        Terrain north = new Terrain(flat, 1, 61.5)) {
      // Lengths of a degree on WGS84, from geodesic tables.
      assertThat(equator.dx()).isCloseTo(111_320, within(1.0));
      assertThat(equator.dy()).isCloseTo(110_574, within(1.0));
      assertThat(north.dx()).isCloseTo(55_800, within(1.0));
      assertThat(north.dy()).isCloseTo(111_412, within(1.0));
    }
  }

  @Test
  void aPlaneHasOneSlopeAndIsBrightestTowardsTheLight() {
    int[] plane = new int[25];
    for (int i = 0; i < plane.length; i++) {
      plane[i] = 10 * (i / 5) + 10 * (i % 5); // falls to the north-west
    }
    try (NDArray elevation = NDArray.of(plane, 5, 5);
        Terrain terrain = new Terrain(elevation, 0.001, 0.0025);
        NDArray slope = evaluate(terrain, Terrain.SLOPE);
        NDArray shade = evaluate(terrain, Terrain.HILLSHADE)) {
      double gx = 10 / terrain.dx();
      double gy = 10 / terrain.dy();
      assertThat(slope.shape()).containsExactly(3, 3);
      assertThat(slope.getDouble(1, 1)).isCloseTo(100 * Math.hypot(gx, gy), within(1e-9));
      assertThat(shade.getDouble(1, 1)).isGreaterThan(Math.sin(Math.toRadians(45)));
    }
  }

  private static NDArray evaluate(Terrain terrain, String formula) {
    return Expression.compile(Terrain.expression(formula)).evaluate(terrain.operands());
  }
}
