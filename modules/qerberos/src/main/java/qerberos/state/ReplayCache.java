package qerberos.state;

import java.time.Clock;
import java.time.Instant;

/// Signed requests that were accepted, so that none is accepted twice: by any process that shares
/// this state, before or after a restart. Safe for concurrent use.
public final class ReplayCache {
  private final Database database;
  private final Clock clock;

  ReplayCache(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /// True for exactly one of all callers that ever come with this hash before `forgetAt` has
  /// passed.
  public boolean claim(String requestHash, Instant forgetAt) throws StateUnavailable {
    return database.write(
            handle ->
                handle
                    .createUpdate(
                        "INSERT INTO replayed_request (request_hash, forget_at)"
                            + " VALUES (:hash, :forgetAt) ON CONFLICT DO NOTHING")
                    .bind("hash", requestHash)
                    .bind("forgetAt", forgetAt.toEpochMilli())
                    .execute())
        == 1;
  }

  /// Forgets what may be forgotten and says how many that were.
  public int prune() throws StateUnavailable {
    return database.write(
        handle ->
            handle
                .createUpdate("DELETE FROM replayed_request WHERE forget_at < :now")
                .bind("now", clock.millis())
                .execute());
  }
}
