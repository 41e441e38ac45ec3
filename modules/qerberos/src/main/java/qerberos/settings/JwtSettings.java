package qerberos.settings;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose tokens are taken when an issuer's published keys verify them
/// (`QERBEROS_SQUID_VERIFY=jwks`), and how they are read. Immutable.
///
/// - `issuer` (`QERBEROS_JWT_ISSUER`): the token's `iss`, letter for letter; also where its
///   discovery document lies, when `keys` is not given. https, or http on this machine.
/// - `keys` (`QERBEROS_JWKS_URL`): where the issuer's keys are.
/// - `audience` (`QERBEROS_JWT_AUDIENCE`, `qerberos`): what `aud` must contain.
/// - `algorithms` (`QERBEROS_JWT_ALGORITHMS`, all four): nothing else is ever taken, whatever a
///   token or a key says.
/// - `squidIdClaim` (`sub`), `subIdClaim` (`subId`), `daoIdClaim` (`daoId`): where the identity is.
/// - `skew` (30 s, 0 to 60 s): by how much its clock and ours may differ.
/// - `keep` (24 h, 1 min to 30 d): for how long keys are good while the issuer does not answer.
public record JwtSettings(
    String issuer,
    @Nullable URI keys,
    String audience,
    Set<Algorithm> algorithms,
    String squidIdClaim,
    String subIdClaim,
    String daoIdClaim,
    Duration skew,
    Duration keep) {

  /// How a token may be signed: with a key pair, never with a shared secret.
  public enum Algorithm {
    RS256,
    PS256,
    ES256,
    EDDSA;

    /// The name as tokens have it.
    public String inTokens() {
      return this == EDDSA ? "EdDSA" : name();
    }
  }

  public JwtSettings {
    algorithms = Set.copyOf(algorithms);
    Range.check("squid.clockSkew", skew, Duration.ZERO, Duration.ofSeconds(60));
    Range.check("squid.jwksKeep", keep, Duration.ofMinutes(1), Duration.ofDays(30));
    if (algorithms.isEmpty()) {
      throw new IllegalArgumentException("squid.algorithms: none, want one or more");
    }
    if (!confidential(URI.create(issuer))) {
      throw new IllegalArgumentException(
          "squid.issuer: \"" + issuer + "\", want https, or http on this machine");
    }
    if (keys != null && !confidential(keys)) {
      throw new IllegalArgumentException(
          "squid.jwksUrl: \"" + keys + "\", want https, or http on this machine");
    }
  }

  /// Whether nobody between can exchange what is fetched from there.
  public static boolean confidential(URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    String host = String.valueOf(url.getHost());
    return scheme.equals("https")
        || (scheme.equals("http")
            && (host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]")));
  }
}
