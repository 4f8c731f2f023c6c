package dev.lanes;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folder in which Linux keeps shared memory under names, each a file: rules for names, making
 * and finding segments, and removing those whose maker died.
 *
 * <p>All names of ours begin with {@code lanes.}, but for those of raw segments, which belong to
 * the caller: beside each of them lies an empty file, a note, whose name tells who made it. A
 * segment gets its name by a link when it is whole, so nobody ever finds half of one.
 */
final class SharedFolder {
  /** Before the name of an array that describes itself. */
  static final String PREFIX = "lanes.";

  private static final Path FOLDER = Path.of("/dev/shm");
  private static final String MAKING = PREFIX + ".make.";
  private static final String NOTE = PREFIX + ".note.";
  private static final int LONGEST_NAME =
      160; // with what a note adds still within the 255 of Linux
  private static final int ZEROS = 1 << 20;
  private static final int ATTEMPTS = 10;

  /** Not from 0, for several class loaders may have this class. */
  private static final AtomicLong COUNT = new AtomicLong(System.nanoTime() >>> 10);

  private SharedFolder() {}

  /** What a file name of ours tells of a process, and of the segment that it noted. */
  private record Trace(ProcessStamp maker, long inode, String name) {
    /** Of files that others put under such a name, which are left alone. */
    static final Trace NONE = new Trace(ProcessStamp.current(), 0, "");

    static final Pattern FORM =
        Pattern.compile("(\\d{1,18})\\.(\\d{1,18})\\.(\\d{1,18})\\.(\\d{1,18})\\.(.*)");

    static String text(long inode, String name) {
      ProcessStamp me = ProcessStamp.current();
      return me.namespace() + "." + me.pid() + "." + me.start() + "." + inode + "." + name;
    }

