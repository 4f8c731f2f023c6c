package dev.lanes;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Which process it was: its number, and when it started, so that a later process of the same number
 * is not taken for it. Numbers mean something within one PID namespace only, which is part of the
 * stamp.
 *
 * @param pid its number
 * @param start in clock ticks since the machine started, as in {@code /proc}
 * @param namespace inode of its PID namespace
 */
record ProcessStamp(long pid, long start, long namespace) {
  private static final Path PROC = Path.of("/proc");
  private static final int PID_BITS = 22; // Linux has no more processes than that
  private static final int START_BITS = Long.SIZE - PID_BITS;

  /** This process; found once. */
  private static final class Current {
    static final ProcessStamp STAMP = read();

    private static ProcessStamp read() {
      try {
        Path self = PROC.resolve("self");
        String namespace = Files.readSymbolicLink(self.resolve("ns/pid")).toString();
        Stat stat = Stat.read(self.resolve("stat"));
        long inode = Long.parseLong(namespace.replaceAll("\\D", ""));
        return new ProcessStamp(stat.pid, stat.start, inode);
      } catch (IOException | RuntimeException e) {
        throw new LanesException(
            Code.SYSTEM, "sharing arrays needs Linux's /proc, to know who holds what: " + e, e);
      }
    }
  }

  /** What the system says of a process in {@code /proc/PID/stat}. */
  private record Stat(long pid, char state, long threads, long start) {
    static Stat read(Path file) throws IOException {
      String line = Files.readString(file, StandardCharsets.ISO_8859_1);
      long pid = Long.parseLong(line.substring(0, line.indexOf(' ')));
      // The command, which stands in parentheses, may contain any of them and spaces.
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
      return new Stat(
          pid, fields[0].charAt(0), Long.parseLong(fields[17]), Long.parseLong(fields[19]));
    }
  }

  /** This process. */
  static ProcessStamp current() {
    return Current.STAMP;
  }

  /** Pid and start in one word that is never 0; a process can put it into memory at once. */
  long word() {
    return pid << START_BITS | start & -1L >>> PID_BITS;
  }

  /** The process of this namespace that has a word. */
  static ProcessStamp ofWord(long word) {
    return new ProcessStamp(
        word >>> START_BITS, word & -1L >>> PID_BITS, Current.STAMP.namespace());
  }

  /** Whether this process can tell {@link #isAlive}. */
  boolean isNear() {
    return namespace == current().namespace;
  }

  /**
   * Whether the process is still there; also true when nobody can tell. One that was killed and
   * only waits for its parent to ask after it is not.
   */
  boolean isAlive() {
    if (!isNear() || equals(current())) {
      return true;
    }
    try {
      Stat stat = Stat.read(PROC.resolve(pid + "/stat"));
      boolean ended = (stat.state == 'Z' || stat.state == 'X') && stat.threads <= 1;
      return stat.start == start && !ended;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException | RuntimeException e) {
      return true; // it ends just now, say: who asks again learns more
    }
  }

  @Override
  public String toString() {
    return "process " + pid;
  }
}
