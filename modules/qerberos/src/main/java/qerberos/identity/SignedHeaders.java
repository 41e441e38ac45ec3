package qerberos.identity;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import qerberos.settings.IdentitySettings.SignedForm;

/// The three headers of a signed request, checked for form and time. Immutable.
///
/// What is signed is `method\npath\nts\nsha256(body)`: the method in capitals, the path as it was
/// sent with its query, the value of `x-ts`, and the lower-case hex SHA-256 of the body's bytes as
/// they were sent. In the old form it is the body alone.
record SignedHeaders(SignedRequest request, String replayKey) {
  static final Duration SKEW = Duration.ofMinutes(5);

  /// How long an accepted request is remembered: from the earliest to the latest `x-ts` allowed.
  static final Duration REMEMBER = Duration.ofMinutes(11);

  /// Thrown for headers nobody could verify.
  @SuppressWarnings("serial")
  static final class Unusable extends Exception {
    private final AccessCode code;

    Unusable(AccessCode code, String message) {
      super(message);
      this.code = code;
    }

    AccessCode code() {
      return code;
    }
  }

  static boolean present(AccessRequest.Headers headers) {
    return headers.value("x-squid-id") != null
        || headers.value("x-sig") != null
        || headers.value("x-ts") != null;
  }

  static SignedHeaders of(AccessRequest request, SignedForm form, Instant now)
      throws Unusable, IOException {
    String id = request.headers().value("x-squid-id");
    String signature = request.headers().value("x-sig");
    String ts = request.headers().value("x-ts");
    if (id == null || id.isBlank()) {
      throw new Unusable(AccessCode.SQUID_IDENTITY_MISSING, "x-squid-id: missing");
    }
    if (signature == null || signature.isBlank()) {
      throw new Unusable(
          AccessCode.SIGNATURE_MISSING, "x-sig: missing, an unsigned x-squid-id proves nothing");
    }
    if (signature.length() > 8192) {
      throw new Unusable(AccessCode.SIGNATURE_INVALID, "x-sig: longer than 8192 characters");
    }
    String squidId;
    try {
      squidId = SquidIdentity.normal(id.strip());
    } catch (IllegalArgumentException e) {
      throw new Unusable(AccessCode.SQUID_IDENTITY_INVALID, "x-squid-id: not a sQuid id");
    }
    long millis = time(ts, now);
    String payload = payload(request, form, String.valueOf(ts));
    String key =
        switch (form) {
          case CANONICAL -> Digest.of("canonical", squidId, payload);
          case BODY -> Digest.of("body", squidId, plain(signature.strip()));
        };
    return new SignedHeaders(new SignedRequest(squidId, signature.strip(), millis, payload), key);
  }

  private static long time(@Nullable String ts, Instant now) throws Unusable {
    if (ts == null || !ts.matches("[0-9]{1,15}")) {
      throw new Unusable(
          AccessCode.TIMESTAMP_INVALID, "x-ts: want milliseconds since 1970-01-01T00:00Z");
    }
    long millis = Long.parseLong(ts);
    if (Math.abs(millis - now.toEpochMilli()) > SKEW.toMillis()) {
      throw new Unusable(AccessCode.TIMESTAMP_INVALID, "x-ts: more than 5 minutes from our " + now);
    }
    return millis;
  }

  private static String payload(AccessRequest request, SignedForm form, String ts)
      throws IOException {
    byte[] body = request.body().bytes();
    return switch (form) {
      case CANONICAL ->
          request.method() + "\n" + request.target() + "\n" + ts + "\n" + Digest.of(body);
      case BODY -> new String(body, java.nio.charset.StandardCharsets.UTF_8);
    };
  }

  /// One spelling for all spellings of a signature, so that another one is no new request.
  private static String plain(String signature) {
    try {
      return HexFormat.of().formatHex(bytes(signature));
    } catch (IllegalArgumentException e) {
      return signature;
    }
  }

  /// The bytes of a signature in hex, base64 or base64url, padded or not.
  static byte[] bytes(String signature) {
    if (signature.matches("(?i)[0-9a-f]{128}")) {
      return HexFormat.of().parseHex(signature);
    }
    String url = signature.replace('+', '-').replace('/', '_').replaceAll("=+$", "");
    return Base64.getUrlDecoder().decode(url);
  }
}
