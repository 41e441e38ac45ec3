package qerberos.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import qerberos.notice.Ticket;
import qerberos.notice.TicketEntry;
import qerberos.notice.TicketPage;
import qerberos.notice.TicketStatus;
import qerberos.notice.Whose;

/// The tables of tickets and their histories. Within the caller's transaction.
final class TicketRows {
  private TicketRows() {}

  /// A condition, and what stands for `:one` and `:two` in it.
  private record Among(String condition, @Nullable String one, @Nullable String two) {
    static Among of(Whose whose) {
      return switch (whose) {
        case Whose.Everybodys() -> new Among("1 = 1", null, null);
        case Whose.Of(var owner) -> new Among("owner = :one", owner, null);
        case Whose.OfSubidentity(var owner, var subId) ->
            new Among("owner = :one AND sub_id = :two", owner, subId);
        case Whose.OfDao(var daoId) -> new Among("dao_id = :one", daoId, null);
        case Whose.Nobodys() -> new Among("1 = 0", null, null);
      };
    }

    Map<String, Object> with(Map<String, Object> more) {
      Map<String, Object> all = new HashMap<>(more);
      if (one != null) {
        all.put("one", one);
      }
      if (two != null) {
        all.put("two", two);
      }
      return all;
    }
  }

  static void add(Handle handle, Ticket ticket) {
    addRow(handle, ticket);
    for (int line = 0; line < ticket.history().size(); line++) {
      addEntry(handle, ticket.id(), line, ticket.history().get(line));
    }
  }

  private static void addRow(Handle handle, Ticket ticket) {
    int ignored =
        handle
            .createUpdate(
                "INSERT INTO support_ticket (id, owner, sub_id, dao_id, subject, message, status,"
                    + " assignee, created_at, changed_at) VALUES (:id, :owner, :subId, :daoId,"
                    + " :subject, :message, :status, :assignee, :createdAt, :changedAt)")
            .bind("id", ticket.id())
            .bind("owner", ticket.owner())
            .bind("subId", ticket.subId())
            .bind("daoId", ticket.daoId())
            .bind("subject", ticket.subject())
            .bind("message", ticket.message())
            .bind("status", ticket.status().name())
            .bind("assignee", ticket.assignee())
            .bind("createdAt", ticket.createdAt().toEpochMilli())
            .bind("changedAt", ticket.changedAt().toEpochMilli())
            .execute();
  }

  /// A ticket as an event says it was made, unless it is there.
  static void addMade(Handle handle, Ticket ticket) {
    long there =
        handle
            .createQuery("SELECT COUNT(*) FROM support_ticket WHERE id = :id")
            .bind("id", ticket.id())
            .mapTo(Long.class)
            .one();
    if (there == 0) {
      addRow(handle, ticket);
      addLine(handle, ticket.id(), 0L, ticket.history().getFirst());
    }
  }

  /// A line of a history as an event says it was written, unless it is there.
  ///
  /// @param line null for the next
  static void addLine(Handle handle, String ticketId, @Nullable Long line, TicketEntry entry) {
    List<Long> lines =
        handle
            .createQuery("SELECT line FROM support_ticket_entry WHERE ticket_id = :id")
            .bind("id", ticketId)
            .mapTo(Long.class)
            .list();
    long at = line == null ? lines.stream().mapToLong(one -> one + 1).max().orElse(1) : line;
    if (!lines.contains(at)) {
      addEntry(handle, ticketId, (int) at, entry);
    }
  }

  /// Makes a ticket what its history says.
  static void refresh(Handle handle, String ticketId) {
    TicketStatus status = TicketStatus.OPEN;
    @Nullable String assignee = null;
    List<TicketEntry> history = history(handle, ticketId);
    for (TicketEntry entry : history) {
      TicketStatus to = entry.status();
      status = to == null ? status : to;
      String given = entry.assignee();
      assignee = given == null ? assignee : given.isEmpty() ? null : given;
    }
    update(handle, ticketId, status, assignee, history.getLast().at());
  }

  private static void addEntry(Handle handle, String ticketId, int line, TicketEntry entry) {
    TicketStatus status = entry.status();
    int ignored =
        handle
            .createUpdate(
                "INSERT INTO support_ticket_entry (ticket_id, line, written_at, written_by,"
                    + " status, assignee, note) VALUES (:ticketId, :line, :at, :by, :status,"
                    + " :assignee, :note)")
            .bind("ticketId", ticketId)
            .bind("line", (long) line)
            .bind("at", entry.at().toEpochMilli())
            .bind("by", entry.by())
            .bind("status", status == null ? null : status.name())
            .bind("assignee", entry.assignee())
            .bind("note", entry.note())
            .execute();
  }

