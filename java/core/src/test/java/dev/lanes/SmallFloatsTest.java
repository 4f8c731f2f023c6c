package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The 16-bit float formats, against their definition. */
class SmallFloatsTest {
  @Test
  void everyFloat16ReturnsFromFloat() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      short half = (short) bits;
      float value = SmallFloats.fromFloat16(half);
      short back = SmallFloats.toFloat16(value);
      assertThat(back).isEqualTo(Float.isNaN(value) ? (short) (half | 0x200) : half);
    }
  }

  @Test
  void everyBfloat16ReturnsFromFloat() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      short upper = (short) bits;
      float value = SmallFloats.fromBfloat16(upper);
      short back = SmallFloats.toBfloat16(value);
      assertThat(back).isEqualTo(Float.isNaN(value) ? (short) (upper | 0x40) : upper);
    }
  }

  @Test
  void knowsTheEdges() {
    assertThat(SmallFloats.fromFloat16((short) 1)).isEqualTo(0x1p-24f);
    assertThat(SmallFloats.fromFloat16((short) 0x3ff)).isEqualTo(0x1.ff8p-15f);
    assertThat(SmallFloats.fromFloat16((short) 0x7bff)).isEqualTo(65504f);
    assertThat(SmallFloats.toFloat16(65519.999)).isEqualTo((short) 0x7bff);
    assertThat(SmallFloats.toFloat16(65520)).isEqualTo((short) 0x7c00);
    assertThat(SmallFloats.toFloat16(-1e300)).isEqualTo((short) 0xfc00);
    assertThat(SmallFloats.toFloat16(0x1p-25)).isZero();
    assertThat(SmallFloats.toFloat16(Math.nextUp(0x1p-25))).isEqualTo((short) 1);
    assertThat(SmallFloats.toFloat16(0x1.ffcp-15)).isEqualTo((short) 0x400);
    assertThat(SmallFloats.toFloat16(-0.0)).isEqualTo((short) 0x8000);
    assertThat(SmallFloats.toFloat16(Double.MIN_VALUE)).isZero();
    // One more than half way in double, exactly half way in float: only one rounding gets it right.
    assertThat(SmallFloats.toFloat16(1 + 0x1p-11 + 0x1p-40)).isEqualTo((short) 0x3c01);
    assertThat(SmallFloats.toBfloat16(1 + 0x1p-8 + 0x1p-40)).isEqualTo((short) 0x3f81);
    assertThat(SmallFloats.toBfloat16(1 + 0x1p-8)).isEqualTo((short) 0x3f80);
    assertThat(SmallFloats.toBfloat16(0x1p-133)).isEqualTo((short) 1);
    assertThat(SmallFloats.toBfloat16(0x1p-134)).isZero();
    assertThat(SmallFloats.toBfloat16(Double.MAX_VALUE)).isEqualTo((short) 0x7f80);
    assertThat(SmallFloats.toBfloat16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
  }

  @Property
  void roundsToTheNearest(@ForAll short half, @ForAll short upper) {
    checkNeighbours(
        SmallFloats.fromFloat16(half), SmallFloats.fromFloat16((short) (half + 1)), half, false);
    checkNeighbours(
        SmallFloats.fromBfloat16(upper),
        SmallFloats.fromBfloat16((short) (upper + 1)),
        upper,
        true);
  }

  private static void checkNeighbours(double low, double next, short bits, boolean brain) {
    if (!Double.isFinite(low)
        || !Double.isFinite(next)
        || Math.signum(low) * Math.signum(next) < 0
        || bits == -1) {
      return;
    }
    double middle = low + (next - low) / 2;
    assertThat(round(middle, brain)).isEqualTo((bits & 1) == 0 ? bits : (short) (bits + 1));
    double beyond = Math.nextAfter(middle, next);
    double before = Math.nextAfter(middle, low);
    assertThat(round(beyond, brain)).isEqualTo((short) (bits + 1));
    assertThat(round(before, brain)).isEqualTo(bits);
  }

  private static short round(double value, boolean brain) {
    return brain ? SmallFloats.toBfloat16(value) : SmallFloats.toFloat16(value);
  }
}
