package qerberos.notice;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// What is done to the texts of others before they are kept: nothing but shortening. Immutable.
///
/// No character is escaped here. Whoever writes a text out escapes it for its own kind of output;
/// escaped twice it would be another text. One character is replaced, U+0000, because no database
/// that we know keeps it.
final class Wording {
  private static final char UNKEPT = '\0';

  private Wording() {}

  /// The text with at most `most` characters; what was shortened ends with `…`.
  static String shortened(String text, int most) {
    String kept = text.indexOf(UNKEPT) < 0 ? text : text.replace(UNKEPT, '\ufffd');
    if (kept.length() <= most || kept.codePointCount(0, kept.length()) <= most) {
      return kept;
    }
    return kept.substring(0, kept.offsetByCodePoints(0, most - 1)) + "…";
  }

  /// A short name for a text, the same for the same one: 32 hex digits of its SHA-256.
  static String digest(String text) {
    return digest(text.getBytes(StandardCharsets.UTF_8));
  }

  static String digest(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// Checks the length of what a person wrote, in characters.
  ///
  /// @throws IllegalArgumentException naming the field
  static String required(String field, String text, int most) {
    int length = text.codePointCount(0, text.length());
    if (text.isBlank() || length > most) {
      throw new IllegalArgumentException(
          field
              + ": "
              + (length > 0 && text.isBlank() ? "blank" : "length " + length)
              + ", want 1.."
              + most);
    }
    if (text.indexOf(UNKEPT) >= 0) {
      throw new IllegalArgumentException(field + ": holds the character U+0000, want text");
    }
    return text;
  }
}
