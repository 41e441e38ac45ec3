package qerberos.event;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads canonical JSON and refuses everything that the writer would have written otherwise: white
/// space, members out of order or twice, another escape than the shortest, another form of a
/// number, UTF-8 that is not the shortest. Used by one thread at a time.
final class CanonicalReader {
  private final byte[] bytes;
  private int at;

  CanonicalReader(byte[] bytes) {
    this.bytes = bytes;
  }

  Json document() {
    Json json = value(0);
    if (at != bytes.length) {
      throw wrong("the end");
    }
    return json;
  }

  private Json value(int depth) {
    return switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> new Json.Str(string());
      case 't' -> word("true", Json.Bool.TRUE);
      case 'f' -> word("false", Json.Bool.FALSE);
      case 'n' -> word("null", Json.NULL);
      default -> number();
    };
  }

  private Json object(int depth) {
    if (depth >= Canonical.DEPTH_MAX) {
      throw wrong("at most " + Canonical.DEPTH_MAX + " levels");
    }
    at++;
    if (peek() == '}') {
      at++;
      return Json.EMPTY;
    }
    var members = new ObjBuilder();
    String before = "";
    while (true) {
      int start = at;
      String name = string();
      if (members.size() > 0 && before.compareTo(name) >= 0) {
        at = start;
        throw wrong("names in order, each once");
      }
      before = name;
      expect(':');
      members.add(name, value(depth + 1));
      if (peek() == '}') {
        at++;
        return members.build();
      }
      expect(',');
    }
  }

  private Json array(int depth) {
    if (depth >= Canonical.DEPTH_MAX) {
      throw wrong("at most " + Canonical.DEPTH_MAX + " levels");
    }
    at++;
    List<Json> items = new ArrayList<>();
    if (peek() == ']') {
      at++;
      return new Json.Arr(items);
    }
    while (true) {
      items.add(value(depth + 1));
      if (peek() == ']') {
        at++;
        return new Json.Arr(items);
      }
      expect(',');
    }
  }

  private Json word(String word, Json meaning) {
    for (int i = 0; i < word.length(); i++) {
      expect(word.charAt(i));
    }
    return meaning;
  }

  private Json number() {
    int start = at;
    while (at < bytes.length && isNumberByte(bytes[at])) {
      at++;
    }
    int length = at - start;
    if (length == 0 || length > 30) {
      at = start;
      throw wrong("a value");
    }
    var text = new String(bytes, start, length, StandardCharsets.US_ASCII);
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      at = start;
      throw wrong("a number");
    }
    if (Double.isInfinite(value) || !CanonicalNumber.text(value).equals(text)) {
      at = start;
      throw wrong("a number in its shortest form");
    }
    return new Json.Num(value);
  }

  private static boolean isNumberByte(byte b) {
    return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e';
  }

  private String string() {
    expect('"');
    int start = at;
    while (at < bytes.length) {
      byte b = bytes[at];
      if (b == '"') {
        return new String(bytes, start, at++ - start, StandardCharsets.ISO_8859_1);
      }
      if (b < 0x20 || b == '\\') {
        break;
      }
      at++;
    }
    var text = new StringBuilder(at - start + 16);
    text.append(new String(bytes, start, at - start, StandardCharsets.ISO_8859_1));
    while (true) {
      int b = peek();
      if (b == '"') {
        at++;
        return text.toString();
      }
      if (b < 0) {
        text.appendCodePoint(character());
      } else if (b == '\\') {
        text.append(escape());
      } else if (b < 0x20) {
        throw wrong("an escape");
      } else {
        text.append((char) b);
        at++;
      }
    }
  }

  private char escape() {
    int start = at++;
    int how = peek();
    at++;
    switch (how) {
      case '"', '\\' -> {
        return (char) how;
      }
      case 'b' -> {
        return '\b';
      }
      case 't' -> {
        return '\t';
      }
      case 'n' -> {
        return '\n';
      }
      case 'f' -> {
        return '\f';
      }
      case 'r' -> {
        return '\r';
      }
      default -> {}
    }
    if (how == 'u' && bytes.length - at >= 4) {
      int high = bytes[at + 2] - '0';
      int low = Character.digit(bytes[at + 3], 16);
      boolean shortest = bytes[at + 3] < 'A' || bytes[at + 3] > 'F';
      char unit = (char) (high * 16 + low);
      if (bytes[at] == '0'
          && bytes[at + 1] == '0'
          && (high == 0 || high == 1)
          && low >= 0
          && shortest
          && "\b\t\n\f\r".indexOf(unit) < 0) {
        at += 4;
        return unit;
      }
    }
    at = start;
    throw wrong("the shortest escape");
  }

  /// One character of two to four bytes of UTF-8, the shortest way and no surrogate.
  private int character() {
    int start = at;
    int first = bytes[at++] & 0xff;
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    int point = first >= 0xf0 ? first & 0x07 : first >= 0xe0 ? first & 0x0f : first & 0x1f;
    boolean good = first >= 0xc2 && first <= 0xf4;
    for (int i = 0; i < more && good; i++) {
      good = at < bytes.length && (bytes[at] & 0xc0) == 0x80;
      if (good) {
        point = (point << 6) | (bytes[at++] & 0x3f);
      }
    }
    int least = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000;
    if (!good
        || point < least
        || point > Character.MAX_CODE_POINT
        || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
      at = start;
      throw wrong("UTF-8");
    }
    return point;
  }

  private byte peek() {
    if (at >= bytes.length) {
      throw wrong("more");
    }
    return bytes[at];
  }

  private void expect(char ascii) {
    if (peek() != ascii) {
      throw wrong("'" + ascii + "'");
    }
    at++;
  }

  private IllegalArgumentException wrong(String wanted) {
    String found = at < bytes.length ? "0x%02x".formatted(bytes[at] & 0xff) : "the end";
    return new IllegalArgumentException(
        "not canonical JSON: " + found + " at byte " + at + ", want " + wanted);
  }
}
