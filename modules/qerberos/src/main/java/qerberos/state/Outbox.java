package qerberos.state;

import java.util.List;
import org.jdbi.v3.core.Handle;

/// What was committed with a write and is not known to be told yet. Safe for concurrent use.
///
/// A row appears in the transaction of the write it tells of ([Telling]) and goes when whoever told
/// it says so. After a crash it is still there, told or not; so it is told again under the same id.
public final class Outbox {
  private final Database database;

  Outbox(Database database) {
    this.database = database;
  }

  static void put(Handle handle, Outgoing outgoing) {
    int ignored =
        handle
            .createUpdate("INSERT INTO outbox (id, body) VALUES (:id, :body)")
            .bind("id", outgoing.id())
            .bind("body", outgoing.body())
            .execute();
  }

  /// All that is there, in the order of their ids.
  public List<Outgoing> all() throws StateUnavailable {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT id, body FROM outbox ORDER BY id")
                .map((row, _) -> new Outgoing(row.getString("id"), row.getString("body")))
                .list());
  }

  /// It is told. False when it was not there.
  public boolean remove(String id) throws StateUnavailable {
    return database.write(
            handle ->
                handle.createUpdate("DELETE FROM outbox WHERE id = :id").bind("id", id).execute())
        == 1;
  }
}
