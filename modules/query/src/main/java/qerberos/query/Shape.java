package qerberos.query;

import org.jspecify.annotations.Nullable;

/// What a text looks like, which decides how it is indexed and looked for. Immutable.
///
/// An **address** is compared as one, however it is written. An **opaque** text, a number for
/// machines such as a UUID or a trace id, is found whole only; see [TermBuffer] on why.
final class Shape {
  /// Neither address nor opaque.
  static final Shape PLAIN = new Shape(null, false);

  private static final Shape OPAQUE = new Shape(null, true);

  /// Hexadecimal digits that make a text opaque when nothing but dashes is between them.
  private static final int DIGITS_MIN = 16;

  private static final int LENGTH_MAX = 128;

  private final byte @Nullable [] address;
  private final boolean opaque;

  private Shape(byte @Nullable [] address, boolean opaque) {
    this.address = address;
    this.opaque = opaque;
  }

  /// The bytes of the address, 4 or 16, or null; not to be changed.
  byte @Nullable [] address() {
    return address;
  }

  boolean opaque() {
    return opaque;
  }

  static Shape of(String text) {
    int length = text.length();
    if (length < 2 || length > LENGTH_MAX) {
      return PLAIN;
    }
    int digits = 0;
    int separators = 0;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (hexadecimal(c)) {
        digits++;
      } else if (c == '.' || c == ':') {
        separators++;
      } else if (c != '-') {
        return PLAIN;
      }
    }
    if (separators == 0) {
      return digits >= DIGITS_MIN ? OPAQUE : PLAIN;
    }
    byte[] address = Address.bytes(text);
    return address == null ? PLAIN : new Shape(address, false);
  }

  private static boolean hexadecimal(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }
}
