package qerberos.state;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Any text as the name of one file or folder: different texts have different names, and none leads
/// anywhere else. Letters, digits, `-`, `_` and inner dots stay as they are.
public final class FileName {
  private static final int LONGEST = 180;
  private static final int KEPT = 100;

  private FileName() {}

  public static String of(String text) {
    StringBuilder name = new StringBuilder();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (byte one : bytes) {
      boolean dotInFront = one == '.' && name.isEmpty();
      if (one > 0 && !dotInFront && isPlain((char) one)) {
        name.append((char) one);
      } else {
        name.append('%').append(HexFormat.of().withUpperCase().toHexDigits(one));
      }
    }
    return name.length() <= LONGEST
        ? name.toString()
        : name.substring(0, KEPT) + "%" + HexFormat.of().formatHex(digest(bytes));
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.';
  }

  private static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
