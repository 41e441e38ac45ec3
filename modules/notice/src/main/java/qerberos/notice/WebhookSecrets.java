package qerberos.notice;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What a receiver knows our webhooks by, as Standard Webhooks 1.0.0 has it. Immutable; never shows
/// a secret.
///
/// Several secrets sign side by side, so that a receiver can change from the old to the new one
/// whenever it likes; then the old one is taken out of the file.
public final class WebhookSecrets {
  private static final String PREFIX = "whsec_";

  private final List<SecretKeySpec> keys;

  private WebhookSecrets(List<SecretKeySpec> keys) {
    this.keys = List.copyOf(keys);
  }

  /// Reads `whsec_` and the base64 of 24 to 64 bytes, one a line, 1 to 5 of them; empty lines and
  /// those that begin with `#` do not count.
  ///
  /// @throws IllegalArgumentException saying which line is wrong, without showing it
  public static WebhookSecrets parse(String text) {
    List<SecretKeySpec> keys = new ArrayList<>();
    List<String> lines = text.lines().map(String::strip).toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.isEmpty() && !line.startsWith("#")) {
        keys.add(new SecretKeySpec(bytes(line, i + 1), "HmacSHA256"));
      }
    }
    if (keys.isEmpty() || keys.size() > 5) {
      throw new IllegalArgumentException(keys.size() + " secrets, want 1..5, one a line");
    }
    return new WebhookSecrets(keys);
  }

  private static byte[] bytes(String line, int number) {
    String wanted = "line " + number + ": want whsec_ and the base64 of 24..64 bytes";
    if (!line.startsWith(PREFIX)) {
      throw new IllegalArgumentException(wanted);
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(line.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      // The cause would quote the secret.
      throw new IllegalArgumentException(wanted);
    }
    if (bytes.length < 24 || bytes.length > 64) {
      throw new IllegalArgumentException(wanted);
    }
    return bytes;
  }

  /// The value of `webhook-signature`: one signature for each secret, separated by a space.
  String signatures(String id, Instant at, byte[] body) {
    byte[] head = (id + "." + at.getEpochSecond() + ".").getBytes(StandardCharsets.UTF_8);
    return keys.stream()
        .map(key -> "v1," + signature(key, head, body))
        .collect(Collectors.joining(" "));
  }

  private static String signature(SecretKeySpec key, byte[] head, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update(head);
      return Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  @Override
  public String toString() {
    return keys.size() + " secrets";
  }
}
