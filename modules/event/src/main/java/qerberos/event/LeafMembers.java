package qerberos.event;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Runs over the members at the top of a leaf, giving where each begins and ends. Used by one
/// thread at a time.
///
/// Only quotes, backslashes and brackets matter for that; the leaf is known to be canonical. In
/// strings it looks at eight bytes at a time.
final class LeafMembers {
  static final byte[] ID = name("id");
  static final byte[] RECEIVED_AT = name("receivedAt");
  static final byte[] SOURCE = name("source");

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long TOPS = 0x8080808080808080L;
  private static final long QUOTES = '"' * ONES;
  private static final long BACKSLASHES = '\\' * ONES;

  private final byte[] leaf;

  /// Where the member's name begins, at its quote.
  int start;

  /// Where its value begins.
  int from;

  /// Behind its value.
  int to;

  LeafMembers(byte[] leaf) {
    this.leaf = leaf;
    if (leaf.length < 2 || leaf[0] != '{') {
      throw wrong(0);
    }
  }

  private static byte[] name(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  /// Goes to the next member; false when there is none.
  boolean next() {
    start = to == 0 ? 1 : to + 1;
    if (to != 0 && at(to) == '}') {
      return false;
    }
    if (at(start) != '"') {
      throw wrong(start);
    }
    int colon = behindString(start);
    if (at(colon) != ':') {
      throw wrong(colon);
    }
    from = colon + 1;
    to = behindValue(from);
    if (at(to) != ',' && at(to) != '}') {
      throw wrong(to);
    }
    return true;
  }

  /// Whether the member has this name.
  boolean is(byte[] name) {
    return Arrays.equals(leaf, start + 1, from - 2, name, 0, name.length);
  }

  /// The characters of a string between its quotes, in UTF-8 and without escapes.
  byte[] text(int first, int end) {
    for (int i = first; i < end; i++) {
      if (leaf[i] == '\\') {
        byte[] quoted = Arrays.copyOfRange(leaf, first - 1, end + 1);
        return Canonical.read(quoted) instanceof Json.Str(String text)
            ? text.getBytes(StandardCharsets.UTF_8)
            : new byte[0];
      }
    }
    return Arrays.copyOfRange(leaf, first, end);
  }

  private int behindValue(int begin) {
    int depth = 0;
    int i = begin;
    while (true) {
      switch (at(i)) {
        case '"' -> i = behindString(i);
        case '{', '[' -> {
          depth++;
          i++;
        }
        case '}', ']' -> {
          if (depth == 0) {
            return i;
          }
          depth--;
          i++;
        }
        case ',' -> {
          if (depth == 0) {
            return i;
          }
          i++;
        }
        default -> i++;
      }
    }
  }

  private int behindString(int quote) {
    int i = quote + 1;
    while (true) {
      while (i + Long.BYTES <= leaf.length) {
        long word = (long) LONG.get(leaf, i);
        long hit = zeroBytes(word ^ QUOTES) | zeroBytes(word ^ BACKSLASHES);
        if (hit != 0) {
          i += Long.numberOfTrailingZeros(hit) >>> 3;
          break;
        }
        i += Long.BYTES;
      }
      switch (at(i)) {
        case '"' -> {
          return i + 1;
        }
        case '\\' -> i += 2;
        default -> i++;
      }
    }
  }

  /// The top bit of each byte that is zero; of the lowest such byte for certain.
  private static long zeroBytes(long word) {
    return (word - ONES) & ~word & TOPS;
  }

  private byte at(int i) {
    if (i >= leaf.length) {
      throw wrong(i);
    }
    return leaf[i];
  }

  private static IllegalArgumentException wrong(int at) {
    return new IllegalArgumentException("not a leaf: at byte " + at);
  }
}
