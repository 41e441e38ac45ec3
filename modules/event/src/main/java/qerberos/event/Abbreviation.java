package qerberos.event;

import java.util.Arrays;

/// Text in fewer bytes, as it is sealed: pieces that are frequent become a byte or two, runs of
/// digits half of their length. Stateless.
///
/// What is not named here stands for itself: `20` to `7f`, tab, line feed and carriage return, and
/// the characters of UTF-8 that begin with `c2` to `f4`, with all their bytes.
///
///     00 b             the byte b
///     1e n n ...       a run: in each byte two of the 16 below, the high one first, up to an f;
///                      when the f is a high one, what is below it is 0
///     1f b             a piece, see [Pieces]; so are all other bytes
///
///     0 to 9  the digit     a .     b -     c space     d _     e :     f the end
///
/// The writer takes at each place the longest piece that begins there. Where there is none and a
/// digit stands, it looks how far the 16 go without meeting a piece, and makes a run of 5 or more.
final class Abbreviation {
  static final int ESCAPE = 0x00;
  static final int RUN = 0x1e;

  private static final int RUN_FROM = 5;
  private static final int RUN_END = 0xf;
  private static final String RUN_TEXT = "0123456789.- _:";

  /// By byte: what it is in a run, or -1.
  private static final byte[] IN_RUN = new byte[256];

  static {
    Arrays.fill(IN_RUN, (byte) -1);
    for (int i = 0; i < RUN_TEXT.length(); i++) {
      IN_RUN[RUN_TEXT.charAt(i)] = (byte) i;
    }
  }

  private Abbreviation() {}

  /// Writes these bytes in fewer, or at worst in twice as many. They are UTF-8 as a rule, but any
  /// others come back too.
  ///
  /// @param text has at least eight bytes more than up to `end`, whatever they are
  static void write(byte[] text, int begin, int end, CanonicalWriter out) {
    out.ensure(2 * (end - begin));
    byte[] to = out.buffer;
    int size = out.size;
    int at = begin;
    while (at < end) {
      int piece = Pieces.longest(text, at, end);
      if (piece >= 0) {
        int code = Pieces.code(piece);
        to[size++] = (byte) code;
        if ((byte) code == Pieces.RARE) {
          to[size++] = (byte) (code >>> 8);
        }
        at += Pieces.length(piece);
        continue;
      }
      int unit = text[at] & 0xff;
      if (unit >= '0' && unit <= '9') {
        int behind = behindRun(text, at, end);
        if (behind - at >= RUN_FROM) {
          size = run(text, at, behind, to, size);
        } else {
          System.arraycopy(text, at, to, size, behind - at);
          size += behind - at;
        }
        at = behind;
        continue;
      }
      int more = following(unit);
      if (more < 0 || more >= end - at) {
        to[size++] = ESCAPE;
        more = 0;
      }
      do {
        to[size++] = text[at++];
      } while (more-- > 0);
    }
    out.size = size;
  }

  private static int behindRun(byte[] text, int from, int end) {
    int at = from + 1;
    while (at < end && IN_RUN[text[at] & 0xff] >= 0 && Pieces.longest(text, at, end) < 0) {
      at++;
    }
    return at;
  }

  private static int run(byte[] text, int from, int behind, byte[] to, int sizeBefore) {
    int size = sizeBefore;
    to[size++] = RUN;
    int at = from;
    for (; at + 1 < behind; at += 2) {
      to[size++] = (byte) ((IN_RUN[text[at]] << 4) | IN_RUN[text[at + 1]]);
    }
    to[size++] = (byte) (at < behind ? (IN_RUN[text[at]] << 4) | RUN_END : RUN_END << 4);
    return size;
  }

  /// How many bytes of the same character follow this one, or -1 when it does not stand for itself.
  private static int following(int unit) {
    if (unit < 0x80) {
      return unit >= 0x20 || unit == '\t' || unit == '\n' || unit == '\r' ? 0 : -1;
    }
    if (unit < 0xc2 || unit > 0xf4) {
      return -1;
    }
    return unit < 0xe0 ? 1 : unit < 0xf0 ? 2 : 3;
  }

  /// Writes out in full what `write` wrote.
  ///
  /// @throws SealBroken when these are not such bytes, or `out` would be larger than `max`
  static void read(byte[] from, int begin, int end, CanonicalWriter out, int max) {
    int at = begin;
    while (at < end) {
      int unit = from[at++] & 0xff;
      int more = following(unit);
      if (more >= 0) {
        check(more <= end - at);
        out.raw(from, at - 1, 1 + more);
        at += more;
      } else if (unit == ESCAPE) {
        check(at < end);
        out.raw(from, at++, 1);
      } else if (unit == RUN) {
        at = readRun(from, at, end, out);
      } else {
        check(unit != Pieces.RARE || at < end);
        byte[] piece = unit == Pieces.RARE ? Pieces.rare(from[at++] & 0xff) : Pieces.common(unit);
        if (piece == null) {
          throw new SealBroken("sealed values with a piece that nobody knows");
        }
        out.raw(piece);
      }
      if (out.size > max) {
        throw new SealBroken("sealed values of more than " + max + " bytes");
      }
    }
  }

  private static int readRun(byte[] from, int begin, int end, CanonicalWriter out) {
    int at = begin;
    while (true) {
      check(at < end);
      int two = from[at++] & 0xff;
      if (two >>> 4 == RUN_END) {
        check((two & 0xf) == 0);
        return at;
      }
      out.raw(RUN_TEXT.charAt(two >>> 4));
      if ((two & 0xf) == RUN_END) {
        return at;
      }
      out.raw(RUN_TEXT.charAt(two & 0xf));
    }
  }

  private static void check(boolean whole) {
    if (!whole) {
      throw new SealBroken("sealed values cut short");
    }
  }
}
