package dev.lanes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** Makes shared libraries of C code with the compiler that the machine has. */
final class CCompiler {

  private CCompiler() {}

  /**
   * Compiles a library.
   *
   * @throws TestAbortedException where there is no compiler, after saying so
   */
  static Path library(Path folder, String name, String source) throws Exception {
    Path code = Files.writeString(folder.resolve(name + ".c"), source);
    Path library = folder.resolve("lib" + name + ".so");
    for (String compiler : List.of("cc", "gcc", "clang")) {
      Process process;
      try {
        process =
            new ProcessBuilder(
                    compiler,
                    "-O2",
                    "-ffp-contract=off",
                    "-shared",
                    "-fPIC",
                    "-o",
                    library.toString(),
                    code.toString(),
                    "-lm")
                .redirectErrorStream(true)
                .start();
      } catch (IOException e) {
        continue; // not on the path
      }
      String messages = new String(process.getInputStream().readAllBytes());
      if (process.waitFor() != 0) {
        throw new AssertionError(compiler + " says: " + messages);
      }
      return library;
    }
    String complaint = "NO C COMPILER (cc, gcc, clang): user functions in C are NOT TESTED";
    System.err.println("[WARNING] " + complaint);
    throw new TestAbortedException(complaint);
  }
}