  /// The ticket, which nobody else changes until the transaction ends.
  static Optional<Ticket> taken(Handle handle, String id, Whose whose) {
    Among among = Among.of(whose);
    int found =
        handle
            .createUpdate(
                "UPDATE support_ticket SET changed_at = changed_at WHERE id = :id AND "
                    + among.condition())
            .bindMap(among.with(Map.of("id", id)))
            .execute();
    return found == 0 ? Optional.empty() : one(handle, id, whose);
  }

  /// Writes what a change made of the ticket; its history is longer by one.
  static void change(Handle handle, Ticket ticket) {
    update(handle, ticket.id(), ticket.status(), ticket.assignee(), ticket.changedAt());
    addEntry(handle, ticket.id(), ticket.history().size() - 1, ticket.history().getLast());
  }

  private static void update(
      Handle handle, String id, TicketStatus status, @Nullable String assignee, Instant changedAt) {
    int ignored =
        handle
            .createUpdate(
                "UPDATE support_ticket SET status = :status, assignee = :assignee,"
                    + " changed_at = :changedAt WHERE id = :id")
            .bind("id", id)
            .bind("status", status.name())
            .bind("assignee", assignee)
            .bind("changedAt", changedAt.toEpochMilli())
            .execute();
  }

  static Optional<Ticket> one(Handle handle, String id, Whose whose) {
    Among among = Among.of(whose);
    return handle
        .createQuery("SELECT * FROM support_ticket WHERE id = :id AND " + among.condition())
        .bindMap(among.with(Map.of("id", id)))
        .map((row, _) -> ticket(row, List.of()))
        .findOne()
        .map(ticket -> withHistory(handle, ticket));
  }

  static TicketPage page(
      Handle handle, Whose whose, @Nullable TicketStatus status, int limit, long offset) {
    Among among = Among.of(whose);
    String where =
        " FROM support_ticket WHERE "
            + among.condition()
            + (status == null ? "" : " AND status = :status");
    Map<String, Object> asked = among.with(status == null ? Map.of() : withStatus(status));
    long total =
        handle.createQuery("SELECT COUNT(*)" + where).bindMap(asked).mapTo(Long.class).one();
    List<Ticket> found =
        handle
            .createQuery(
                "SELECT *"
                    + where
                    + " ORDER BY created_at DESC, id DESC LIMIT :limit"
                    + " OFFSET :offset")
            .bindMap(asked)
            .bind("limit", limit)
            .bind("offset", offset)
            .map((row, _) -> ticket(row, List.of()))
            .list();
    return new TicketPage(found.stream().map(one -> withHistory(handle, one)).toList(), total);
  }

  private static Map<String, Object> withStatus(TicketStatus status) {
    return Map.of("status", status.name());
  }

  static Map<TicketStatus, Long> counts(Handle handle) {
    Map<TicketStatus, Long> counts = new EnumMap<>(TicketStatus.class);
    for (TicketStatus status : TicketStatus.values()) {
      counts.put(status, 0L);
    }
    handle
        .createQuery("SELECT status, COUNT(*) AS many FROM support_ticket GROUP BY status")
        .map((row, _) -> Map.entry(TicketStatus.valueOf(row.getString(1)), row.getLong(2)))
        .forEach(one -> counts.put(one.getKey(), one.getValue()));
    return counts;
  }

  private static Ticket withHistory(Handle handle, Ticket ticket) {
    return new Ticket(
        ticket.id(),
        ticket.owner(),
        ticket.subId(),
        ticket.daoId(),
        ticket.subject(),
        ticket.message(),
        ticket.status(),
        ticket.assignee(),
        ticket.createdAt(),
        ticket.changedAt(),
        history(handle, ticket.id()));
  }

  private static List<TicketEntry> history(Handle handle, String ticketId) {
    return handle
        .createQuery("SELECT * FROM support_ticket_entry WHERE ticket_id = :id ORDER BY line")
        .bind("id", ticketId)
        .map((row, _) -> entry(row))
        .list();
  }

  private static TicketEntry entry(ResultSet row) throws SQLException {
    String status = row.getString("status");
    return new TicketEntry(
        Instant.ofEpochMilli(row.getLong("written_at")),
        row.getString("written_by"),
        status == null ? null : TicketStatus.valueOf(status),
        row.getString("assignee"),
        row.getString("note"));
  }

  private static Ticket ticket(ResultSet row, List<TicketEntry> history) throws SQLException {
    return new Ticket(
        row.getString("id"),
        row.getString("owner"),
        row.getString("sub_id"),
        row.getString("dao_id"),
        row.getString("subject"),
        row.getString("message"),
        TicketStatus.valueOf(row.getString("status")),
        row.getString("assignee"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("changed_at")),
        history);
  }
}
