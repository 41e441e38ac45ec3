package qerberos.notice;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/// Text of others made harmless: what would move a cursor, break a header, hide text or turn its
/// direction becomes a space. What it means in HTML is not its concern; [#html] is. Immutable.
final class Plain {
  /// What stands at the end of a text that was longer.
  static final String CUT = " […]";

  private Plain() {}

  /// One line of at most `most` characters.
  static String line(String text, int most) {
    return cut(clean(text, false).strip().replaceAll(" {2,}", " "), most);
  }

  /// Lines, ended by `\n`, of at most `most` characters together.
  static String lines(String text, int most) {
    return cut(clean(text.replace("\r\n", "\n").replace('\r', '\n'), true).strip(), most);
  }

  /// The same text as HTML, in an element or between the quotes of an attribute.
  static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /// An id as it may stand in a header and in what is signed, where a full stop ends it: itself
  /// when it is short and plain, with `_` for a full stop; else its SHA-256.
  static String token(String id) {
    return id.matches("[A-Za-z0-9_:.-]{1,100}") ? id.replace('.', '_') : digest(id);
  }

  /// `info`, `warning` or `critical`.
  static String severity(Severity severity) {
    return severity.name().toLowerCase(Locale.ROOT);
  }

  /// SHA-256 of the text, in hexadecimal.
  static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String clean(String text, boolean manyLines) {
    var out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              boolean kept =
                  switch (Character.getType(point)) {
                    case Character.CONTROL -> manyLines && point == '\n';
                    case Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.UNASSIGNED,
                        Character.PRIVATE_USE ->
                        false;
                    default -> true;
                  };
              out.appendCodePoint(kept ? point : ' ');
            });
    return out.toString();
  }

  private static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = most - CUT.length();
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + CUT;
  }
}
