package dev.lanes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Brings the native code into the process: out of the jar for this platform, by way of a folder, or
 * out of a folder that {@code -Dlanes.library} names. Only the stub is loaded by name; it finds
 * liblanes beside itself, and that the OpenMP runtime.
 *
 * <p>Files go to a folder named after their contents, under {@code -Dlanes.cache} or {@code
 * ~/.cache/lanes}, where JVMs share them; where that cannot be used, to a fresh temporary folder.
 * Each appears under its name only when it is complete, so that any number of JVMs may start at
 * once.
 */
final class NativeLibrary {

  private static final int ELF_MAGIC =
      ByteBuffer.wrap(new byte[] {0x7f, 'E', 'L', 'F'}).order(ByteOrder.nativeOrder()).getInt();
  private static final short ELF_SHARED = 3;
  private static final String STUB = "libjnilanes.so";
  private static final List<String> FILES = List.of("libgomp.so.1", "liblanes.so", STUB);

  private static Path loaded;

  private NativeLibrary() {}

  /**
   * Makes the methods of {@link NativeLanes} callable; does nothing when they are.
   *
   * @return the folder that the library was loaded from
   * @throws LanesException code NATIVE, with a message that says what to do
   */
  static synchronized Path load() {
    if (loaded == null) {
      String folder = System.getProperty("lanes.library");
      loaded =
          folder != null ? loadFrom(Path.of(folder).toAbsolutePath()) : loadExtracted(resources());
    }
    return loaded;
  }

  private static Path loadFrom(Path folder) {
    for (String file : FILES) {
      if (!Files.isReadable(folder.resolve(file))) {
        throw failure(
            "-Dlanes.library names a folder without a readable " + file + ": " + folder, null);
      }
    }
    try {
      return link(folder);
    } catch (IOException | UnsatisfiedLinkError e) {
      throw failure(
          "cannot load the native library that -Dlanes.library names: " + e.getMessage(), e);
    }
  }

  private static Path loadExtracted(Map<String, byte[]> files) {
    List<Throwable> causes = new ArrayList<>();
    String cache = System.getProperty("lanes.cache");
    Path shared =
        cache != null
            ? Path.of(cache)
            : Path.of(System.getProperty("user.home"), ".cache", "lanes");
    try {
      return link(extract(files, shared.toAbsolutePath().resolve(contents(files))));
    } catch (IOException | UnsatisfiedLinkError e) {
      causes.add(e);
    }
    if (cache == null) {
      try {
        return link(extract(files, temporary()));
      } catch (IOException | UnsatisfiedLinkError e) {
        causes.add(e);
      }
    }
    StringBuilder message = new StringBuilder("cannot load the native library");
    for (Throwable cause : causes) {
      message
          .append("; ")
          .append(cause instanceof IOException ? cause.toString() : cause.getMessage());
    }
    message.append("; -Dlanes.cache=FOLDER names a place that lets files be written and executed");
    throw failure(message.toString(), causes.get(0));
  }

  private static Path link(Path folder) throws IOException {
    for (String file : FILES) {
      requireWhole(folder.resolve(file));
    }
    try {
      System.load(folder.resolve(STUB).toString());
      return folder;
    } catch (IllegalCallerException e) {
      Module module = NativeLibrary.class.getModule();
      String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
      throw failure(
          "this JVM refuses native code; start it with --enable-native-access=" + name, e);
    } catch (UnsatisfiedLinkError e) {
      if (!String.valueOf(e.getMessage()).contains("already loaded in another classloader")) {
        throw e;
      }
      // A stub belongs to one class loader. Its copy finds the library that the first one brought
      // into the process.
      Path copy = temporary().resolve(STUB);
      Files.copy(folder.resolve(STUB), copy);
      copy.toFile().deleteOnExit();
      System.load(copy.toString());
      return folder;
    }
  }

  /**
   * Refuses a file that is no ELF library or has lost its end, where the section headers stand: the
   * system's loader would touch pages that are not there, which ends the process.
   */
  static void requireWhole(Path file) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
    try (FileChannel channel = FileChannel.open(file)) {
      while (header.hasRemaining() && channel.read(header) >= 0) {}
      boolean isElf = header.position() == 64 && header.getInt(0) == ELF_MAGIC;
      if (isElf && (header.get(4) != 2 || header.getShort(18) != machine())) {
        throw new IOException(file + " was built for another kind of processor");
      }
      boolean isLibrary = isElf && header.getShort(16) == ELF_SHARED;
      long sections = isLibrary ? header.getLong(40) : 0;
      int sectionBytes = header.getShort(58) * header.getShort(60);
      if (!isLibrary || sections <= 0 || sections + sectionBytes > channel.size()) {
        throw new IOException(file + " is not a whole native library");
      }
    }
  }

  /** The number that ELF files have for this kind of processor. */
  private static short machine() {
    return (short) (platform().endsWith("arm64") ? 183 : 62);
  }

  private static Map<String, byte[]> resources() {
    String platform = platform();
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String file : FILES) {
      String name = "dev/lanes/" + platform + "/" + file;
      // Through the class loader, for the jar with the natives may be another module than this
      // class.
      try (InputStream in = NativeLibrary.class.getClassLoader().getResourceAsStream(name)) {
        if (in == null) {
          throw failure(
              "no "
                  + name
                  + " on the class path; add the dependency dev.lanes:lanes-platform"
                  + " (Lanes is built for linux-x86_64 and linux-arm64)",
              null);
        }
        files.put(file, in.readAllBytes());
      } catch (IOException e) {
        throw failure("cannot read " + name + ": " + e, e);
      }
    }
    return files;
  }

  private static Path extract(Map<String, byte[]> files, Path folder) throws IOException {
    Files.createDirectories(folder, onlyForMe());
    for (Map.Entry<String, byte[]> entry : files.entrySet()) {
      Path file = folder.resolve(entry.getKey());
      if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), entry.getValue())) {
        // Not createTempFile: its SecureRandom takes eight seconds where there is no /dev/urandom.
        String unique = ProcessHandle.current().pid() + "-" + System.nanoTime();
        Path part = folder.resolve(entry.getKey() + "." + unique);
        try {
          Files.write(
              part, entry.getValue(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          Files.deleteIfExists(part);
        }
      }
    }
    return folder;
  }

  private static Path temporary() throws IOException {
    Path folder = Files.createTempDirectory("lanes");
    folder.toFile().deleteOnExit();
    FILES.forEach(file -> folder.resolve(file).toFile().deleteOnExit());
    return folder;
  }

  private static String contents(Map<String, byte[]> files) {
    StringBuilder name = new StringBuilder();
    for (byte[] bytes : files.values()) {
      CRC32 sum = new CRC32();
      sum.update(bytes);
      name.append(Long.toHexString(sum.getValue()));
    }
    return name.toString();
  }

  private static FileAttribute<?>[] onlyForMe() {
    Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rwx------");
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)};
  }

  /**
   * JavaCPP's name for the machine: linux-x86_64, linux-arm64, macosx-arm64, windows-x86_64 and so
   * on.
   */
  static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String system = os.startsWith("mac") ? "macosx" : os.startsWith("windows") ? "windows" : os;
    String machine = arch.equals("amd64") ? "x86_64" : arch.equals("aarch64") ? "arm64" : arch;
    return system + "-" + machine;
  }

  private static LanesException failure(String message, Throwable cause) {
    return new LanesException(LanesException.Code.NATIVE, message, cause);
  }
}
