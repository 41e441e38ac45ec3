package qerberos.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import qerberos.identity.Verification.Refused;
import qerberos.identity.Verification.Unavailable;
import qerberos.identity.Verification.Verified;

/// Remembers what sQuid said about tokens and identities. Safe for concurrent use.
///
/// A yes is believed for `keepAllowed` and never beyond its own end; a no for `keepDenied`. When
/// sQuid gives no answer, an older yes is believed until its own end. Tokens are kept as hashes.
/// Verdicts on signatures are not remembered: each is good for one request only.
final class RememberedSquid implements IdentityProvider {
  private final IdentityProvider squid;
  private final Duration keepAllowed;
  private final Duration keepDenied;
  private final Clock clock;
  private final Cache<String, Heard> tokens = Caffeine.newBuilder().maximumSize(20_000).build();
  private final Cache<String, Heard> standings = Caffeine.newBuilder().maximumSize(20_000).build();

  private record Heard(Verification verdict, Instant believeUntil) {}

  RememberedSquid(IdentityProvider squid, Duration keepAllowed, Duration keepDenied, Clock clock) {
    this.squid = squid;
    this.keepAllowed = keepAllowed;
    this.keepDenied = keepDenied;
    this.clock = clock;
  }

  /// Whether the answer about this token is known without asking.
  boolean knows(String token) {
    Heard heard = tokens.getIfPresent(key(token));
    return heard != null && clock.instant().isBefore(heard.believeUntil());
  }

  @Override
  public Verification verifyToken(String token) {
    return remembered(tokens, key(token), () -> squid.verifyToken(token));
  }

  @Override
  public Verification verifySignature(SignedRequest request) {
    return squid.verifySignature(request);
  }

  @Override
  public Verification standing(String squidId) {
    return remembered(standings, squidId, () -> squid.standing(squidId));
  }

  @Override
  public UpstreamHealth health() {
    return squid.health();
  }

  /// Forgets everything, when identities are known to have changed.
  void forget() {
    tokens.invalidateAll();
    standings.invalidateAll();
  }

  private Verification remembered(
      Cache<String, Heard> cache, String key, Supplier<Verification> ask) {
    Heard heard = cache.getIfPresent(key);
    Instant now = clock.instant();
    if (heard != null && now.isBefore(heard.believeUntil())) {
      return heard.verdict();
    }
    Verification fresh = ask.get();
    return switch (fresh) {
      case Verified yes -> {
        if (!now.isBefore(yes.expiresAt())) {
          yield new Refused(AccessCode.TOKEN_EXPIRED, "token: expired at " + yes.expiresAt());
        }
        cache.put(key, new Heard(yes, earlier(now.plus(keepAllowed), yes.expiresAt())));
        yield yes;
      }
      case Refused no -> {
        cache.put(key, new Heard(no, now.plus(keepDenied)));
        yield no;
      }
      case Unavailable none ->
          heard != null && heard.verdict() instanceof Verified yes && now.isBefore(yes.expiresAt())
              ? yes
              : none;
    };
  }

  private static String key(String token) {
    return Digest.of(token.getBytes(StandardCharsets.UTF_8));
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
