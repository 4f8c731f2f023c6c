package dev.lanes.blas;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import dev.lanes.DType;
import dev.lanes.NDArray;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same inputs as NumPy, and what it makes of them. */
class NumpyTest {

  record Case(String operation, String name, List<NDArray> inputs, List<NDArray> outputs) {
    @Override
    public String toString() {
      List<String> texts =
          inputs.stream().map(a -> a.dtype() + Arrays.toString(a.shape())).toList();
      return operation + " " + name + " " + texts;
    }

    NDArray input(int i) {
      return inputs.get(i);
    }

    NDArray output(int i) {
      return outputs.get(i);
    }
  }

  static Stream<Case> cases() throws IOException, JsonParserException {
    try (InputStream file = NumpyTest.class.getResourceAsStream("/linear_algebra/cases.json")) {
      return JsonParser.array().from(file).stream()
          .map(JsonObject.class::cast)
          .map(
              object ->
                  new Case(
                      object.getString("operation"),
                      object.getString("name"),
                      arrays(object.getArray("inputs")),
                      arrays(object.getArray("outputs"))));
    }
  }

  private static List<NDArray> arrays(JsonArray stored) {
    return stored.stream().map(JsonObject.class::cast).map(NumpyTest::array).toList();
  }

  private static NDArray array(JsonObject stored) {
    DType dtype = DType.of(stored.getString("dtype"));
    long[] shape =
        IntStream.range(0, stored.getArray("shape").size())
            .mapToLong(i -> stored.getArray("shape").getInt(i))
            .toArray();
    JsonArray values = stored.getArray("values");
    NDArray array = NDArray.allocate(dtype, shape);
    NDArray flat = array.reshape(-1);
    for (int i = 0; i < flat.size(); i++) {
      if (Numbers.isComplex(dtype)) {
        flat.setComplex(values.getDouble(2 * i), values.getDouble(2 * i + 1), i);
      } else if (dtype.equals(DType.BOOL)) {
        flat.setBoolean(values.getDouble(i) != 0, i);
      } else if (dtype.kind().convertsTo(DType.INT64.kind())) {
        flat.setLong((long) values.getDouble(i), i);
      } else {
        flat.setDouble(values.getDouble(i), i);
      }
    }
    return array;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agrees(Case given) {
    NDArray a = given.input(0);
    // Condition numbers of the matrices are up to some hundreds.
    double tolerance = 200 * Numbers.tolerance(a.dtype());
    switch (given.operation()) {
      case "matmul" -> {
        NDArray product = LinearAlgebra.matmul(a, given.input(1));
        Numbers.assertClose(
            product, given.output(0), 5 * Numbers.tolerance(given.output(0).dtype()));
      }
      case "solve" ->
          Numbers.assertClose(LinearAlgebra.solve(a, given.input(1)), given.output(0), tolerance);
      case "inverse" -> Numbers.assertClose(LinearAlgebra.inverse(a), given.output(0), tolerance);
      case "determinant" ->
          Numbers.assertClose(LinearAlgebra.determinant(a), given.output(0), tolerance);
      case "cholesky" -> Numbers.assertClose(LinearAlgebra.cholesky(a), given.output(0), tolerance);
      case "eigh" ->
          Numbers.assertClose(LinearAlgebra.eigh(a).values(), given.output(0), tolerance);
      case "qr" ->
          Numbers.assertClose(magnitudes(LinearAlgebra.qr(a).r()), given.output(0), tolerance);
      case "svd" -> {
        Numbers.assertClose(LinearAlgebra.svd(a).s(), given.output(0), tolerance);
        Numbers.assertClose(LinearAlgebra.singularValues(a), given.output(0), tolerance);
      }
      case "eig" -> assertSameSet(LinearAlgebra.eig(a).values(), given.output(0));
      case "leastSquares" -> leastSquares(given, tolerance);
      case "norm" ->
          close(LinearAlgebra.norm(a, Norm.valueOf(given.name())), given.output(0), tolerance);
      case "conditionNumber" ->
          close(
              LinearAlgebra.conditionNumber(a, Norm.valueOf(given.name())),
              given.output(0),
              10 * tolerance);
      default -> throw new AssertionError(given);
    }
  }

  private static void close(double actual, NDArray expected, double tolerance) {
    Numbers.assertClose(NDArray.of(new double[] {actual}).reshape(), expected, tolerance);
  }

  private static void leastSquares(Case given, double tolerance) {
    try (LeastSquares found = LinearAlgebra.leastSquares(given.input(0), given.input(1))) {
      Numbers.assertClose(found.x(), given.output(0), tolerance);
      Numbers.assertClose(found.residuals(), given.output(1), tolerance);
      assertThat(found.rank()).isEqualTo((int) given.output(2).getDouble());
      Numbers.assertClose(found.singularValues(), given.output(3), tolerance);
    }
  }

  private static NDArray magnitudes(NDArray a) {
    NDArray result = NDArray.allocate(DType.FLOAT64, a.shape());
    NDArray from = a.reshape(-1);
    NDArray to = result.reshape(-1);
    for (long i = 0; i < a.size(); i++) {
      double[] parts = from.getComplex(i);
      to.setDouble(Math.hypot(parts[0], parts[1]), i);
    }
    return result;
  }

  /** Each number of one has one close to it in the other, which is then taken. */
  private static void assertSameSet(NDArray actual, NDArray expected) {
    assertThat(actual.dtype()).isEqualTo(DType.COMPLEX128);
    List<double[]> left =
        new ArrayList<>(
            IntStream.range(0, (int) expected.size())
                .mapToObj(i -> expected.getComplex(i))
                .toList());
    for (int i = 0; i < actual.size(); i++) {
      double[] value = actual.getComplex(i);
      double[] closest =
          left.stream()
              .min(
                  Comparator.comparing(
                      other -> Math.hypot(value[0] - other[0], value[1] - other[1])))
              .orElseThrow();
      // Two equal eigenvalues with one vector move by the root of the rounding error.
      assertThat(Math.hypot(value[0] - closest[0], value[1] - closest[1])).isLessThan(3e-7);
      left.remove(closest);
    }
  }
}
