package qerberos.columns;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Cuts the leaves of one bundle into what they share and what they do not.
///
/// A leaf is a sequence of literals (punctuation, names of members) and values (the inside of a
/// string, a number, `true`), in turns: `{"id":"` `batch7` `","v":` `1` `}`. What begins a value is
/// decided once, by looking at the JSON, when a literal is met for the first time; from then on
/// literals are only compared. They form a tree: a *node* is a literal in its place behind others,
/// and its children are the literals that were seen behind its value. So a leaf like an earlier
/// one costs a comparison per literal and a search for the end per value. A *shape* is a path from
/// the root to the end of a leaf.
///
/// A literal together with the column of its value is a *symbol*, kept once however many nodes have
/// it. Values go to the column of their path in the JSON, so that shapes which differ in one
/// optional member share all columns but that one.
///
/// It need not be JSON. A leaf that ends within a string, or has no values, ends in a literal that
/// is all the rest. Cut wrongly, a leaf is still the sum of its parts. What does not pay is given
/// up: when too many of the bytes are literals seen for the first time, or any of the bounds below
/// is reached. They hold memory and time against a sender who makes leaves for that purpose.
///
/// Used by one thread at a time.
final class Shapes {
  static final int MOST_SYMBOLS = 2_048;
  static final int MOST_COLUMNS = 1_024;
  static final int MOST_LEAVES = 1_024;
  static final int MOST_NODES = 1 << 14;

  /// Nodes passed by all leaves together: one for each value, and one at the end of each leaf.
  static final int MOST_STEPS = 1 << 17;

  private static final int MOST_CHILDREN = 64;
  private static final int MOST_FRAMES = 1 << 14;

  /// What of a bundle may be new before anything must have been seen again.
  private static final int NEW_BYTES = 8 << 10;

  private static final int STRING = 0;
  private static final int BARE = 1;
  private static final int END = 2;

  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;

  /// Which bytes a value outside of a string is made of.
  private static final boolean[] IS_BARE = new boolean[256];

  static {
    Arrays.fill(IS_BARE, '!', 256, true);
    for (char other : "\"\\{}[],:".toCharArray()) {
      IS_BARE[other] = false;
    }
  }

  private byte[] bytes = {};
  private long seen;
  private long fresh;

  private final Numbering symbols = new Numbering(MOST_SYMBOLS);
  private final int[] symbolAt = new int[MOST_SYMBOLS];
  private final int[] symbolLength = new int[MOST_SYMBOLS];
  private final int[] symbolColumn = new int[MOST_SYMBOLS];
  private final byte[] symbolKind = new byte[MOST_SYMBOLS];
  private final Numbering columns = new Numbering(MOST_COLUMNS);

  private final int[] nodeSymbol = new int[MOST_NODES];
  private final int[] nodeFrame = new int[MOST_NODES];
  private final int[] nodeShape = new int[MOST_NODES];
  private final int[] firstChild = new int[MOST_NODES];
  private final int[] nextSibling = new int[MOST_NODES];
  private final byte[] children = new byte[MOST_NODES];
  private int nodes;

  /// Of each shape the node that its own nodes follow, and the first of these. They are numbered
  /// without gaps.
  private final int[] shapeParent = new int[MOST_LEAVES];

  private final int[] shapeFirst = new int[MOST_LEAVES + 1];
  private int shapes;

  /// The objects and arrays a node is in: the one around it, and the hash of its path.
  private final int[] frameParent = new int[MOST_FRAMES];

  private final long[] frameHash = new long[MOST_FRAMES];
  private int frames;

  private final long[] leafShape = new long[MOST_LEAVES];
  private int leaves;

  private int[] valueFrom = new int[8 << 10];
  private int[] valueTo = new int[8 << 10];
  private int[] valueColumn = new int[8 << 10];
  private int values;

  private int scannedKind;
  private int scannedFrame;
  private long scannedKey;

  /// Begins another bundle.
  void clear(byte[] newBytes) {
    bytes = newBytes;
    seen = 0;
    fresh = 0;
    symbols.clear();
    columns.clear();
    nodes = 1;
    firstChild[0] = 0;
    children[0] = 0;
    nodeFrame[0] = 0;
    frames = 1;
    shapes = 0;
    leaves = 0;
    values = 0;
  }

