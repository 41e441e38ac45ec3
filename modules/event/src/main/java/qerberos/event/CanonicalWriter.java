package qerberos.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Writes canonical JSON into an array that grows and is used again. Used by one thread at a time.
final class CanonicalWriter {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private static final long DIGITS_15 = 1_000_000_000_000_000L;

  /// A buffer larger than this is not kept for the next event.
  private static final int KEEP_MAX = 1 << 18;

  /// By ASCII unit: 0 stands for itself, 'u' is written with four hex digits, else the letter after
  /// the backslash.
  private static final byte[] ESCAPES = escapes();

  byte[] buffer;
  int size;

  CanonicalWriter(int capacity) {
    buffer = new byte[capacity];
  }

  private static byte[] escapes() {
    var escapes = new byte[128];
    Arrays.fill(escapes, 0, 0x20, (byte) 'u');
    escapes['\b'] = 'b';
    escapes['\t'] = 't';
    escapes['\n'] = 'n';
    escapes['\f'] = 'f';
    escapes['\r'] = 'r';
    escapes['"'] = '"';
    escapes['\\'] = '\\';
    return escapes;
  }

  byte[] toBytes() {
    return Arrays.copyOf(buffer, size);
  }

  void clear() {
    size = 0;
    if (buffer.length > KEEP_MAX) {
      buffer = new byte[1024];
    }
  }

  void value(Json json, int depth) {
    switch (json) {
      case Json.Str(String text) -> string(text);
      case Json.Num(double number) -> number(number);
      case Json.Bool(boolean yes) -> raw(yes ? TRUE : FALSE);
      case Json.Null _ -> raw(NULL);
      case Json.Obj obj -> {
        checkDepth(depth);
        Members members = obj.sorted();
        raw('{');
        for (int i = 0; i < members.names.length; i++) {
          name(members.names[i], i == 0);
          value(members.values[i], depth + 1);
        }
        raw('}');
      }
      case Json.Arr(List<Json> items) -> {
        checkDepth(depth);
        raw('[');
        for (int i = 0; i < items.size(); i++) {
          if (i > 0) {
            raw(',');
          }
          value(items.get(i), depth + 1);
        }
        raw(']');
      }
    }
  }

  private static void checkDepth(int depth) {
    if (depth >= Canonical.DEPTH_MAX) {
      throw new IllegalArgumentException("deeper than " + Canonical.DEPTH_MAX + " levels");
    }
  }

  void raw(char ascii) {
    ensure(1);
    buffer[size++] = (byte) ascii;
  }

  void raw(byte[] bytes) {
    raw(bytes, 0, bytes.length);
  }

  void raw(byte[] bytes, int from, int length) {
    ensure(length);
    System.arraycopy(bytes, from, buffer, size, length);
    size += length;
  }

  /// Four bytes, the highest first.
  void int32(int value) {
    ensure(4);
    buffer[size++] = (byte) (value >>> 24);
    buffer[size++] = (byte) (value >>> 16);
    buffer[size++] = (byte) (value >>> 8);
    buffer[size++] = (byte) value;
  }

