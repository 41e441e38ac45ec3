package qerberos.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The searches that people keep. Safe for concurrent use.
///
/// One is seen by its owner and, when it is shared, by those of the owner's organisation; by
/// everybody when the owner has none, and by whoever sees all events. Only its owner changes it.
public final class SavedSearches {
  /// How many one owner may keep.
  public static final int MOST = 500;

  /// How many are listed at once.
  static final int LISTED = 1_000;

  private static final String SEEN =
      "(owner = :owner OR (shared = 1 AND (dao_id IS NULL OR dao_id = :daoId OR :all = 1)))";

  private static final String OWN_FIRST =
      " ORDER BY CASE WHEN owner = :owner THEN 0 ELSE 1 END, name, owner LIMIT " + LISTED;

  private final Database database;

  SavedSearches(Database database) {
    this.database = database;
  }

  /// Who looks.
  ///
  /// @param daoId their organisation
  /// @param all whether they see every event
  public record Viewer(String owner, @Nullable String daoId, boolean all) {}

  /// Keeps a search under its name, in place of the one that the owner had there; true when there
  /// was none. One that takes another's place keeps when that was made.
  ///
  /// @throws IllegalArgumentException when the owner has [#MOST] already
  public boolean save(SavedSearch search, Telling telling) throws StateUnavailable {
    return database.write(
        handle -> {
          boolean there = count(handle, search.owner(), search.name()) > 0;
          if (!there && count(handle, search.owner(), null) >= MOST) {
            throw new IllegalArgumentException(
                "name: " + MOST + " searches are kept already, want one of them deleted first");
          }
          put(handle, search);
          return !there;
        },
        telling);
  }

  static void put(Handle handle, SavedSearch search) {
    int ignored =
        handle
            .createUpdate(
                "INSERT INTO saved_search (owner, name, dao_id, query, sort_order, shared,"
                    + " created_at, changed_at) VALUES (:owner, :name, :daoId, :query, :order,"
                    + " :shared, :createdAt, :changedAt) ON CONFLICT (owner, name) DO UPDATE SET"
                    + " dao_id = excluded.dao_id, query = excluded.query, sort_order ="
                    + " excluded.sort_order, shared = excluded.shared, changed_at ="
                    + " excluded.changed_at")
            .bind("owner", search.owner())
            .bind("name", search.name())
            .bind("daoId", search.daoId())
            .bind("query", search.query())
            .bind("order", search.order())
            .bind("shared", search.shared() ? 1L : 0L)
            .bind("createdAt", search.createdAt().toEpochMilli())
            .bind("changedAt", search.changedAt().toEpochMilli())
            .execute();
  }

  private static long count(Handle handle, String owner, @Nullable String name) {
    var query =
        handle
            .createQuery(
                "SELECT COUNT(*) FROM saved_search WHERE owner = :owner"
                    + (name == null ? "" : " AND name = :name"))
            .bind("owner", owner);
    if (name != null) {
      query = query.bind("name", name);
    }
    return query.mapTo(Long.class).one();
  }

  /// False when the owner had none of this name.
  public boolean remove(String owner, String name, Telling telling) throws StateUnavailable {
    return database.write(handle -> remove(handle, owner, name), telling);
  }

  static boolean remove(Handle handle, String owner, String name) {
    return handle
            .createUpdate("DELETE FROM saved_search WHERE owner = :owner AND name = :name")
            .bind("owner", owner)
            .bind("name", name)
            .execute()
        == 1;
  }

  /// Those that one sees, one's own first, then by name; the first thousand.
  public List<SavedSearch> seenBy(Viewer viewer) throws StateUnavailable {
    return seen(viewer, null);
  }

  /// Those of this name that one sees, one's own first.
  public List<SavedSearch> seenBy(Viewer viewer, String name) throws StateUnavailable {
    return seen(viewer, name);
  }

  private List<SavedSearch> seen(Viewer viewer, @Nullable String name) throws StateUnavailable {
    String named = name == null ? "" : " AND name = :name";
    return database.read(
        handle -> {
          var query =
              handle
                  .createQuery("SELECT * FROM saved_search WHERE " + SEEN + named + OWN_FIRST)
                  .bind("owner", viewer.owner())
                  .bind("daoId", viewer.daoId())
                  .bind("all", viewer.all() ? 1L : 0L);
          if (name != null) {
            query = query.bind("name", name);
          }
          return query.map((row, _) -> search(row)).list();
        });
  }

  private static SavedSearch search(ResultSet row) throws SQLException {
    return new SavedSearch(
        row.getString("owner"),
        row.getString("name"),
        row.getString("dao_id"),
        row.getString("query"),
        row.getString("sort_order"),
        row.getLong("shared") == 1,
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("changed_at")));
  }
}
