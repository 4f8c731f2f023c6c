package dev.lanes.lang;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names in messages: quoted, and with what somebody who mistyped may have meant. */
public final class Spelling {

  /** Characters of a name that are shown. */
  private static final int SHOWN = 60;

  /** Names of a list that are shown. */
  private static final int LISTED = 12;

  private Spelling() {}

  /**
   * A name or symbol as messages show it.
   *
   * @param name of any length
   * @return in quotes, and shortened when it is long
   */
  public static String quote(String name) {
    return "'" + shorten(name) + "'";
  }

  /**
   * Names as messages show them.
   *
   * @param names any number
   * @return the first ones in brackets
   */
  public static String list(List<String> names) {
    return names.stream()
        .limit(LISTED)
        .map(Spelling::shorten)
        .collect(Collectors.joining(", ", "[", names.size() > LISTED ? ", ...]" : "]"));
  }

  private static String shorten(String name) {
    if (name.length() <= SHOWN) {
      return name;
    }
    int end = Character.isHighSurrogate(name.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN;
    return name.substring(0, end) + "...";
  }

  /**
   * The question to append to a message about a name that does not exist.
   *
   * @param name as typed
   * @param candidates names that exist
   * @return empty when none is near
   */
  public static String hint(String name, Stream<String> candidates) {
    String near = nearest(name, candidates);
    return near == null ? "" : "; did you mean " + quote(near) + "?";
  }

  /**
   * The candidate with the fewest edits, if it is close enough to be a slip.
   *
   * @param name as typed
   * @param candidates names that exist
   * @return the nearest, or null when none is within a third of the length or the name is too short
   *     to tell
   */
  public static String nearest(String name, Stream<String> candidates) {
    if (name.length() < 3 || name.length() > 40) {
      return null;
    }
    String best = null;
    int fewest = Math.max(1, name.length() / 3) + 1;
    for (String candidate : (Iterable<String>) candidates::iterator) {
      int edits = edits(name, candidate);
      if (edits < fewest) {
        fewest = edits;
        best = candidate;
      }
    }
    return best;
  }

  /** Levenshtein's distance, row by row. */
  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
