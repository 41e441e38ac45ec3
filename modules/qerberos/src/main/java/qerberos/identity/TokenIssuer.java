package qerberos.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qerberos.state.State;
import qerberos.state.StateUnavailable;
import qerberos.state.StoredToken;
import qerberos.state.Telling;

/// Issues, lists, revokes and recognises service tokens beyond the four files. Safe for concurrent
/// use.
///
/// What the database says about a token is believed for half a second, so a revocation made by
/// another process holds within a second; one made here holds at once. While the database is down,
/// what it said last goes on to hold, so that ingest does not stop.
public final class TokenIssuer {
  private static final Duration BELIEVED = Duration.ofMillis(500);
  private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);

  private final State state;
  private final SecureRandom random;
  private final Clock clock;
  private final Cache<String, Held> known = Caffeine.newBuilder().maximumSize(10_000).build();
  private final Cache<String, Instant> lastUse = Caffeine.newBuilder().maximumSize(10_000).build();

  private record Held(@Nullable StoredToken token, Instant readAt) {}

  public TokenIssuer(State state, SecureRandom random, Clock clock) {
    this.state = state;
    this.random = random;
    this.clock = clock;
  }

  /// Makes a token that opens nothing before it is [issued][#issue]; nobody can show its text
  /// again.
  public IssuedToken make(NewToken wanted, String createdBy) {
    Instant now = clock.instant();
    if (wanted.expiresAt() != null && !wanted.expiresAt().isAfter(now)) {
      throw new IllegalArgumentException(
          "expiresAt: " + wanted.expiresAt() + ", want a time to come");
    }
    String text = TokenText.make(random);
    String hash = hashOf(text);
    var stored =
        new StoredToken(
            hash.substring(0, 12),
            wanted.name(),
            hash,
            wanted.scope().text(),
            wanted.permissions().stream().map(Permission::text).collect(Collectors.toSet()),
            now,
            createdBy,
            wanted.expiresAt(),
            null,
            null);
    return new IssuedToken(text, stored);
  }

  /// From now on it opens what it is for.
  public void issue(IssuedToken made, Telling telling) throws StateUnavailable {
    state.tokens().add(made.stored(), telling);
    known.invalidate(made.stored().hash());
  }

  /// All tokens ever issued, oldest first.
  public List<StoredToken> list() throws StateUnavailable {
    return state.tokens().all();
  }

  /// Revokes for ever; false when there is no token with this id.
  public boolean revoke(String id, Instant at, Telling telling) throws StateUnavailable {
    boolean found = state.tokens().revoke(id, at, telling);
    known.invalidateAll();
    return found;
  }

  /// What is known about a token, in one of the ways it can turn out.
  sealed interface Found {
    record Good(Caller caller, @Nullable Instant expiresAt) implements Found {}

    record Bad(AccessCode code, String reason) implements Found {}
  }

  /// Throws StateUnavailable only for a token that was not seen while the database was up.
  Found find(String text) throws StateUnavailable {
    if (!TokenText.wellFormed(text)) {
      return new Found.Bad(AccessCode.INVALID_TOKEN, "token: its checksum is wrong, was it cut?");
    }
    String hash = hashOf(text);
    StoredToken token = lookUp(hash);
    Instant now = clock.instant();
    if (token == null) {
      return new Found.Bad(AccessCode.INVALID_TOKEN, "token: unknown");
    }
    if (token.revokedAt() != null) {
      return new Found.Bad(AccessCode.INVALID_TOKEN, "token " + token.id() + ": revoked");
    }
    if (token.expiresAt() != null && !now.isBefore(token.expiresAt())) {
      return new Found.Bad(
          AccessCode.TOKEN_EXPIRED, "token " + token.id() + ": expired at " + token.expiresAt());
    }
    noteUse(token.id(), now);
    return new Found.Good(caller(token), token.expiresAt());
  }

  static String hashOf(String token) {
    return Digest.of(token.getBytes(StandardCharsets.UTF_8));
  }

  private @Nullable StoredToken lookUp(String hash) throws StateUnavailable {
    Held held = known.getIfPresent(hash);
    Instant now = clock.instant();
    if (held != null && now.isBefore(held.readAt().plus(BELIEVED))) {
      return held.token();
    }
    try {
      Optional<StoredToken> read = state.tokens().byHash(hash);
      known.put(hash, new Held(read.orElse(null), now));
      return read.orElse(null);
    } catch (StateUnavailable e) {
      if (held == null || held.token() == null) {
        throw e;
      }
      return held.token();
    }
  }

  private void noteUse(String id, Instant now) {
    Instant last = lastUse.getIfPresent(id);
    if (last != null && now.isBefore(last.plus(USE_NOTED_EVERY))) {
      return;
    }
    lastUse.put(id, now);
    try {
      state.tokens().used(id, now);
    } catch (StateUnavailable e) {
      lastUse.invalidate(id);
    }
  }

  private static Caller caller(StoredToken token) {
    Set<Permission> permissions = new HashSet<>();
    // A permission that this version does not know gives nothing.
    token.permissions().forEach(text -> Permission.of(text).ifPresent(permissions::add));
    return new Caller(
        "token:" + token.name(),
        null,
        permissions,
        Scope.of(token.scope()).orElse(Scope.OWN),
        token.id());
  }
}
