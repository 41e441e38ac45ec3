package qerberos.ledger;

import java.util.ArrayList;
import java.util.List;

/// The address of one tile or entry bundle of a C2SP tlog-tiles log, such as
/// `tile/0/x001/x234/067`, `tile/1/000.p/17` or `tile/entries/003`.
///
/// Immutable.
///
/// @param level 0..63 for hashes, [#ENTRIES] for an entry bundle
/// @param index which tile of its level, from 0
/// @param width how many hashes or entries it holds: 256 when full, 1..255 when partial
public record TilePath(int level, long index, int width) {
  /// The level of entry bundles; they stand beside the hash tiles of level 0.
  public static final int ENTRIES = -1;

  /// How many hashes or entries a full tile holds.
  public static final int FULL = 256;

  /// Longer than any path that [#parse] accepts.
  private static final int LONGEST = 64;

  public TilePath {
    if (level < ENTRIES || level > 63) {
      throw new IllegalArgumentException("tile level: " + level + ", want 0..63");
    }
    if (index < 0) {
      throw new IllegalArgumentException("tile index: " + index + ", want 0 or more");
    }
    if (width < 1 || width > FULL) {
      throw new IllegalArgumentException("tile width: " + width + ", want 1..256");
    }
  }

  /// Reads a path that begins with `tile/`. Every address has one spelling, the one that
  /// [#toString] writes: no leading zeros in level and width, no empty leading group in the index.
  ///
  /// @throws IllegalArgumentException for anything else
  public static TilePath parse(String path) {
    String[] parts = path.length() > LONGEST ? new String[0] : path.split("/", -1);
    if (parts.length < 3 || !parts[0].equals("tile")) {
      throw wrong(path);
    }
    int level = parts[1].equals("entries") ? ENTRIES : decimal(parts[1], 2, path);
    int last = parts.length - 1;
    int width = FULL;
    if (parts[last - 1].endsWith(".p")) {
      width = decimal(parts[last], 3, path);
      last--;
      parts[last] = parts[last].substring(0, parts[last].length() - 2);
      if (width >= FULL) {
        throw wrong(path);
      }
    }
    long index = 0;
    for (int i = 2; i <= last; i++) {
      boolean inner = i < last;
      if (parts[i].length() != (inner ? 4 : 3) || (inner && parts[i].charAt(0) != 'x')) {
        throw wrong(path);
      }
      if (index > Long.MAX_VALUE / 1000 - 1) {
        throw wrong(path);
      }
      index = index * 1000 + decimal(parts[i].substring(inner ? 1 : 0), 3, path);
    }
    if (last < 2 || level > 63 || width < 1) {
      throw wrong(path);
    }
    TilePath tile = new TilePath(level, index, width);
    if (!tile.toString().equals(path)) {
      throw wrong(path);
    }
    return tile;
  }

  /// The tile or bundle with this index in a tree of `size` entries: full where the tree fills it,
  /// else as wide as the tree is there.
  ///
  /// @throws IllegalArgumentException when the tree has nothing there
  public static TilePath in(long size, int level, long index) {
    long width = Math.min(FULL, hashes(size, level) - index * FULL);
    if (index < 0 || width < 1) {
      throw new IllegalArgumentException(
          "tile index: " + index + " of level " + level + " is beyond size " + size);
    }
    return new TilePath(level, index, (int) width);
  }

  /// How many tile levels of a tree of `size` entries have any hash: they are 0 up to, not
  /// including, this many.
  public static int levels(long size) {
    int levels = 0;
    while (hashes(size, levels) > 0) {
      levels++;
    }
    return levels;
  }

  /// How many hashes a tree of `size` entries has at a tile level (entries count as level 0).
  public static long hashes(long size, int level) {
    return level < 0 ? size : level > 7 ? 0 : size >>> (8 * level);
  }

  /// How many tiles, a partial last one included, a tree of `size` entries has at a level.
  public static long tiles(long size, int level) {
    long hashes = hashes(size, level);
    return hashes / FULL + (hashes % FULL == 0 ? 0 : 1);
  }

  /// Whether a tree of `size` entries contains all that this address names.
  public boolean within(long size) {
    long hashes = hashes(size, level);
    return index < hashes / FULL || (index == hashes / FULL && width <= hashes % FULL);
  }

  public boolean isEntries() {
    return level == ENTRIES;
  }

  public boolean isPartial() {
    return width < FULL;
  }

  /// The first hash or entry of this tile within its level.
  public long first() {
    return Math.multiplyExact(index, FULL);
  }

  /// The full tile of which this is the beginning.
  public TilePath full() {
    return new TilePath(level, index, FULL);
  }

  /// The path relative to the log's prefix, beginning with `tile/`.
  @Override
  public String toString() {
    List<String> groups = new ArrayList<>();
    for (long rest = index; rest > 0 || groups.isEmpty(); rest /= 1000) {
      String digits = Long.toString(1000 + rest % 1000).substring(1);
      groups.addFirst(groups.isEmpty() ? digits : "x" + digits);
    }
    return "tile/"
        + (isEntries() ? "entries" : Integer.toString(level))
        + "/"
        + String.join("/", groups)
        + (isPartial() ? ".p/" + width : "");
  }

  private static int decimal(String digits, int longest, String path) {
    if (digits.isEmpty() || digits.length() > longest) {
      throw wrong(path);
    }
    int value = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c < '0' || c > '9') {
        throw wrong(path);
      }
      value = value * 10 + (c - '0');
    }
    return value;
  }

  private static IllegalArgumentException wrong(String path) {
    String shown = path.length() > LONGEST ? path.substring(0, LONGEST) + "..." : path;
    return new IllegalArgumentException("tile path: '" + shown + "' is not one of a log");
  }
}
