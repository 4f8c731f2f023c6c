package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/** The examples in a document: compiled, run, and held against what they say that they print. */
final class Examples {

  private static final Pattern PRINTED = Pattern.compile("println\\(.*\\); // (.*)");
  private static final Pattern PROGRAM = Pattern.compile("(?m)^public class (\\w+)");
  private static final String IMPORTS =
      """
      import dev.lanes.*;
      import java.awt.image.*;
      import java.nio.*;
      import java.nio.file.*;
      import java.text.*;
      import java.time.*;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.concurrent.atomic.*;
      import java.util.stream.*;
      import javax.imageio.*;
      """;

  private Examples() {}

  /** The blocks of a kind, such as lanes or java. */
  static List<String> blocks(Path document, String kind) throws IOException {
    Matcher matcher =
        Pattern.compile("(?s)\n```" + kind + "\n(.*?)```\n").matcher(Files.readString(document));
    return matcher.results().map(result -> result.group(1)).toList();
  }

  private static List<String> expected(String block) {
    return PRINTED.matcher(block).results().map(result -> result.group(1)).toList();
  }

  /**
   * Compiles and runs blocks of statements, and whole programs in a JVM of their own.
   *
   * @param folder for what comes of it
   */
  static void run(List<String> blocks, Path folder) throws Exception {
    StringBuilder source = new StringBuilder(IMPORTS).append("public class Statements {\n");
    List<String> expected = new ArrayList<>();
    List<Path> files = new ArrayList<>(List.of(folder.resolve("Statements.java")));
    List<String> programs = new ArrayList<>();
    int count = 0;
    for (String block : blocks) {
      Matcher program = PROGRAM.matcher(block);
      if (program.find()) {
        files.add(Files.writeString(folder.resolve(program.group(1) + ".java"), block));
        programs.add(program.group(1));
        continue;
      }
      source.append("public static void block").append(count++).append("() throws Exception {\n");
      source.append(block).append("}\n");
      expected.addAll(expected(block));
    }
    Files.writeString(files.get(0), source.append("}\n"));
    compile(folder, files);
    assertThat(statements(folder, count)).isEqualTo(expected);
    for (int i = 0; i < programs.size(); i++) {
      assertThat(program(folder, programs.get(i)))
          .isEqualTo(expected(Files.readString(files.get(i + 1))));
    }
  }

  private static void compile(Path folder, List<Path> files) throws Exception {
    Path classes =
        Path.of(Expression.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-cp", classes.toString(), "-d", folder.toString()));
    files.forEach(file -> arguments.add(file.toString()));
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    PrintStream to = new PrintStream(messages, true, StandardCharsets.UTF_8);
    int code =
        ToolProvider.findFirst("javac").orElseThrow().run(to, to, arguments.toArray(new String[0]));
    assertThat(code).as(messages.toString(StandardCharsets.UTF_8)).isZero();
  }

  private static List<String> statements(Path folder, int count) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, Expression.class.getClassLoader())) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      Class<?> statements = loader.loadClass("Statements");
      for (int i = 0; i < count; i++) {
        statements.getMethod("block" + i).invoke(null);
      }
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static List<String> program(Path folder, String name) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator + folder,
                name)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> lines = process.inputReader().lines().toList();
    assertThat(process.waitFor()).as(name).isZero();
    return lines;
  }
}
