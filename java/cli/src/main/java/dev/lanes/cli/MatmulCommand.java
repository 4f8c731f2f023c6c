package dev.lanes.cli;

import com.grack.nanojson.JsonWriter;
import dev.lanes.Lanes;
import dev.lanes.LanesException;
import dev.lanes.NDArray;
import dev.lanes.blas.LinearAlgebra;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanes matmul}: the matrix product of two .npy files. */
@Command(
    name = "matmul",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Multiply the matrices, or stacks of them, of two .npy files.",
    footer = {
      "",
      "Shapes are NumPy's: the last two axes are multiplied, the axes before them broadcast.",
      "Example: lanes matmul a.npy b.npy -o c.npy"
    })
final class MatmulCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "a.npy", description = "the left operand")
  private Path left;

  @Parameters(index = "1", paramLabel = "b.npy", description = "the right operand")
  private Path right;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "c.npy",
      required = true,
      description = "write the product to this file")
  private Path output;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "use at most N threads (default: all processors)")
  private Integer threads;

  @Option(names = "--json", description = "print one JSON object")
  private boolean asJson;

  private MatmulCommand() {}

  @Override
  public Integer call() {
    if (threads != null) {
      Lanes.setThreads(threads);
    }
    String by = LinearAlgebra.isNative() ? "native" : "java"; // loads the library before the clock
    LinearAlgebra.whySlow()
        .ifPresent(why -> ErrorReport.print(spec.commandLine().getErr(), "note: " + why));
    try (NDArray a = open(left);
        NDArray b = open(right)) {
      long start = System.nanoTime();
      try (NDArray product = LinearAlgebra.matmul(a, b)) {
        double seconds = (System.nanoTime() - start) * 1e-9;
        EvalCommand.write(output, product);
        print(product, by, seconds);
      }
    }
    return 0;
  }

  private static NDArray open(Path path) {
    if (!Files.exists(path)) {
      throw new InputException(path + ": there is no such file");
    }
    if (Files.isDirectory(path)) {
      throw new InputException(path + ": this is a folder, not a .npy file");
    }
    try {
      return Operands.open(path);
    } catch (LanesException e) {
      throw new InputException(e.getMessage());
    } catch (IOException e) {
      throw new InputException(path + ": " + ErrorReport.reason(e));
    }
  }

  private void print(NDArray product, String by, double seconds) {
    PrintWriter out = spec.commandLine().getOut();
    if (asJson) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("blas", by);
      object.put("threads", Lanes.threads());
      object.put("dtype", product.dtype().toString());
      object.put("shape", LongStream.of(product.shape()).boxed().toList());
      object.put("output", output.toString());
      object.put("seconds", seconds);
      out.println(JsonWriter.string(object));
      return;
    }
    String lengths =
        LongStream.of(product.shape()).mapToObj(Long::toString).collect(Collectors.joining(" x "));
    out.println("dtype  " + product.dtype());
    out.println("shape  " + lengths);
    out.println("blas   " + by);
  }
}
