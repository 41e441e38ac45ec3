package qerberos.identity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import qerberos.state.State;
import qerberos.state.StateUnavailable;

/// Knows which tokens and signed sessions were used before. Safe for concurrent use.
///
/// Of all requests of one process that bring a new session, one gets the [Login]; the others go on
/// without. While the database is down, memory alone decides, and a login may be handed out again
/// after a restart; its event id is the same then.
final class Logins {
  private final State state;
  private final Clock clock;
  private final Cache<String, Boolean> seen = Caffeine.newBuilder().maximumSize(100_000).build();

  Logins(State state, Clock clock) {
    this.state = state;
    this.clock = clock;
  }

  Optional<Login> firstUse(String session, Instant ends, Caller caller, AccessRequest request) {
    String hash = Digest.of("session", session);
    if (seen.getIfPresent(hash) != null || seen.asMap().putIfAbsent(hash, true) != null) {
      return Optional.empty();
    }
    try {
      if (state.firstUses().known(hash)) {
        return Optional.empty();
      }
    } catch (StateUnavailable e) {
      // memory alone decides
    }
    return Optional.of(
        new Login(
            "login-" + hash.substring(0, 32),
            hash,
            caller,
            request.address().getHostAddress(),
            request.agent(),
            clock.instant(),
            ends.plus(Duration.ofDays(1))));
  }

  void recorded(Login login) {
    try {
      state.firstUses().mark(login.session(), login.forgetAt());
    } catch (StateUnavailable e) {
      // memory knows it until the process ends
    }
  }

  void notRecorded(Login login) {
    seen.invalidate(login.session());
  }
}
