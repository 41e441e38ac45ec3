package qerberos.intake;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Runs over the lines of a body that have something in them. Used by one thread at a time.
///
/// Lines end with LF or CR LF, the last one perhaps with nothing; a byte order mark before the
/// first is passed over.
final class Lines {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long TOPS = 0x8080808080808080L;
  private static final long LINE_FEEDS = '\n' * ONES;

  private final byte[] body;
  private int from;
  private int to;
  private int next;
  private int number;

  Lines(byte[] body) {
    this.body = body;
    this.next = afterMark(body);
  }

  /// Behind the byte order mark, if there is one.
  static int afterMark(byte[] body) {
    boolean mark =
        body.length >= 3
            && (body[0] & 0xff) == 0xef
            && (body[1] & 0xff) == 0xbb
            && (body[2] & 0xff) == 0xbf;
    return mark ? 3 : 0;
  }

  /// Goes to the next line that is not blank; false when there is none.
  boolean next() {
    while (next < body.length) {
      from = next;
      to = lineEnd(from);
      next = to + 1;
      number++;
      if (!isBlank(body, from, to)) {
        return true;
      }
    }
    return false;
  }

  static boolean isBlank(byte[] body, int from, int to) {
    for (int i = from; i < to; i++) {
      if (body[i] != ' ' && body[i] != '\t' && body[i] != '\r') {
        return false;
      }
    }
    return true;
  }

  /// The place of the next LF, or the end; eight bytes at a time.
  private int lineEnd(int start) {
    int i = start;
    while (i + Long.BYTES <= body.length) {
      long other = (long) LONG.get(body, i) ^ LINE_FEEDS;
      long hit = (other - ONES) & ~other & TOPS;
      if (hit != 0) {
        return i + (Long.numberOfTrailingZeros(hit) >>> 3);
      }
      i += Long.BYTES;
    }
    while (i < body.length && body[i] != '\n') {
      i++;
    }
    return i;
  }

  int from() {
    return from;
  }

  /// Behind the last byte, LF not included.
  int to() {
    return to;
  }

  /// Of the current line, from 1, blank ones counted.
  int number() {
    return number;
  }
}
