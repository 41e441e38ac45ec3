package qerberos.intake;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// Ids for events that came without one but under an `Idempotency-Key`: the same key and line of
/// the same source give the same id, so that a second try adds nothing. Immutable.
public final class BatchIds {
  private BatchIds() {}

  /// 47 characters: `key-` and SHA-256, in base64url, over source, key and line, each text
  /// preceded by its length.
  ///
  /// @param line of the body, from 1
  public static String derive(String source, String key, int line) {
    byte[] sourceBytes = source.getBytes(StandardCharsets.UTF_8);
    byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
    ByteBuffer input = ByteBuffer.allocate(12 + sourceBytes.length + keyBytes.length);
    input.putInt(sourceBytes.length).put(sourceBytes);
    input.putInt(keyBytes.length).put(keyBytes);
    input.putInt(line);
    return "key-" + Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(input.array()));
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