  /// Cuts one leaf, which lies in the array given to [#clear].
  ///
  /// @return whether shapes still pay
  boolean add(int from, int to) {
    if (leaves == MOST_LEAVES) {
      return false;
    }
    seen += to - from;
    int node = 0;
    int at = from;
    while (true) {
      int before = 0;
      int child = firstChild[node];
      int end = -1;
      while (child != 0) {
        end = valueEnd(nodeSymbol[child], at, to);
        if (end >= 0) {
          break;
        }
        before = child;
        child = nextSibling[child];
      }
      if (child == 0) {
        return grow(node, at, to);
      }
      if (before != 0) {
        nextSibling[before] = nextSibling[child];
        nextSibling[child] = firstChild[node];
        firstChild[node] = child;
      }
      int symbol = nodeSymbol[child];
      if (symbolKind[symbol] == END) {
        leafShape[leaves++] = nodeShape[child];
        return true;
      }
      if (!value(at + symbolLength[symbol], end, symbolColumn[symbol])) {
        return false;
      }
      node = child;
      at = end;
    }
  }

  /// @return where the value ends that follows when the literal stands here, -1 when it does not
  private int valueEnd(int symbol, int at, int to) {
    int literal = symbolAt[symbol];
    int length = symbolLength[symbol];
    int kind = symbolKind[symbol];
    if (kind == END ? length != to - at : length >= to - at) {
      return -1;
    }
    int begin = at + length;
    if (!Arrays.equals(bytes, literal, literal + length, bytes, at, begin)) {
      return -1;
    }
    if (kind == STRING) {
      int end = stringEnd(begin, to);
      return end < to ? end : -1;
    }
    if (kind == BARE) {
      int end = bareEnd(begin, to);
      return end > begin ? end : -1;
    }
    return begin;
  }

  private boolean value(int from, int to, int column) {
    if (values == MOST_STEPS - MOST_LEAVES) {
      return false;
    }
    if (values == valueFrom.length) {
      valueFrom = Arrays.copyOf(valueFrom, values * 2);
      valueTo = Arrays.copyOf(valueTo, values * 2);
      valueColumn = Arrays.copyOf(valueColumn, values * 2);
    }
    valueFrom[values] = from;
    valueTo[values] = to;
    valueColumn[values++] = column;
    return true;
  }

  /// Adds the rest of a leaf to the tree.
  private boolean grow(int parent, int from, int to) {
    shapeParent[shapes] = parent;
    shapeFirst[shapes] = nodes;
    int node = parent;
    int at = from;
    do {
      int behind = node == 0 || symbolKind[nodeSymbol[node]] == BARE ? at : at + 1;
      int begin = scan(behind, to, nodeFrame[node]);
      int symbol = symbol(at, begin);
      if (symbol < 0 || nodes == MOST_NODES || children[node] == MOST_CHILDREN) {
        return false;
      }
      children[node]++;
      int child = nodes++;
      nodeSymbol[child] = symbol;
      nodeFrame[child] = scannedFrame;
      firstChild[child] = 0;
      children[child] = 0;
      nextSibling[child] = firstChild[node];
      firstChild[node] = child;
      node = child;
      at = begin;
      if (scannedKind != END) {
        at = scannedKind == STRING ? stringEnd(begin, to) : bareEnd(begin, to);
        if (!value(begin, at, symbolColumn[symbol])) {
          return false;
        }
      }
    } while (scannedKind != END);
    nodeShape[node] = shapes;
    leafShape[leaves++] = shapes++;
    return fresh < NEW_BYTES + seen / 4;
  }

  /// Finds where the next value begins, and says in the `scanned` fields what it is.
  private int scan(int from, int to, int frame) {
    scannedFrame = frame;
    scannedKey = 0;
    int at = from;
    while (at < to) {
      byte next = bytes[at];
      if (next == '"') {
        int end = stringEnd(at + 1, to);
        if (end >= to) {
          break;
        }
        if (end + 1 == to || bytes[end + 1] != ':') {
          scannedKind = STRING;
          return at + 1;
        }
        scannedKey = hash(at + 1, end);
        at = end + 2;
      } else if (IS_BARE[next & 0xff]) {
        scannedKind = BARE;
        return at;
      } else {
        if (next == '{' || next == '[') {
          if (frames == MOST_FRAMES) {
            break;
          }
          frameParent[frames] = scannedFrame;
          frameHash[frames] = path();
          scannedFrame = frames++;
          scannedKey = 0;
        } else if (next == '}' || next == ']') {
          scannedFrame = scannedFrame == 0 ? 0 : frameParent[scannedFrame];
        }
        at++;
      }
    }
    scannedKind = END;
    return to;
  }

