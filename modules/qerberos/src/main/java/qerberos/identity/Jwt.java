package qerberos.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.settings.JwtSettings;
import qerberos.settings.JwtSettings.Algorithm;

/// A signed token taken apart (RFC 7515 and 7519), of which nothing is believed yet. Immutable, and
/// takes the arrays as its own.
///
/// What a token says about how it should be verified counts only where we would have chosen the
/// same: its algorithm must be one of those allowed, keys and addresses of keys in its header are
/// never looked at, and an extension we must understand (`crit`) refuses it. Its type is `JWT`,
/// `at+jwt` (RFC 9068) or not said; a token made for something else, such as a logout, is none.
final class Jwt {
  /// Access tokens are smaller; a header of an HTTP request may not be larger anyway.
  static final int MOST_CHARACTERS = 8192;

  private static final Set<String> TYPES =
      Set.of("jwt", "at+jwt", "application/at+jwt", "application/jwt");
  private static final double LAST_SECOND = 253_402_300_799.0;

  private final Algorithm algorithm;
  private final @Nullable String keyId;
  private final byte[] signed;
  private final byte[] signature;
  private final Message claims;

  /// Thrown for a token that is not good; the message names the part and goes to the caller.
  @SuppressWarnings("serial")
  static final class Bad extends Exception {
    private final AccessCode code;

    Bad(String message) {
      this(AccessCode.INVALID_TOKEN, message);
    }

    Bad(AccessCode code, String message) {
      super(message, null, false, false);
      this.code = code;
    }

    AccessCode code() {
      return code;
    }
  }

  private Jwt(
      Algorithm algorithm,
      @Nullable String keyId,
      byte[] signed,
      byte[] signature,
      Message claims) {
    this.algorithm = algorithm;
    this.keyId = keyId;
    this.signed = signed;
    this.signature = signature;
    this.claims = claims;
  }

  static Jwt parse(String token, Set<Algorithm> allowed) throws Bad {
    if (token.length() > MOST_CHARACTERS) {
      throw new Bad("token: " + token.length() + " characters, want at most " + MOST_CHARACTERS);
    }
    String[] parts = token.split("\\.", -1);
    if (parts.length == 5) {
      throw new Bad("token: is encrypted (JWE), want a signed one");
    }
    if (parts.length != 3) {
      throw new Bad("token: not a JWT, want three parts with dots between");
    }
    Message header = message("header", parts[0]);
    Algorithm algorithm = algorithm(header, allowed);
    for (String never : List.of("crit", "zip", "enc", "b64")) {
      if (header.members().containsKey(never)) {
        throw new Bad("token header: " + never + " is not supported");
      }
    }
    Object type = header.at("typ");
    if (header.members().containsKey("typ")
        && !(type instanceof String text && TYPES.contains(text.toLowerCase(Locale.ROOT)))) {
      throw new Bad("token header: typ: want JWT or at+jwt, this one is for something else");
    }
    if (header.members().containsKey("cty")) {
      throw new Bad("token header: cty: a token within a token is not taken");
    }
    Object keyId = header.at("kid");
    if (header.members().containsKey("kid")
        && !(keyId instanceof String text && text.length() <= 256)) {
      throw new Bad("token header: kid: want a text of at most 256 characters");
    }
    byte[] signature = decode("signature", parts[2]);
    byte[] signed = (parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII);
    return new Jwt(algorithm, (String) keyId, signed, signature, message("claims", parts[1]));
  }

  private static Algorithm algorithm(Message header, Set<Algorithm> allowed) throws Bad {
    String named = header.text("alg");
    for (Algorithm one : allowed) {
      if (one.inTokens().equals(named)) {
        return one;
      }
    }
    throw new Bad("token header: alg: not one of those allowed");
  }

  Algorithm algorithm() {
    return algorithm;
  }

  @Nullable String keyId() {
    return keyId;
  }

  boolean signedBy(Jwk key) {
    return key.verifies(algorithm, signed, signature);
  }

  /// Who it is, when the claims hold now; called after the signature was found good.
  Verification.Verified claims(JwtSettings wanted, Instant now) throws Bad {
    if (!wanted.issuer().equals(claims.at("iss"))) {
      throw new Bad("token: iss: not the issuer whose tokens are taken");
    }
    Object audience = claims.at("aud");
    boolean forUs =
        wanted.audience().equals(audience)
            || (audience instanceof List<?> several && several.contains(wanted.audience()));
    if (!forUs) {
      throw new Bad("token: aud: want " + wanted.audience() + ", it is meant for somebody else");
    }
    Instant expires = time("exp");
    if (expires == null) {
      throw new Bad("token: exp: missing, want a token that ends");
    }
    Instant ends = expires.plus(wanted.skew());
    if (!now.isBefore(ends)) {
      throw new Bad(AccessCode.TOKEN_EXPIRED, "token: expired at " + expires);
    }
    Instant begins = time("nbf");
    if (begins != null && now.plus(wanted.skew()).isBefore(begins)) {
      throw new Bad("token: nbf: not valid before " + begins);
    }
    Instant issued = time("iat");
    if (issued != null && now.plus(wanted.skew()).isBefore(issued)) {
      throw new Bad("token: iat: issued in the future, at " + issued);
    }
    return new Verification.Verified(identity(wanted), ends);
  }

  private SquidIdentity identity(JwtSettings wanted) throws Bad {
    String id = text(wanted.squidIdClaim());
    if (id == null) {
      throw new Bad("token: " + wanted.squidIdClaim() + ": missing, want who it is about");
    }
    try {
      return new SquidIdentity(
          SquidIdentity.normal(id), text(wanted.subIdClaim()), text(wanted.daoIdClaim()));
    } catch (IllegalArgumentException e) {
      throw new Bad(
          AccessCode.SQUID_IDENTITY_INVALID,
          "token: " + wanted.squidIdClaim() + ": not a sQuid id, want did:squid:[A-Za-z0-9_-]+");
    }
  }

  /// A claim that is there must be a text; no claim is no text.
  private @Nullable String text(String name) throws Bad {
    Object value = claims.at(name);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw new Bad("token: " + name + ": want a text");
  }

  private @Nullable Instant time(String name) throws Bad {
    Object value = claims.at(name);
    if (value == null && !claims.members().containsKey(name)) {
      return null;
    }
    if (value instanceof Number number
        && number.doubleValue() >= 0
        && number.doubleValue() <= LAST_SECOND) {
      return Instant.ofEpochSecond(number.longValue());
    }
    throw new Bad("token: " + name + ": want seconds since 1970");
  }

  private static Message message(String part, String text) throws Bad {
    try {
      return Message.read(decode(part, text));
    } catch (IOException e) {
      throw new Bad("token " + part + ": " + e.getMessage());
    }
  }

  /// Base64url without padding, in its one spelling.
  private static byte[] decode(String part, String text) throws Bad {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      if (Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new Bad("token " + part + ": not base64url");
  }
}
