package qerberos.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import qerberos.event.AuditEvent;

/// Makes the state anew from the events in the log, as [Projection] says, in one transaction: until
/// it ends, what was there before is there. Used by one thread at a time.
///
/// Notices come to stand behind every place that was ever given. Each was recorded together with an
/// event, so before the first rebuild no place was beyond the log's size; and if none was beyond
/// `n` sizes before the nth, then none is beyond `n + 1` of the larger sizes after it. So whoever
/// reads on from a place misses none, and sees those of before once more, under their ids.
public final class Rebuild {
  /// What is projected: what a person calls it, and where it lies.
  private static final Map<String, String> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("alerts", "admin_alert");
    KINDS.put("tickets", "support_ticket");
    KINDS.put("tokens", "access_token");
    KINDS.put("blocked identities", "blocked_identity");
    KINDS.put("saved searches", "saved_search");
    KINDS.put("notifications", "notification WHERE kind IN ('alert', 'ticket')");
    KINDS.put(
        "switches",
        "document WHERE name IN ('" + State.MAINTENANCE + "', '" + State.EVIDENCE_LOCK + "')");
  }

  /// What is recorded before it is done.
  public static final String EVENT = "state.rebuild";

  private static final Set<String> NOTICES = Set.of("alert", "ticket");

  private final Database database;

  Rebuild(Database database) {
    this.database = database;
  }

  /// Shows events one after the other, in the order of the log.
  public interface Events {
    void to(Consumer<AuditEvent> each) throws IOException;
  }

  /// What came of it.
  ///
  /// @param kinds how many there are now of each kind, none left out
  /// @param incomplete how many events did not say all that the state keeps
  /// @param erased how many of them held a text that was erased
  public record Rebuilt(Map<String, Long> kinds, long incomplete, long erased) {}

  /// How many there are now of each kind that would be made anew; none for none.
  public Map<String, Long> present() throws StateUnavailable {
    return database.read(
        handle -> {
          Map<String, Long> present = counts(handle);
          present.values().removeIf(many -> many == 0);
          return present;
        });
  }

  private static Map<String, Long> counts(Handle handle) {
    Map<String, Long> counts = new LinkedHashMap<>();
    KINDS.forEach((kind, table) -> counts.put(kind, count(handle, table)));
    return counts;
  }

  private static long count(Handle handle, String from) {
    return handle.createQuery("SELECT COUNT(*) FROM " + from).mapTo(Long.class).one();
  }

  /// Writes all of it to a new file, for a state in SQLite; does nothing for another.
  ///
  /// @throws IOException the file exists, or cannot be written
  public void copyTo(Path file) throws IOException {
    if (Files.exists(file)) {
      throw new IOException(file + ": exists already");
    }
    database.copyTo(file);
  }

  /// @param ownSource of events of our own
  /// @param logSize how many entries the log has, which is more than there are notices
  /// @throws IOException nothing was changed
  public Rebuilt from(Events events, String ownSource, long logSize) throws IOException {
    try {
      return database.writeUnhurried(
          handle -> {
            clear(handle);
            var projection = new Projection(handle, ownSource);
            try {
              events.to(projection::apply);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            NoticeRows.moveOn(handle, NOTICES, projection.rebuilds() * logSize);
            return new Rebuilt(
                counts(handle),
                projection.count(OwnAct.Taken.INCOMPLETE),
                projection.count(OwnAct.Taken.ERASED));
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /// What is ours alone stays: it belongs to the same ids.
  private static void clear(Handle handle) {
    for (String table : KINDS.values()) {
      delete(handle, table);
    }
    delete(handle, "support_ticket_entry");
    NoticeRows.goOnBehindAll(handle);
  }

  private static void delete(Handle handle, String from) {
    int ignored = handle.createUpdate("DELETE FROM " + from).execute();
  }
}
