package qerberos.logs;

/// Makes text of others safe to show: what would move a cursor, hide text or change its direction
/// is written as `\\uXXXX`.
///
/// Escaped are control characters (line breaks and tabs too), bidirectional marks and overrides,
/// invisible format characters, line and paragraph separators and lone surrogates. Immutable.
public final class Visible {
  private Visible() {}

  /// One line that shows every character for what it is.
  public static String line(String text) {
    int first = 0;
    while (first < text.length() && isPlain(text.charAt(first))) {
      first++;
    }
    if (first == text.length()) {
      return text;
    }
    var out = new StringBuilder(text.length() + 16).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(i + 1));
        if (Character.getType(point) == Character.FORMAT) {
          escape(out, c);
          escape(out, text.charAt(i + 1));
        } else {
          out.appendCodePoint(point);
        }
        i++;
      } else if (isPlain(c)) {
        out.append(c);
      } else {
        escape(out, c);
      }
    }
    return out.toString();
  }

  /// A JSON string, quotes included; the same characters are escaped.
  public static String json(String text) {
    String visible = line(text.replace("\\", "\\\\").replace("\"", "\\\""));
    return '"' + visible + '"';
  }

  private static boolean isPlain(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static void escape(StringBuilder out, char c) {
    out.append(String.format("\\u%04x", (int) c));
  }
}
