package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Shared arrays between this JVM and Python processes. */
@Timeout(60)
class SharedPythonTest {
  private static final String MODULE = "multiprocessing.shared_memory";

  private String name;

  @BeforeEach
  void chooseName() {
    name = SharedNames.fresh();
  }

  @AfterEach
  void leavesNothing() throws IOException {
    assertThat(SharedNames.leftOf(name)).isEmpty();
  }

  @Test
  void whatPythonMakesIsEvaluatedInPlace() throws Exception {
    Python.assume(MODULE);
    int n = 10_000;
    String found;
    try (Python python = Python.script("makes.py", "" + n)) {
      String[] made = python.line().split(" ");
      found = made[0];
      assertThat(Files.size(SharedNames.FOLDER.resolve(found))).isEqualTo(Long.parseLong(made[1]));
      LanesException e =
          catchThrowableOfType(
              LanesException.class, () -> SharedArray.createRaw(found, DType.INT8, 1));
      assertThat(e.code()).isEqualTo(Code.EXISTS);
      try (SharedArray shared = SharedArray.attachRaw(found, true, DType.FLOAT64, n / 100, 100)) {
        Expression.compile("2*x + 1").evaluateInto(shared.array(), shared.array());
        python.say("look");
        assertThat(python.line()).isEqualTo("right");
        assertThat(shared.array().getDouble(0, 0)).isEqualTo(-1.5);
        python.say("end");
        python.end();
        assertThat(shared.array().getDouble(99, 99)).isEqualTo(2.0 * (n - 1) + 1);
      }
    }
    assertThat(SharedNames.leftOf(found)).isEmpty();
  }

  @Test
  void pythonWorksOnWhatJavaMade() throws Exception {
    Python.assume(MODULE);
    try (SharedArray shared = SharedArray.createRaw(name, DType.INT64, 3, 5);
        Python python = Python.script("opens.py", name, "stays")) {
      Expression.compile("x + 7").evaluateInto(shared.array(), shared.array());
      assertThat(python.line()).isEqualTo("120");
      assertThat(python.line()).isEqualTo("done");
      assertThat(shared.array().toLongArray()).containsOnly(70);
      python.say("end");
      python.end();
      assertThat(shared.unlink()).as("the name is still there").isTrue();
    }
  }

  @Test
  void pythonsTrackerDoesNotDisturbWhoIsAttached() throws Exception {
    Python.assume(MODULE);
    try (SharedArray shared = SharedArray.createRaw(name, DType.INT64, 1000);
        Python python = Python.script(true, "opens.py", name, "goes")) {
      shared.setVolatile(1, 999);
      python.line();
      assertThat(python.line()).isEqualTo("done");
      python.kill();
      assertThat(shared.getAndAdd(1, 999)).isEqualTo(10);
      for (int i = 0; i < 500 && Files.exists(SharedNames.FOLDER.resolve(name)); i++) {
        Thread.sleep(10);
      }
      assertThat(shared.getVolatile(999)).isEqualTo(11);
      shared.unlink();
    }
  }

  @Test
  void theReaderInTheDocumentsReads() throws Exception {
    Python.assume("numpy");
    String page = Files.readString(Path.of("..", "..", "docs", "shared-arrays.md"));
    int from = page.indexOf("```python\n") + 10;
    String reader = page.substring(from, page.indexOf("```", from));
    String script =
        reader + Files.readString(Path.of("src", "test", "resources", "shared", "reads.py"));
    try (SharedArray a = SharedArray.create(name + "a", DType.FLOAT64, 2, 3);
        SharedArray b = SharedArray.create(name + "b", DType.UINT16);
        SharedArray c = SharedArray.create(name + "c", DType.FLOAT16, 4)) {
      a.array().copyFrom(NDArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3));
      b.array().setLong(9);
      try (Python python = Python.text(script, name + "a", name + "b", name + "c")) {
        assertThat(python.line()).isEqualTo("float64 2x3 1.0,2.0,3.0,4.0,5.0,6.0");
        assertThat(python.line()).isEqualTo("uint16  9.0");
        assertThat(python.line()).isEqualTo("float16 4 0.0,0.0,0.0,0.0");
        python.end();
      }
      assertThat(a.array().toDoubleArray()).containsExactly(2, 3, 4, 5, 6, 7);
      assertThat(b.array().getLong()).isEqualTo(10);
      assertThat(a.unlink() && b.unlink() && c.unlink()).as("no tracker unlinked them").isTrue();
    }
  }
}
