package qerberos.ledger;

import java.util.Base64;

/// Standard base64 (RFC 4648 section 4), read strictly: padded, no line breaks, and the unused bits
/// of the last character are zero, so every value has exactly one spelling.
final class Base64Text {
  private Base64Text() {}

  /// The bytes that `text` spells.
  ///
  /// @param field what is being read, for the message
  /// @throws IllegalArgumentException for any other spelling; the message names the field
  static byte[] read(String field, String text) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(field + ": not standard base64", e);
    }
    if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
      throw new IllegalArgumentException(field + ": not the one base64 spelling of its bytes");
    }
    return bytes;
  }

  static String write(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
