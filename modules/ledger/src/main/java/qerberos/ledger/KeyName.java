package qerberos.ledger;

import java.nio.charset.StandardCharsets;

/// The rule for names of keys and, recommended, of logs: not empty, no Unicode space, no plus, no
/// control character.
final class KeyName {
  private KeyName() {}

  /// @throws IllegalArgumentException naming the field
  static String check(String field, String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException(field + ": empty");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new IllegalArgumentException(field + ": not valid Unicode");
    }
    if (name.codePoints().anyMatch(KeyName::forbidden)) {
      throw new IllegalArgumentException(field + ": holds a space, a plus or a control character");
    }
    return name;
  }

  private static boolean forbidden(int c) {
    return c == '+'
        || c < ' '
        || c == 0x85
        || Character.isSpaceChar(c)
        || Character.isWhitespace(c);
  }
}
