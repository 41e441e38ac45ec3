package qerberos.identity;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import qerberos.state.BlockedIdentity;
import qerberos.state.State;
import qerberos.state.StateUnavailable;
import qerberos.state.Telling;

/// Who is blocked, read again every half second, so that a block made by another process holds
/// within a second; one made here holds at once. Safe for concurrent use.
///
/// While the database is down the last list holds. When none was ever read, nobody can say who is
/// blocked, and identities have to wait; service tokens do not pass here.
public final class Blocks {
  private static final Duration BELIEVED = Duration.ofMillis(500);

  private final State state;
  private final Clock clock;
  private volatile @Nullable Known known;

  private record Known(Map<String, String> reasons, Instant readAt) {}

  public Blocks(State state, Clock clock) {
    this.state = state;
    this.clock = clock;
  }

  /// False when it was blocked already.
  ///
  /// @param blocked by its [normal][SquidIdentity#normal] id
  public boolean block(BlockedIdentity blocked, Telling telling) throws StateUnavailable {
    int length = blocked.reason().length();
    if (length > 500) {
      throw new IllegalArgumentException("reason: length " + length + ", want 0..500");
    }
    boolean fresh = state.blocked().block(blocked, telling);
    Known ignored = read();
    return fresh;
  }

  /// False when it was not blocked.
  public boolean unblock(String squidId, Telling telling) throws StateUnavailable {
    boolean was = state.blocked().unblock(SquidIdentity.normal(squidId), telling);
    Known ignored = read();
    return was;
  }

  public List<BlockedIdentity> list() throws StateUnavailable {
    return state.blocked().all();
  }

  boolean contains(String squidId) throws StateUnavailable {
    Known now = known;
    Instant time = clock.instant();
    if (now == null || !time.isBefore(now.readAt().plus(BELIEVED))) {
      try {
        now = read();
      } catch (StateUnavailable e) {
        if (now == null) {
          throw e;
        }
      }
    }
    return now.reasons().containsKey(squidId);
  }

  private Known read() throws StateUnavailable {
    var fresh =
        new Known(
            state.blocked().all().stream()
                .collect(Collectors.toMap(BlockedIdentity::squidId, BlockedIdentity::reason)),
            clock.instant());
    known = fresh;
    return fresh;
  }
}
