package qerberos.event;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Texts that say nothing but some bytes: IP addresses and UUIDs, in the one spelling which can be
/// made again from those bytes. Stateless.
///
/// - IPv4: four numbers of 0 to 255 without leading zeros, between dots.
/// - IPv6: as RFC 5952 has it, that is in lower case, without leading zeros, the longest run of two
///   or more zero groups (of equal ones the first) as `::`, and never with an IPv4 address inside.
/// - UUID: 8, 4, 4, 4 and 12 hex digits in lower case between hyphens.
enum WholeText {
  IPV4(0, 4),
  IPV6(1, 16),
  UUID(2, 16);

  private static final int IPV4_LONGEST = 15;
  private static final int IPV6_LONGEST = 39;
  private static final int UUID_LENGTH = 36;
  private static final int GROUPS = 8;
  private static final String HEX = "0123456789abcdef";

  /// What stands before its bytes in sealed values.
  final int head;

  /// How many bytes it is.
  final int bytes;

  WholeText(int head, int bytes) {
    this.head = head;
    this.bytes = bytes;
  }

  /// The one with this head, 0 to 2.
  static WholeText of(int head) {
    return switch (head) {
      case 0 -> IPV4;
      case 1 -> IPV6;
      case 2 -> UUID;
      default -> throw new IllegalArgumentException("head: " + head + ", want 0..2");
    };
  }

  /// What this text is, its bytes appended to `out`; or null and nothing appended.
  static @Nullable WholeText write(byte[] text, int from, int end, CanonicalWriter out) {
    int length = end - from;
    int begin = out.size;
    if (length <= IPV4_LONGEST && parseIpv4(text, from, end, out)) {
      return IPV4;
    }
    out.size = begin;
    if (length <= IPV6_LONGEST && parseIpv6(text, from, end, out)) {
      return IPV6;
    }
    out.size = begin;
    if (length == UUID_LENGTH && parseUuid(text, from, out)) {
      return UUID;
    }
    out.size = begin;
    return null;
  }

  private static boolean parseIpv4(byte[] text, int from, int end, CanonicalWriter out) {
    int at = from;
    for (int part = 0; part < 4; part++) {
      if (part > 0 && (at == end || text[at++] != '.')) {
        return false;
      }
      int number = 0;
      int digits = 0;
      while (at < end && text[at] >= '0' && text[at] <= '9' && digits < 3) {
        number = number * 10 + text[at++] - '0';
        digits++;
      }
      boolean leadingZero = digits > 1 && text[at - digits] == '0';
      if (digits == 0 || leadingZero || number > 255) {
        return false;
      }
      out.raw((char) number);
    }
    return at == end;
  }

  /// Takes any spelling and then compares with the canonical one.
  private static boolean parseIpv6(byte[] text, int from, int end, CanonicalWriter out) {
    int begin = out.size;
    int gap = -1;
    int at = from;
    while (at < end) {
      if (text[at] == ':') {
        boolean two = at + 1 < end && text[at + 1] == ':';
        if (two ? gap >= 0 : at == from || at + 1 == end) {
          return false;
        }
        if (two) {
          gap = out.size - begin;
        }
        at += two ? 2 : 1;
        continue;
      }
      int group = 0;
      int digits = 0;
      while (at < end && text[at] != ':') {
        int digit = hexDigit(text[at++]);
        if (digit < 0 || ++digits > 4) {
          return false;
        }
        group = (group << 4) | digit;
      }
      if (out.size - begin == IPV6.bytes) {
        return false;
      }
      out.raw((char) (group >>> 8));
      out.raw((char) (group & 0xff));
    }
    int missing = IPV6.bytes - (out.size - begin);
    if (gap < 0 ? missing > 0 : missing == 0) {
      return false;
    }
    if (gap >= 0) {
      out.ensure(missing);
      byte[] bytes = out.buffer;
      System.arraycopy(bytes, begin + gap, bytes, begin + gap + missing, out.size - begin - gap);
      Arrays.fill(bytes, begin + gap, begin + gap + missing, (byte) 0);
      out.size += missing;
    }
    writeIpv6(Arrays.copyOfRange(out.buffer, begin, out.size), 0, out);
    int behind = begin + IPV6.bytes;
    boolean same = Arrays.equals(text, from, end, out.buffer, behind, out.size);
    out.size = behind;
    return same;
  }

  private static boolean parseUuid(byte[] text, int from, CanonicalWriter out) {
    int begin = out.size;
    int at = from;
    while (out.size - begin < UUID.bytes) {
      if (hyphenAt(out.size - begin) && text[at++] != '-') {
        return false;
      }
      int high = hexDigit(text[at++]);
      int low = hexDigit(text[at++]);
      if (high < 0 || low < 0) {
        return false;
      }
      out.raw((char) ((high << 4) | low));
    }
    return true;
  }

  private static boolean hyphenAt(int bytes) {
    return bytes == 4 || bytes == 6 || bytes == 8 || bytes == 10;
  }

  private static int hexDigit(byte ascii) {
    if (ascii >= '0' && ascii <= '9') {
      return ascii - '0';
    }
    return ascii >= 'a' && ascii <= 'f' ? ascii - 'a' + 10 : -1;
  }

  /// Writes the text that these bytes stand for.
  void read(byte[] bytes, int at, CanonicalWriter out) {
    switch (this) {
      case IPV4 -> writeIpv4(bytes, at, out);
      case IPV6 -> writeIpv6(bytes, at, out);
      case UUID -> writeUuid(bytes, at, out);
    }
  }

  private static void writeIpv4(byte[] bytes, int at, CanonicalWriter out) {
    for (int i = 0; i < 4; i++) {
      if (i > 0) {
        out.raw('.');
      }
      out.number(bytes[at + i] & 0xff);
    }
  }

  private static void writeIpv6(byte[] bytes, int at, CanonicalWriter out) {
    int gap = -1;
    int gapGroups = 1;
    for (int i = 0; i < GROUPS; i++) {
      int zeros = 0;
      while (i + zeros < GROUPS && group(bytes, at, i + zeros) == 0) {
        zeros++;
      }
      if (zeros > gapGroups) {
        gap = i;
        gapGroups = zeros;
      }
      i += zeros;
    }
    for (int i = 0; i < GROUPS; i++) {
      if (i == gap) {
        out.raw(':');
        out.raw(':');
        i += gapGroups - 1;
        continue;
      }
      if (i > 0 && i != gap + gapGroups) {
        out.raw(':');
      }
      int group = group(bytes, at, i);
      for (int shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0;
          shift >= 0;
          shift -= 4) {
        out.raw(HEX.charAt((group >>> shift) & 0xf));
      }
    }
  }

  private static int group(byte[] bytes, int at, int i) {
    return ((bytes[at + 2 * i] & 0xff) << 8) | (bytes[at + 2 * i + 1] & 0xff);
  }

  private static void writeUuid(byte[] bytes, int at, CanonicalWriter out) {
    for (int i = 0; i < UUID.bytes; i++) {
      if (hyphenAt(i)) {
        out.raw('-');
      }
      out.raw(HEX.charAt((bytes[at + i] >>> 4) & 0xf));
      out.raw(HEX.charAt(bytes[at + i] & 0xf));
    }
  }
}
