package qerberos.state;

import java.time.Clock;
import java.time.Instant;
import java.util.List;

/// Identities that are refused whatever sQuid says. Safe for concurrent use.
public final class BlockedIdentities {
  private final Database database;
  private final Clock clock;

  BlockedIdentities(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /// False when it was blocked already; then the first reason and time stay.
  public boolean block(String squidId, String reason, String blockedBy, Telling telling)
      throws StateUnavailable {
    return database.write(
        handle ->
            handle
                    .createUpdate(
                        "INSERT INTO blocked_identity (squid_id, reason, blocked_by, blocked_at)"
                            + " VALUES (:squidId, :reason, :blockedBy, :now)"
                            + " ON CONFLICT DO NOTHING")
                    .bind("squidId", squidId)
                    .bind("reason", reason)
                    .bind("blockedBy", blockedBy)
                    .bind("now", clock.millis())
                    .execute()
                == 1,
        telling);
  }

  /// False when it was not blocked.
  public boolean unblock(String squidId, Telling telling) throws StateUnavailable {
    return database.write(
        handle ->
            handle
                    .createUpdate("DELETE FROM blocked_identity WHERE squid_id = :squidId")
                    .bind("squidId", squidId)
                    .execute()
                == 1,
        telling);
  }

  /// All of them, oldest block first.
  public List<BlockedIdentity> all() throws StateUnavailable {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT * FROM blocked_identity ORDER BY blocked_at, squid_id")
                .map(
                    (row, _) ->
                        new BlockedIdentity(
                            row.getString("squid_id"),
                            row.getString("reason"),
                            row.getString("blocked_by"),
                            Instant.ofEpochMilli(row.getLong("blocked_at"))))
                .list());
  }
}
