package qerberos.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Writes canonical JSON into an array that grows and is used again. Used by one thread at a time.
final class CanonicalWriter {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

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
          if (i > 0) {
            raw(',');
          }
          string(members.names[i]);
          raw(':');
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

  void number(double number) {
    long whole = (long) number;
    if (whole == number && whole > -1_000_000_000_000_000L && whole < 1_000_000_000_000_000L) {
      whole(whole);
    } else {
      raw(CanonicalNumber.text(number).getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void whole(long number) {
    ensure(20);
    long rest = Math.abs(number);
    int digits = 1;
    for (long power = 10; power <= rest; power *= 10) {
      digits++;
    }
    if (number < 0) {
      buffer[size++] = '-';
    }
    for (int at = size + digits - 1; at >= size; at--) {
      buffer[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += digits;
  }

  void string(String text) {
    int length = text.length();
    ensure(length + 2);
    byte[] to = buffer;
    int at = size;
    to[at++] = '"';
    int i = 0;
    while (i < length) {
      char unit = text.charAt(i);
      if (unit >= 0x80 || ESCAPES[unit] != 0) {
        break;
      }
      to[at++] = (byte) unit;
      i++;
    }
    size = at;
    if (i < length) {
      rest(text, i, true);
    }
    raw('"');
  }

  /// The text in UTF-8 as it is, without quotes or escapes.
  void utf8(String text) {
    ensure(text.length());
    rest(text, 0, false);
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
