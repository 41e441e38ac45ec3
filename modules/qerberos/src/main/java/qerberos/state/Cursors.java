package qerberos.state;

import java.time.Clock;
import java.util.OptionalLong;

/// How far each follower of the ledger has come. Safe for concurrent use; one follower moves its
/// own cursor alone.
public final class Cursors {
  private final Database database;
  private final Clock clock;

  Cursors(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  /// The first leaf index that this follower has not seen; empty when it never came.
  public OptionalLong next(String follower) throws StateUnavailable {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT next_index FROM follower_cursor WHERE name = :name")
                .bind("name", follower)
                .mapTo(Long.class)
                .findOne()
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty()));
  }

  /// Moves forward, or back for a replay.
  public void move(String follower, long nextIndex) throws StateUnavailable {
    if (nextIndex < 0) {
      throw new IllegalArgumentException("nextIndex: " + nextIndex + ", want 0 or more");
    }
    int ignored =
        database.write(
            handle ->
                handle
                    .createUpdate(
                        "INSERT INTO follower_cursor (name, next_index, moved_at)"
                            + " VALUES (:name, :next, :now) ON CONFLICT (name) DO UPDATE"
                            + " SET next_index = excluded.next_index,"
                            + " moved_at = excluded.moved_at")
                    .bind("name", follower)
                    .bind("next", nextIndex)
                    .bind("now", clock.millis())
                    .execute());
  }
}
