package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The choice of engine, each in a JVM of its own. */
class LanesTest {

  @TempDir Path folder;

  /**
   * What a fresh JVM runs with: prints the engine, why it is not native, the instruction set and a
   * result.
   */
  public static final class Probe {
    private Probe() {}

    /**
     * Prints it.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
      NDArray a = NDArray.of(new double[] {1, 2, 3});
      System.out.println(
          Lanes.engine()
              + "|"
              + Lanes.whyNotNative().map(Throwable::getMessage).orElse("")
              + "|"
              + Lanes.isa().orElse("none")
              + "|"
              + Expression.compile("sum(a*a)").evaluate(a).item());
    }
  }

  private static String probe(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Probe.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  @Test
  void nativeIsTheDefault() throws Exception {
    assertThat(probe()).contains("native||").endsWith("|14.0\n");
  }

  @Test
  void aForcedInstructionSetIsUsed() throws Exception {
    for (String isa : Lanes.isNative() ? Lanes.isas() : List.<String>of()) {
      assertThat(probe("-Dlanes.isa=" + isa)).contains("native||" + isa + "|14.0");
    }
    assertThat(probe("-Dlanes.engine=native", "-Dlanes.isa=Z80"))
        .contains("LanesException", "Z80", "this machine has");
    assertThat(probe("-Dlanes.engine=java", "-Dlanes.isa=AVX2"))
        .contains("LanesException", "needs the native engine");
  }

  @Test
  void javaCanBeForced() throws Exception {
    assertThat(probe("-Dlanes.engine=java"))
        .contains("java|-Dlanes.engine=java was given|none|14.0");
    assertThat(probe("-Dlanes.engine=fortran"))
        .contains("LanesException", "neither native nor java");
  }

  @Test
  void aMissingLibraryIsSaidAndTheJavaEngineRuns() throws Exception {
    assertThat(probe("-Dlanes.library=" + folder))
        .contains("java|-Dlanes.library names a folder without", "|none|14.0");
    assertThat(probe("-Dlanes.library=" + folder, "-Dlanes.engine=native"))
        .contains("LanesException", "names a folder without")
        .doesNotContain("14.0");
  }

  @Test
  void aCorruptLibraryIsSaidAndTheJavaEngineRuns() throws Exception {
    for (String file : List.of("libgomp.so.1", "liblanes.so", "libjnilanes.so")) {
      Files.writeString(folder.resolve(file), "no library");
    }
    assertThat(probe("-Dlanes.library=" + folder))
        .contains("java|cannot load the native library")
        .contains("|none|14.0");
  }

  @Test
  void aTruncatedLibraryDoesNotEndTheProcess() throws Exception {
    assumeNative();
    Path source = Lanes.library().orElseThrow();
    for (String cut : List.of("libgomp.so.1", "liblanes.so", "libjnilanes.so")) {
      for (String file : List.of("libgomp.so.1", "liblanes.so", "libjnilanes.so")) {
        byte[] bytes = Files.readAllBytes(source.resolve(file));
        Files.write(
            folder.resolve(file),
            file.equals(cut) ? Arrays.copyOf(bytes, bytes.length / 3) : bytes);
      }
      assertThat(probe("-Dlanes.library=" + folder))
          .contains("java|", cut + " is not a whole native library", "|none|14.0");
    }
  }

  private static void assumeNative() {
    Assumptions.assumeTrue(Lanes.isNative(), "this run is in Java");
  }

  @Test
  void threadsComeFromTheProperty() throws Exception {
    assertThat(probe("-Dlanes.threads=3")).contains("|14.0");
    assertThat(probe("-Dlanes.threads=abc")).contains("-Dlanes.threads takes a number, not 'abc'");
    assertThat(probe("-Dlanes.threads=0")).contains("from 1 to 1024, not 0");
  }

  @Test
  void everyWorkCanBeVerified() throws Exception {
    assertThat(probe("-Dlanes.verify=1")).contains("|14.0");
    assertThat(probe("-Dlanes.verify=2")).contains("fraction from 0 to 1");
  }

  @Test
  void tasksOfAPoolWorkOnOneThread() {
    assertThat(Lanes.threadsHere()).isEqualTo(Lanes.threads());
    boolean before = Threads.setAlone(true);
    try {
      assertThat(Lanes.threadsHere()).isEqualTo(1);
    } finally {
      Threads.setAlone(before);
    }
  }
}
