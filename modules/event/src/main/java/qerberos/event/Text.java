package qerberos.event;

/// What is said about the characters of a string. Immutable.
final class Text {
  private Text() {}

  /// The index of the first half of a surrogate pair that stands alone, or -1.
  static int loneSurrogate(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char unit = text.charAt(i);
      if (unit >= Character.MIN_SURROGATE && unit <= Character.MAX_SURROGATE) {
        if (unit > Character.MAX_HIGH_SURROGATE
            || i + 1 == length
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  static String loneSurrogateMessage(String text, int index) {
    return "half a surrogate pair \\u%04x at character %d, want whole characters"
        .formatted((int) text.charAt(index), index + 1);
  }

  /// How many Unicode characters, whatever number of UTF-16 units each takes.
  static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  /// How many bytes the text takes in UTF-8; it has no lone surrogate.
  static int utf8Length(String text) {
    int length = text.length();
    int bytes = length;
    for (int i = 0; i < length; i++) {
      char unit = text.charAt(i);
      if (unit >= 0x80) {
        // A pair is two units and four bytes; any other unit from 0x800 on is three bytes.
        bytes += unit < 0x800 || Character.isSurrogate(unit) ? 1 : 2;
      }
    }
    return bytes;
  }
}
