package qerberos.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Writes JSON as UTF-8 bytes, members in the order in which they are given.
///
/// Commas are its own business: `object().name("a").value(1).end()` is `{"a":1}`. Control and
/// bidirectional characters, `<`, `>` and `&` are escaped, so that an answer shown in a terminal or
/// pasted into a page stays text.
///
/// Used by one thread at a time.
public final class JsonBytes {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes;
  private int length;
  private boolean comma;
  private long arrays;
  private int depth;

  public JsonBytes() {
    this(512);
  }

  public JsonBytes(int expected) {
    this.bytes = new byte[expected];
  }

  public JsonBytes object() {
    return open('{', false);
  }

  public JsonBytes array() {
    return open('[', true);
  }

  /// Closes the innermost object or array.
  public JsonBytes end() {
    depth--;
    put((arrays >>> depth & 1) == 1 ? ']' : '}');
    comma = true;
    return this;
  }

  public JsonBytes name(String name) {
    separate();
    quoted(name);
    put(':');
    comma = false;
    return this;
  }

  public JsonBytes value(@Nullable String text) {
    if (text == null) {
      return ascii("null");
    }
    separate();
    quoted(text);
    comma = true;
    return this;
  }

  public JsonBytes value(long number) {
    return ascii(Long.toString(number));
  }

  public JsonBytes value(double number) {
    return ascii(Double.toString(number));
  }

  public JsonBytes value(boolean truth) {
    return ascii(truth ? "true" : "false");
  }

  /// Bytes that are one JSON value already.
  public JsonBytes raw(byte[] json) {
    separate();
    room(json.length);
    System.arraycopy(json, 0, bytes, length, json.length);
    length += json.length;
    comma = true;
    return this;
  }

  public JsonBytes value(Json json) {
    switch (json) {
      case Json.Obj(var members) -> {
        object();
        members.forEach((name, member) -> name(name).value(member));
        end();
      }
      case Json.Arr(var items) -> {
        array();
        items.forEach(this::value);
        end();
      }
      case Json.Str(var text) -> value(text);
      default -> raw(Canonical.bytes(json));
    }
    return this;
  }

  public byte[] bytes() {
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  public int length() {
    return length;
  }

  private JsonBytes open(char bracket, boolean array) {
    separate();
    put(bracket);
    if (depth == 63) {
      throw new IllegalStateException("JSON deeper than 63 levels");
    }
    arrays = array ? arrays | 1L << depth : arrays & ~(1L << depth);
    depth++;
    comma = false;
    return this;
  }

  private JsonBytes ascii(String token) {
    separate();
    room(token.length());
    for (int i = 0; i < token.length(); i++) {
      bytes[length++] = (byte) token.charAt(i);
    }
    comma = true;
    return this;
  }

  private void separate() {
    if (comma) {
      put(',');
    }
  }

  private void put(char c) {
    room(1);
    bytes[length++] = (byte) c;
  }

  private void quoted(String text) {
    room(text.length() + 2);
    bytes[length++] = '"';
    int i = 0;
    for (; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&') {
        break;
      }
      bytes[length++] = (byte) c;
    }
    for (; i < text.length(); i++) {
      room(6 + 2);
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        bytes[length++] = '\\';
        bytes[length++] = (byte) c;
      } else if (c == '\n' || c == '\t') {
        bytes[length++] = '\\';
        bytes[length++] = (byte) (c == '\n' ? 'n' : 't');
      } else if (mustEscape(c)) {
        escape(c);
      } else if (c < 0x80) {
        bytes[length++] = (byte) c;
      } else if (c < 0x800) {
        bytes[length++] = (byte) (0xc0 | c >> 6);
        continuation(c);
      } else if (!Character.isSurrogate(c)) {
        bytes[length++] = (byte) (0xe0 | c >> 12);
        continuation(c >> 6);
        continuation(c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(++i));
        bytes[length++] = (byte) (0xf0 | point >> 18);
        continuation(point >> 12);
        continuation(point >> 6);
        continuation(point);
      } else {
        escape('\ufffd');
      }
    }
    room(1);
    bytes[length++] = '"';
  }

  private void continuation(int bits) {
    bytes[length++] = (byte) (0x80 | (bits & 0x3f));
  }

  /// Controls, the marks that turn the direction of text, and what opens markup.
  private static boolean mustEscape(char c) {
    return c < 0x20
        || (c >= 0x7f && c < 0xa0)
        || c == '<'
        || c == '>'
        || c == '&'
        || c == '\u061c'
        || c == '\u200e'
        || c == '\u200f'
        || (c >= '\u2028' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069');
  }

  private void escape(char c) {
    bytes[length++] = '\\';
    bytes[length++] = 'u';
    for (int shift = 12; shift >= 0; shift -= 4) {
      bytes[length++] = HEX[c >> shift & 0xf];
    }
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }
}