  /// Seven bits in each byte, the lowest first; all but the last have the top bit set.
  void varint(int value) {
    ensure(5);
    int rest = value;
    while (rest > 0x7f) {
      buffer[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[size++] = (byte) rest;
  }

  /// How many bytes `varint` writes for a value that is not negative.
  static int varintBytes(int value) {
    return value == 0 ? 1 : (38 - Integer.numberOfLeadingZeros(value)) / 7;
  }

  void number(double number) {
    long whole = (long) number;
    if (whole == number && whole > -DIGITS_15 && whole < DIGITS_15) {
      ensure(20);
      whole(whole);
    } else if (!fraction(number)) {
      raw(CanonicalNumber.text(number).getBytes(StandardCharsets.US_ASCII));
    }
  }

  /// Writes a number of few decimals, or returns false. Of all decimals of at most 15 digits no two
  /// mean the same double, so if one means this number, it is the shortest that does.
  private boolean fraction(double number) {
    double absolute = Math.abs(number);
    if (absolute < 1e-3 || absolute > 1e9) {
      return false;
    }
    for (int decimals = 1, power = 10; decimals <= 6; decimals++, power *= 10) {
      long scaled = Math.round(absolute * power);
      if (scaled < DIGITS_15 && (double) scaled / power == absolute) {
        ensure(24);
        if (number < 0) {
          buffer[size++] = '-';
        }
        whole(scaled / power);
        buffer[size++] = '.';
        long rest = scaled % power;
        for (int at = size + decimals - 1; at >= size; at--) {
          buffer[at] = (byte) ('0' + rest % 10);
          rest /= 10;
        }
        size += decimals;
        return true;
      }
    }
    return false;
  }

  private void whole(long number) {
    if (number < 0) {
      buffer[size++] = '-';
    }
    long rest = Math.abs(number);
    int digits = 1;
    for (long power = 10; power <= rest; power *= 10) {
      digits++;
    }
    int at = size + digits;
    size = at;
    while (rest > Integer.MAX_VALUE) {
      buffer[--at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    // Dividing ints takes a fraction of the time, and most numbers are small.
    int small = (int) rest;
    do {
      buffer[--at] = (byte) ('0' + small % 10);
      small /= 10;
    } while (small > 0);
  }

  void string(String text) {
    ensure(text.length() + 2);
    quoted(text);
  }

  /// The name of a member with its colon, and the comma before it unless it is the first.
  void name(String name, boolean first) {
    ensure(name.length() + 4);
    if (!first) {
      buffer[size++] = ',';
    }
    quoted(name);
    raw(':');
  }

  /// Most texts are ASCII without escapes and copied in one go; what comes first that is not makes
  /// room for itself and for what is behind it.
  private void quoted(String text) {
    int length = text.length();
    byte[] to = buffer;
    int at = size;
    to[at++] = '"';
    int i = 0;
    while (i < length) {
      char unit = text.charAt(i);
      if (unit >= 0x80 || ESCAPES[unit] != 0) {
        size = at;
        rest(text, i, true);
        raw('"');
        return;
      }
      to[at++] = (byte) unit;
      i++;
    }
    to[at++] = '"';
    size = at;
  }

  /// The text in UTF-8 as it is, without quotes or escapes.
  void utf8(String text) {
    int length = text.length();
    ensure(length);
    byte[] to = buffer;
    int at = size;
    int i = 0;
    while (i < length) {
      char unit = text.charAt(i);
      if (unit >= 0x80) {
        break;
      }
      to[at++] = (byte) unit;
      i++;
    }
    size = at;
    if (i < length) {
      rest(text, i, false);
    }
  }

  /// 32 bytes in base64url without padding, 43 characters.
  void base64(byte[] hash) {
    ensure(44);
    byte[] to = buffer;
    int at = size;
    for (int i = 0; i < 30; i += 3) {
      int bits = ((hash[i] & 0xff) << 16) | ((hash[i + 1] & 0xff) << 8) | (hash[i + 2] & 0xff);
      to[at++] = BASE64[bits >>> 18];
      to[at++] = BASE64[(bits >>> 12) & 63];
      to[at++] = BASE64[(bits >>> 6) & 63];
      to[at++] = BASE64[bits & 63];
    }
    int bits = ((hash[30] & 0xff) << 10) | ((hash[31] & 0xff) << 2);
    to[at++] = BASE64[bits >>> 12];
    to[at++] = BASE64[(bits >>> 6) & 63];
    to[at++] = BASE64[bits & 63];
    size = at;
  }

  private void rest(String text, int from, boolean escape) {
    int length = text.length();
    for (int i = from; i < length; i++) {
      ensure(length - i + 6);
      char unit = text.charAt(i);
      if (unit < 0x80) {
        byte how = escape ? ESCAPES[unit] : 0;
        if (how == 0) {
          buffer[size++] = (byte) unit;
        } else {
          buffer[size++] = '\\';
          buffer[size++] = how;
          if (how == 'u') {
            buffer[size++] = '0';
            buffer[size++] = '0';
            buffer[size++] = HEX[unit >> 4];
            buffer[size++] = HEX[unit & 15];
          }
        }
      } else if (unit < 0x800) {
        buffer[size++] = (byte) (0xc0 | (unit >> 6));
        buffer[size++] = (byte) (0x80 | (unit & 0x3f));
      } else if (Character.isSurrogate(unit)) {
        if (i + 1 == length || !Character.isSurrogatePair(unit, text.charAt(i + 1))) {
          throw new IllegalArgumentException(Text.loneSurrogateMessage(text, i));
        }
        int point = Character.toCodePoint(unit, text.charAt(++i));
        buffer[size++] = (byte) (0xf0 | (point >> 18));
        buffer[size++] = (byte) (0x80 | ((point >> 12) & 0x3f));
        buffer[size++] = (byte) (0x80 | ((point >> 6) & 0x3f));
        buffer[size++] = (byte) (0x80 | (point & 0x3f));
      } else {
        buffer[size++] = (byte) (0xe0 | (unit >> 12));
        buffer[size++] = (byte) (0x80 | ((unit >> 6) & 0x3f));
        buffer[size++] = (byte) (0x80 | (unit & 0x3f));
      }
    }
  }

  void ensure(int more) {
    if (buffer.length - size < more) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + more));
    }
  }
}
