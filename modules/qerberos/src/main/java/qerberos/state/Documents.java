package qerberos.state;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Small texts under a name, the last one wins: the last scheduled verification, the last
/// checkpoint that was seen, flags. Safe for concurrent use.
public final class Documents {
  private static final int MOST = 1 << 20;

  private final Database database;
  private final Clock clock;

  Documents(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  public Optional<Document> get(String name) throws StateUnavailable {
    return database.read(handle -> get(handle, name));
  }

  static Optional<Document> get(Handle handle, String name) {
    return handle
        .createQuery("SELECT * FROM document WHERE name = :name")
        .bind("name", name)
        .map(
            (row, _) ->
                new Document(
                    row.getString("name"),
                    row.getString("body"),
                    Instant.ofEpochMilli(row.getLong("written_at"))))
        .findOne();
  }

  /// At most 1,048,576 characters.
  public void put(String name, String body) throws StateUnavailable {
    put(name, body, Telling.NOTHING);
  }

  /// The same, with what is to be told about it.
  public void put(String name, String body, Telling telling) throws StateUnavailable {
    if (body.length() > MOST) {
      throw new IllegalArgumentException(
          "document " + name + ": " + body.length() + " characters, want at most " + MOST);
    }
    boolean ignored = database.write(handle -> put(handle, name, body, clock.instant()), telling);
  }

  static boolean put(Handle handle, String name, String body, Instant at) {
    return handle
            .createUpdate(
                "INSERT INTO document (name, body, written_at) VALUES (:name, :body, :at)"
                    + " ON CONFLICT (name) DO UPDATE SET body = excluded.body,"
                    + " written_at = excluded.written_at")
            .bind("name", name)
            .bind("body", body)
            .bind("at", at.toEpochMilli())
            .execute()
        == 1;
  }

  /// Puts a text in the place of this very one; false, and nothing is told, when it is another by
  /// now.
  public boolean replace(String name, String before, String body, Telling telling)
      throws StateUnavailable {
    return database.write(
        handle ->
            handle
                    .createUpdate(
                        "UPDATE document SET body = :body, written_at = :now"
                            + " WHERE name = :name AND body = :before")
                    .bind("name", name)
                    .bind("before", before)
                    .bind("body", body)
                    .bind("now", clock.millis())
                    .execute()
                == 1,
        telling);
  }

  /// False when there was none.
  public boolean remove(String name) throws StateUnavailable {
    return database.write(
            handle ->
                handle
                    .createUpdate("DELETE FROM document WHERE name = :name")
                    .bind("name", name)
                    .execute())
        == 1;
  }
}
