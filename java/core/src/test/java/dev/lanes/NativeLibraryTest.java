package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading in this JVM, and in fresh ones whose folders or options are at fault. */
class NativeLibraryTest {

  /** What the fresh JVMs run: loads, then prints the folder or what went wrong. */
  static final class Main {
    public static void main(String[] args) {
      try {
        System.out.println("loaded " + NativeLibrary.load());
      } catch (LanesException e) {
        System.out.println(e.code() + " " + e.getMessage());
      }
    }
  }

  @TempDir Path folder;

  @Test
  void findsIndexZeroOfADirectBufferWhateverItsPosition() {
    NativeLibrary.load();
    ByteBuffer buffer = ByteBuffer.allocateDirect(64);
    long start = NativeLanes.address(buffer);
    buffer.position(8);

    assertThat(start).isNotZero();
    assertThat(NativeLanes.address(buffer)).isEqualTo(start);
    assertThat(NativeLanes.address(buffer.slice())).isEqualTo(start + 8);
    assertThat(NativeLanes.address(buffer.slice().asDoubleBuffer().position(3)))
        .isEqualTo(start + 8);
    assertThat(NativeLanes.address(buffer.asReadOnlyBuffer())).isEqualTo(start);
    assertThat(NativeLanes.address(ByteBuffer.allocate(64))).isZero();
    assertThat(NativeLanes.address(null)).isZero();
  }

  @Test
  void viewsForeignMemory() {
    NativeLibrary.load();
    long address = NativeLanes.allocate(100, 1);
    ByteBuffer view = NativeLanes.view(address, 100);

    assertThat(view.capacity()).isEqualTo(100);
    assertThat(NativeLanes.address(view)).isEqualTo(address);
    assertThat(NativeLanes.view(address, 1L << 31)).isNull();
    NativeLanes.free(address, 100);
  }

  @Test
  void servesSeveralClassLoaders() throws Exception {
    NativeLibrary.load();
    List<URL> urls = new ArrayList<>();
    for (String path : classPath()) {
      urls.add(Path.of(path).toUri().toURL());
    }
    for (int i = 0; i < 2; i++) {
      try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new), null)) {
        Class<?> library = loader.loadClass(NativeLibrary.class.getName());
        var load = library.getDeclaredMethod("load");
        load.setAccessible(true);
        assertThat(library).isNotSameAs(NativeLibrary.class);
        assertThat(load.invoke(null)).isInstanceOf(Path.class);
      } catch (InvocationTargetException e) {
        throw new AssertionError(e.getCause());
      }
    }
  }

  @Test
  void severalJvmsMayStartAtOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(start("-Dlanes.cache=" + folder));
    }
    for (Process process : processes) {
      assertThat(output(process)).startsWith("loaded " + folder);
    }
    assertThat(extracted())
        .extracting(file -> file.getFileName().toString())
        .containsExactlyInAnyOrder("libgomp.so.1", "liblanes.so", "libjnilanes.so");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(only()))))
        .isEqualTo("rwx------");
  }

  @Test
  void mendsADamagedCache() throws Exception {
    assertThat(output(start("-Dlanes.cache=" + folder))).startsWith("loaded");
    for (Path file : extracted()) {
      Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 1000));
    }
    assertThat(output(start("-Dlanes.cache=" + folder))).startsWith("loaded");
  }

  @Test
  void goesElsewhereWhenTheHomeFolderCannotBeUsed() throws Exception {
    Path home = Files.createFile(folder.resolve("home"));
    Path temporary = Files.createDirectory(folder.resolve("tmp"));

    assertThat(output(start("-Duser.home=" + home, "-Djava.io.tmpdir=" + temporary)))
        .startsWith("loaded " + temporary);
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void saysWhatToDoWhenTheCacheCannotBeUsed() throws Exception {
    Path cache = Files.createFile(folder.resolve("cache"));

    assertThat(output(start("-Dlanes.cache=" + cache)))
        .startsWith("NATIVE")
        .contains(cache.toString(), "-Dlanes.cache=FOLDER");
  }

  @Test
  void loadsFromANamedFolder() throws Exception {
    Path built = NativeLibrary.load();
    for (String file : List.of("libgomp.so.1", "liblanes.so", "libjnilanes.so")) {
      Files.copy(built.resolve(file), folder.resolve(file));
    }
    assertThat(output(start("-Dlanes.library=" + folder))).isEqualTo("loaded " + folder);

    Files.writeString(folder.resolve("liblanes.so"), "not a library");
    assertThat(output(start("-Dlanes.library=" + folder)))
        .startsWith("NATIVE")
        .contains("-Dlanes.library", folder.resolve("liblanes.so").toString());

    Files.delete(folder.resolve("liblanes.so"));
    assertThat(output(start("-Dlanes.library=" + folder)))
        .startsWith("NATIVE")
        .contains("-Dlanes.library", "without a readable liblanes.so", folder.toString());
  }

  @Test
  void namesThePlatformThatTheClassPathLacks() throws Exception {
    assertThat(output(start("-Dos.arch=sparc")))
        .startsWith("NATIVE")
        .contains("linux-sparc", "dev.lanes:lanes-platform");
  }

  @Test
  void namesTheFlagWhenTheJvmRefusesNativeCode() throws Exception {
    assumeTrue(Runtime.version().feature() >= 24, "older JVMs never refuse");

    assertThat(output(start("--illegal-native-access=deny")))
        .startsWith("NATIVE")
        .contains("--enable-native-access=ALL-UNNAMED");
  }

  private static List<String> classPath() {
    return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
  }

  private static Process start(String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static String output(Process process) throws Exception {
    String text = new String(process.getInputStream().readAllBytes()).strip();
    assertThat(process.waitFor()).as(text).isZero();
    return text;
  }

  private List<Path> extracted() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(only()))) {
      return files.toList();
    }
  }

  private Path only() throws IOException {
    try (Stream<Path> folders = Files.list(folder)) {
      return folders
          .reduce(
              (a, b) -> {
                throw new AssertionError("two folders: " + a + " and " + b);
              })
          .orElseThrow();
    }
  }
}
