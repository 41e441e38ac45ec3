package qerberos.identity;

import java.io.IOException;
import java.time.Clock;
import qerberos.settings.JwtSettings;

/// sQuid as an OpenID issuer: its tokens are verified here, with the keys it publishes. Safe for
/// concurrent use.
///
/// Who owns the issuer can be anybody here; a token of another issuer, for another audience or with
/// another algorithm is nobody's. A token that was taken back is taken until its own end, at most
/// `identity.keepAllowed` longer than its key is published; `identity block` is at once. An issuer
/// publishes no keys of identities, so signed requests are refused.
final class SquidByKeys implements IdentityProvider, AutoCloseable {
  private final JwtSettings settings;
  private final IssuerKeys keys;
  private final Clock clock;

  SquidByKeys(JwtSettings settings, IssuerKeys keys, Clock clock) {
    this.settings = settings;
    this.keys = keys;
    this.clock = clock;
  }

  @Override
  public Verification verifyToken(String token) {
    try {
      Jwt jwt = Jwt.parse(token, settings.algorithms());
      for (Jwk key : keys.candidates(jwt)) {
        if (jwt.signedBy(key)) {
          return jwt.claims(settings, clock.instant());
        }
      }
      return new Verification.Refused(
          AccessCode.INVALID_TOKEN, "token: not signed by a key that the issuer publishes");
    } catch (Jwt.Bad e) {
      return new Verification.Refused(e.code(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Verification.Unavailable(String.valueOf(e.getMessage()), Upstream.OPEN_FOR);
    }
  }

  @Override
  public Verification verifySignature(SignedRequest request) {
    return new Verification.Refused(
        AccessCode.SIGNATURE_INVALID, "x-sig: tokens of the issuer alone are taken here");
  }

  @Override
  public Verification standing(String squidId) {
    return new Verification.Refused(
        AccessCode.SQUID_IDENTITY_INVALID, "x-squid-id: tokens of the issuer alone are taken here");
  }

  @Override
  public UpstreamHealth health() {
    return keys.health();
  }

  @Override
  public void close() {
    keys.close();
  }
}
