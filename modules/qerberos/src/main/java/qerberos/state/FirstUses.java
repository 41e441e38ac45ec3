package qerberos.state;

import java.time.Clock;
import java.time.Instant;

/// Tokens and sessions whose first use is on record already. Safe for concurrent use.
public final class FirstUses {
  private final Database database;
  private final Clock clock;

  FirstUses(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  public boolean known(String sessionHash) throws StateUnavailable {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT 1 FROM first_use WHERE session_hash = :hash")
                .bind("hash", sessionHash)
                .mapTo(Integer.class)
                .findOne()
                .isPresent());
  }

  /// Remembers the session until `forgetAt`; doing it twice changes nothing.
  public void mark(String sessionHash, Instant forgetAt) throws StateUnavailable {
    int ignored =
        database.write(
            handle ->
                handle
                    .createUpdate(
                        "INSERT INTO first_use (session_hash, forget_at) VALUES (:hash, :forgetAt)"
                            + " ON CONFLICT DO NOTHING")
                    .bind("hash", sessionHash)
                    .bind("forgetAt", forgetAt.toEpochMilli())
                    .execute());
  }

  /// Forgets what may be forgotten and says how many that were.
  public int prune() throws StateUnavailable {
    return database.write(
        handle ->
            handle
                .createUpdate("DELETE FROM first_use WHERE forget_at < :now")
                .bind("now", clock.millis())
                .execute());
  }
}
