package qerberos.identity;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.zip.CRC32;

/// The written form of a service token: `qrb_`, 50 digits of base 36 that hold 256 random bits, and
/// 7 that hold the CRC-32 of what stands before. A scanner for leaked secrets finds the prefix; a
/// token that was cut or mistyped is told from one that is wrong without asking the database.
final class TokenText {
  static final String PREFIX = "qrb_";

  private static final int RANDOM_DIGITS = 50;
  private static final int CHECK_DIGITS = 7;

  private TokenText() {}

  static String make(SecureRandom random) {
    String body = PREFIX + digits(new BigInteger(256, random), RANDOM_DIGITS);
    return body + check(body);
  }

  /// Whether prefix, length and checksum are right; says nothing about whether it was ever issued.
  static boolean wellFormed(String token) {
    int length = PREFIX.length() + RANDOM_DIGITS + CHECK_DIGITS;
    return token.length() == length
        && token.startsWith(PREFIX)
        && token.endsWith(check(token.substring(0, length - CHECK_DIGITS)));
  }

  private static String check(String body) {
    var crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return digits(BigInteger.valueOf(crc.getValue()), CHECK_DIGITS);
  }

  private static String digits(BigInteger number, int length) {
    String text = number.toString(36);
    return "0".repeat(length - text.length()) + text;
  }
}
