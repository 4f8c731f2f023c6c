package dev.lanes.cli;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** The Python forms of the seed workloads: one process, which runs and times what it is told to. */
final class SeedsPython implements AutoCloseable {

  private static final String SCRIPT = "seeds.py";

  private final Process process;
  private final BufferedReader lines;
  private final Writer commands;
  private final Path script;

  /** Python and the packages that it has, with their versions. */
  final String versions;

  private SeedsPython(Process process, Path script) throws IOException {
    this.process = process;
    this.script = script;
    lines = process.inputReader(StandardCharsets.UTF_8);
    commands = process.outputWriter(StandardCharsets.UTF_8);
    JsonObject hello = answer();
    StringBuilder text = new StringBuilder("Python ").append(hello.getString("python"));
    hello
        .getObject("versions")
        .forEach((name, version) -> text.append(", ").append(name).append(' ').append(version));
    versions = text.toString();
  }

  /**
   * Starts Python.
   *
   * @param python the program
   * @throws IOException when there is no such program, or it cannot run the script
   */
  static SeedsPython start(String python) throws IOException {
    Path script = Files.createTempFile("lanes-seeds", ".py");
    try (InputStream in = SeedsPython.class.getResourceAsStream(SCRIPT)) {
      Files.copy(in, script, StandardCopyOption.REPLACE_EXISTING);
    }
    Process process = null;
    try {
      process =
          new ProcessBuilder(python, script.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      return new SeedsPython(process, script);
    } catch (IOException e) {
      if (process != null) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(script);
      throw e;
    }
  }

  /**
   * The Python of a virtual environment, which is made if there is none.
   *
   * @param err where progress is told
   */
  static String environment(Path folder, PrintWriter err) {
    Path python = folder.resolve("bin").resolve("python");
    try {
      if (!Files.exists(python)) {
        err.println("making a virtual environment in " + folder);
        run("python3", "-m", "venv", folder.toString());
        run(python.toString(), "-m", "pip", "-q", "install", "numpy", "numexpr", "tqdm", "pillow");
      }
    } catch (IOException e) {
      throw new InputException("--venv " + folder + ": " + e.getMessage());
    }
    return python.toString();
  }

  private static void run(String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putIfAbsent("PIP_RETRIES", "0");
    try {
      int code = builder.start().waitFor();
      if (code != 0) {
        throw new IOException(String.join(" ", command) + " ends with " + code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * Prepares a row.
   *
   * @param size as the script takes it
   * @param missing gets the package that it lacks
   * @return the ways in which Python does it, none where a package is missing
   */
  List<Seed.Form> open(int row, Object size, StringBuilder missing) {
    JsonObject answer = ask("open " + row + " " + size);
    missing.append(answer.getString("missing", ""));
    List<Seed.Form> forms = new ArrayList<>();
    JsonArray codes = answer.getArray("forms");
    for (int i = 0; i < codes.size(); i++) {
      int index = i;
      forms.add(
          new Seed.Form(Seed.Language.PYTHON, codes.getString(i), times -> run(index, times)));
    }
    return forms;
  }

  private Seed.Timed run(int form, int times) {
    JsonObject answer = ask("run " + form + " " + times);
    JsonArray check = answer.getArray("check");
    double[] numbers = new double[check.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = check.getDouble(i);
    }
    return new Seed.Timed(answer.getDouble("milliseconds"), numbers);
  }

  /** Ends a row. */
  void closeRow() {
    ask("close");
  }

  private JsonObject ask(String line) {
    try {
      commands.write(line + "\n");
      commands.flush();
      return answer();
    } catch (IOException e) {
      throw new IllegalStateException("Python ended at '" + line + "': " + e.getMessage(), e);
    }
  }

  private JsonObject answer() throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw new IOException("it ended without an answer");
    }
    try {
      return JsonParser.object().from(line);
    } catch (JsonParserException e) {
      throw new IOException("it answers '" + line + "'", e);
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      Files.deleteIfExists(script);
    } catch (IOException e) {
      // It lies in the temporary folder, which somebody cleans.
    }
  }
}