    static Trace of(Path file, String prefix) {
      Matcher matcher = FORM.matcher(file.getFileName().toString().substring(prefix.length()));
      if (!matcher.matches()) {
        return NONE;
      }
      long[] numbers = new long[4];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Long.parseLong(matcher.group(i + 1));
      }
      ProcessStamp maker = new ProcessStamp(numbers[1], numbers[2], numbers[0]);
      return new Trace(maker, numbers[3], matcher.group(5));
    }
  }

  /** The file of an array that describes itself. */
  static Path described(String name) {
    return folder().resolve(PREFIX + checked(name));
  }

  /** The file of an array of plain bytes. */
  static Path raw(String name) {
    if (name.startsWith(PREFIX)) {
      throw new LanesException(
          Code.NAME,
          "names of raw arrays do not begin with '"
              + PREFIX
              + "', as '"
              + name
              + "' does: create and attach take names without it");
    }
    return folder().resolve(checked(name));
  }

  private static Path folder() {
    if (!Files.isDirectory(FOLDER)) {
      throw new LanesException(
          Code.SYSTEM, "shared arrays need Linux: there is no " + FOLDER + " on this machine");
    }
    return FOLDER;
  }

  private static String checked(String name) {
    boolean allowed =
        name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '/') && !name.startsWith(".");
    if (name.isEmpty() || name.length() > LONGEST_NAME || !allowed) {
      String shown = name.length() > 40 ? name.substring(0, 40) + "..." : name;
      throw new LanesException(
          Code.NAME,
          "a shared array's name has 1 to "
              + LONGEST_NAME
              + " ASCII characters without spaces and slashes, also none in front, and does not"
              + " begin with a dot; not '"
              + shown
              + "'");
    }
    return name;
  }

  /**
   * A mapped segment.
   *
   * @param file its name
   * @param memory all of its bytes
   * @param note tells that this process made it, if it is a raw one that did; else null
   */
  record Segment(Path file, Memory memory, Path note) {
    /** Whether the name still is that of this segment. */
    boolean isNamed() {
      try {
        return attributes(file).fileKey().equals(memory.file());
      } catch (IOException e) {
        return false;
      }
    }

    /** Removes the name, unless it is gone, or that of another segment by now. */
    boolean unlink() {
      try {
        if (!isNamed()) {
          return false;
        }
        long inode = inode(file);
        boolean removed = delete(file);
        for (Path each : list(NOTE)) {
          Trace trace = Trace.of(each, NOTE);
          if (trace.inode == inode && file.endsWith(trace.name)) {
            delete(each);
          }
        }
        return removed;
      } catch (IOException e) {
        return false; // somebody else was faster
      }
    }

    void close() {
      memory.close();
      if (note != null && !isNamed()) {
        delete(note);
      }
    }
  }

  /**
   * Makes a segment of zeros, with all its memory reserved, and names it.
   *
   * @param file its name
   * @param header what it begins with, or null for one of plain bytes
   * @throws LanesException EXISTS, LIMIT or SYSTEM
   */
  static Segment create(Path file, long bytes, SharedHeader header) {
    Path making = FOLDER.resolve(MAKING + Trace.text(COUNT.incrementAndGet(), ""));
    Path note = null;
    Memory memory = null;
    boolean done = false;
    try {
      requireFree(file);
      requireRoom(file, bytes);
      makeFile(making, bytes);
      memory = Memory.map(making, 0, bytes, true, true);
      if (header != null) {
        header.write(memory.run(0, SharedHeader.SYNC, 1));
      } else {
        String text = Trace.text(inode(making), file.getFileName().toString());
        note = Files.createFile(FOLDER.resolve(NOTE + text));
      }
      Files.createLink(file, making);
      done = true;
      return new Segment(file, memory, note);
    } catch (FileAlreadyExistsException e) {
      throw new LanesException(Code.EXISTS, describeExisting(file), e);
    } catch (IOException e) {
      String message = "cannot make " + bytes + " bytes of shared memory in " + file + ": " + e;
      throw new LanesException(Code.SYSTEM, message, e);
    } finally {
      delete(making);
      if (!done && memory != null) {
        memory.close();
      }
      if (!done && note != null) {
        delete(note);
      }
    }
  }

  private static void requireFree(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(file.toString());
    }
  }

  private static void requireRoom(Path file, long bytes) throws IOException {
    long room = Files.getFileStore(FOLDER).getUsableSpace();
    if (bytes > room) {
      throw new LanesException(
          Code.LIMIT, file + " needs " + bytes + " bytes, and " + FOLDER + " has room for " + room);
    }
  }

  private static String describeExisting(Path file) {
    String message =
        "there is a shared array " + file + " already: attach to it or unlink it first";
    return isAbandoned(file)
        ? message + "; its maker has ended, so SharedArray.sweep() would remove it"
        : message;
  }

  /**
   * Makes a file of zeros. The native library reserves its memory as it maps it; without that, the
   * zeros are written, for a page that finds no memory when it is touched would end the process.
   */
  private static void makeFile(Path file, long bytes) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    // Not a FileChannel, which an interrupt of the thread would close.
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength(bytes);
      if (!Lanes.isNative()) {
        byte[] zeros = new byte[(int) Math.min(bytes, ZEROS)];
        for (long done = 0; done < bytes; done += zeros.length) {
          access.write(zeros, 0, (int) Math.min(zeros.length, bytes - done));
        }
      }
    }
  }

  /**
   * Maps a whole segment.
   *
   * @throws LanesException MISSING, FORMAT, READ_ONLY or SYSTEM
   */
  static Segment attach(Path file, boolean writable) {
    try {
      for (int i = 0; i < ATTEMPTS; i++) {
        BasicFileAttributes found = attributes(file);
        if (!found.isRegularFile() || found.size() == 0) {
          String why = found.isRegularFile() ? "has no bytes (yet)" : "is no segment";
          throw new LanesException(Code.FORMAT, file + " " + why);
        }
        if (writable && !Files.isWritable(file)) {
          throw new LanesException(
              Code.READ_ONLY, file + " may only be read: attach with writable = false");
        }
        Memory memory = Memory.map(file, 0, found.size(), writable, true);
        if (found.fileKey().equals(memory.file())) {
          return new Segment(file, memory, null);
        }
        memory.close(); // meanwhile another segment got the name
      }
      throw new LanesException(Code.SYSTEM, file + " is made anew all the time");
    } catch (NoSuchFileException e) {
      throw new LanesException(Code.MISSING, "there is no shared array " + file, e);
    } catch (IOException e) {
      throw new LanesException(Code.SYSTEM, "cannot attach to " + file + ": " + e, e);
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Removes what dead processes of this PID namespace made and left behind.
   *
   * @return the names of the files that were removed
   */
  static List<String> sweep() {
    List<String> removed = new ArrayList<>();
    try {
      for (Path file : list(PREFIX)) {
        String name = file.getFileName().toString();
        if (name.startsWith(MAKING)) {
          if (!Trace.of(file, MAKING).maker.isAlive()) {
            delete(file);
          }
        } else if (name.startsWith(NOTE)) {
          sweepNoted(file, removed);
        } else if (isAbandoned(file) && delete(file)) {
          removed.add(name);
        }
      }
      return removed;
    } catch (IOException e) {
      throw new LanesException(Code.SYSTEM, "cannot read " + FOLDER + ": " + e, e);
    }
  }

  private static void sweepNoted(Path note, List<String> removed) {
    Trace trace = Trace.of(note, NOTE);
    if (!trace.maker.isAlive()) {
      Path file = FOLDER.resolve(trace.name);
      try {
        if (inode(file) == trace.inode && owner(file).equals(owner(note)) && delete(file)) {
          removed.add(trace.name);
        }
      } catch (IOException e) {
        // It was unlinked before.
      }
      delete(note);
    }
  }

  private static List<Path> list(String prefix) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder(), prefix + "*")) {
      all.forEach(files::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return files;
  }

  private static long inode(Path file) throws IOException {
    return (Long) Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  private static UserPrincipal owner(Path file) throws IOException {
    return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean delete(Path file) {
    try {
      return Files.deleteIfExists(file);
    } catch (IOException e) {
      return false; // somebody else's, in a folder where only owners may delete
    }
  }

  /** Whether a file is an array that describes itself and whose maker has ended. */
  private static boolean isAbandoned(Path file) {
    try {
      if (!attributes(file).isRegularFile()) {
        return false;
      }
      try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
        byte[] header = new byte[SharedHeader.SYNC];
        access.readFully(header);
        return !SharedHeader.read(ByteBuffer.wrap(header), access.length(), file.toString())
            .owner()
            .isAlive();
      }
    } catch (IOException | LanesException e) {
      return false; // gone, not ours to read, or made by other programs
    }
  }
}
