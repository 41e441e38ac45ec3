package qerberos.state;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/// Identities that are refused whatever sQuid says. Safe for concurrent use.
public final class BlockedIdentities {
  private final Database database;

  BlockedIdentities(Database database) {
    this.database = database;
  }

  /// False when it was blocked already; then the first reason and time stay.
  public boolean block(BlockedIdentity blocked, Telling telling) throws StateUnavailable {
    return database.write(handle -> block(handle, blocked), telling);
  }

  static boolean block(Handle handle, BlockedIdentity blocked) {
    return handle
            .createUpdate(
                "INSERT INTO blocked_identity (squid_id, reason, blocked_by, blocked_at)"
                    + " VALUES (:squidId, :reason, :blockedBy, :at) ON CONFLICT DO NOTHING")
            .bind("squidId", blocked.squidId())
            .bind("reason", blocked.reason())
            .bind("blockedBy", blocked.blockedBy())
            .bind("at", blocked.blockedAt().toEpochMilli())
            .execute()
        == 1;
  }

  /// False when it was not blocked.
  public boolean unblock(String squidId, Telling telling) throws StateUnavailable {
    return database.write(handle -> unblock(handle, squidId), telling);
  }

  static boolean unblock(Handle handle, String squidId) {
    return handle
            .createUpdate("DELETE FROM blocked_identity WHERE squid_id = :squidId")
            .bind("squidId", squidId)
            .execute()
        == 1;
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