  private long path() {
    long hash = (frameHash[scannedFrame] ^ scannedKey) * 0xff51afd7ed558ccdL;
    return hash ^ hash >>> 32;
  }

  /// @return the number of this literal before a value of this path, -1 when there is no room
  private int symbol(int from, int to) {
    long path = path() + scannedKind;
    int column = 0;
    if (scannedKind != END) {
      column = columns.of(path);
      if (column < 0) {
        return -1;
      }
    } else {
      path = END;
    }
    int known = symbols.size();
    int symbol = symbols.of(hash(from, to) ^ path * 31);
    if (symbol == known) {
      symbolAt[symbol] = from;
      symbolLength[symbol] = to - from;
      symbolColumn[symbol] = column;
      symbolKind[symbol] = (byte) scannedKind;
      fresh += to - from;
    } else if (symbol >= 0) {
      int at = symbolAt[symbol];
      boolean same =
          symbolColumn[symbol] == column
              && symbolKind[symbol] == scannedKind
              && Arrays.equals(bytes, at, at + symbolLength[symbol], bytes, from, to);
      return same ? symbol : -1; // two hashes are the same: nobody but a hostile sender gets here
    }
    return symbol;
  }

  private long hash(int from, int to) {
    long hash = 0;
    for (int at = from; at < to; at++) {
      hash = Long.rotateLeft(hash, 7) ^ (bytes[at] + 1) * 0x9e3779b97f4a7c15L;
    }
    return hash ^ hash >>> 29;
  }

  private int bareEnd(int from, int to) {
    int at = from;
    while (at < to && IS_BARE[bytes[at] & 0xff]) {
      at++;
    }
    return at;
  }

  private int stringEnd(int from, int to) {
    return stringEnd(bytes, from, to);
  }

  /// Finds the quote that ends a string: the first without a backslash. Eight bytes at a time, as
  /// in "Hacker's Delight" 6-1.
  ///
  /// @return its place, `to` when there is none
  static int stringEnd(byte[] bytes, int from, int to) {
    int at = from;
    while (at <= to - Long.BYTES) {
      long word = (long) WORD.get(bytes, at);
      long quote = word ^ ONES * '"';
      long backslash = word ^ ONES * '\\';
      long found = (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash)) & HIGHS;
      if (found == 0) {
        at += Long.BYTES;
        continue;
      }
      at += Long.numberOfTrailingZeros(found) >>> 3;
      if (bytes[at] == '"') {
        return at;
      }
      at += 2;
    }
    while (at < to) {
      if (bytes[at] == '"') {
        return at;
      }
      at += bytes[at] == '\\' ? 2 : 1;
    }
    return to;
  }

  /// The values of all leaves, in their order.
  int values() {
    return values;
  }

  int valueFrom(int value) {
    return valueFrom[value];
  }

  int valueTo(int value) {
    return valueTo[value];
  }

  int valueColumn(int value) {
    return valueColumn[value];
  }

  int columns() {
    return columns.size();
  }

  int leaves() {
    return leaves;
  }

  /// Writes symbols, nodes and the shape of each leaf: what [ShapesRead] reads.
  void writeTo(NumberPacking numbers, ByteSink rest, ByteSink raw) {
    rest.varint(leaves);
    rest.varint(symbols.size());
    for (int symbol = 0; symbol < symbols.size(); symbol++) {
      rest.varint(symbolLength[symbol]);
      rest.varint(symbolKind[symbol] == END ? 0 : symbolColumn[symbol] + 1);
    }
    for (int symbol = 0; symbol < symbols.size(); symbol++) {
      rest.put(bytes, symbolAt[symbol], symbolAt[symbol] + symbolLength[symbol]);
    }
    rest.varint(shapes);
    shapeFirst[shapes] = nodes;
    for (int shape = 0; shape < shapes; shape++) {
      rest.varint(shapeFirst[shape] - shapeParent[shape]);
      rest.varint(shapeFirst[shape + 1] - shapeFirst[shape]);
      for (int node = shapeFirst[shape]; node < shapeFirst[shape + 1]; node++) {
        rest.varint(nodeSymbol[node]);
      }
    }
    numbers.pack(leafShape, 0, leaves, rest, raw);
  }
}
