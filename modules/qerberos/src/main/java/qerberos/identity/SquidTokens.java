package qerberos.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tokens of the bundled sQuid: JWTs signed with Ed25519. Safe for concurrent use.
///
/// The header is compared byte for byte with the one we write and never interpreted, so a token
/// cannot choose its algorithm or its key. A token says who, until when and for whom; it says
/// nothing about rights.
final class SquidTokens {
  static final Duration ACCESS = Duration.ofMinutes(15);
  static final Duration REFRESH = Duration.ofHours(24);

  private static final String ISSUER = "qerberos-squid";
  private static final String AUDIENCE = "qerberos";
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private final KeyPair key;
  private final SecureRandom random;
  private final Clock clock;
  private final String header;

  /// What a token is for; one kind is never taken for the other.
  enum Use {
    ACCESS,
    REFRESH
  }

  /// A token that was found good.
  record Claims(SquidIdentity identity, String id, Instant expiresAt) {}

  /// Thrown for a token that is not; the message is for the caller.
  @SuppressWarnings("serial")
  static final class Bad extends Exception {
    Bad(String message) {
      super(message);
    }
  }

  SquidTokens(KeyPair key, SecureRandom random, Clock clock) {
    this.key = key;
    this.random = random;
    this.clock = clock;
    this.header = encode("{\"alg\":\"EdDSA\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8));
  }

  String issue(SquidIdentity identity, Use use) {
    Instant now = clock.instant();
    byte[] id = new byte[16];
    random.nextBytes(id);
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", ISSUER);
    claims.put("aud", AUDIENCE);
    claims.put("sub", identity.squidId());
    put(claims, "subId", identity.subId());
    put(claims, "daoId", identity.daoId());
    claims.put("use", use.name());
    claims.put("jti", HexFormat.of().formatHex(id));
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(use == Use.ACCESS ? ACCESS : REFRESH).getEpochSecond());
    String signed = header + "." + encode(Message.bytes(claims));
    byte[] signature = Ed25519.sign(key.getPrivate(), bytes(signed));
    return signed + "." + encode(signature);
  }

  Claims verify(String token, Use use) throws Bad {
    int dot = token.indexOf('.');
    int last = token.lastIndexOf('.');
    if (dot < 0 || last <= dot || token.indexOf('.', dot + 1) != last) {
      throw new Bad("not a token");
    }
    boolean ourHeader = MessageDigest.isEqual(bytes(token.substring(0, dot)), bytes(header));
    if (!ourHeader
        || !Ed25519.verify(
            key.getPublic(), bytes(token.substring(0, last)), decode(token.substring(last + 1)))) {
      throw new Bad("signature invalid");
    }
    try {
      Message claims = Message.read(decode(token.substring(dot + 1, last)));
      Long expires = claims.number("exp");
      String subject = claims.text("sub");
      String id = claims.text("jti");
      if (!ISSUER.equals(claims.text("iss"))
          || !AUDIENCE.equals(claims.text("aud"))
          || !use.name().equals(claims.text("use"))
          || expires == null
          || subject == null
          || id == null) {
        throw new Bad("issued for another use");
      }
      Instant expiresAt = Instant.ofEpochSecond(expires);
      if (!clock.instant().isBefore(expiresAt)) {
        throw new Bad("expired");
      }
      return new Claims(
          new SquidIdentity(subject, claims.text("subId"), claims.text("daoId")), id, expiresAt);
    } catch (IOException | IllegalArgumentException e) {
      throw new Bad("not a token");
    }
  }

  private static void put(Map<String, Object> claims, String name, @Nullable String value) {
    if (value != null) {
      claims.put(name, value);
    }
  }

  private static String encode(byte[] bytes) {
    return TEXT.encodeToString(bytes);
  }

  private static byte[] decode(String text) throws Bad {
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new Bad("not a token");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
