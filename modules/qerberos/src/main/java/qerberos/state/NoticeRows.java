package qerberos.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import qerberos.notice.Due;
import qerberos.notice.KeptNotice;
import qerberos.notice.Message;
import qerberos.notice.Notice;
import qerberos.notice.Settled;
import qerberos.notice.Severity;
import qerberos.notice.Way;

/// The tables of notices, of who has read them, and of what is to be delivered. Within the caller's
/// transaction.
final class NoticeRows {
  /// Addressed to one of them, or told to one of them by WebSocket.
  /// What comes to somebody late is not among it: that is told anew ([#toldLate]).
  private static final String TO_THEM =
      "(recipient IN (<recipients>) OR id IN (SELECT d.notification_id FROM delivery d"
          + " JOIN notification m ON m.id = d.notification_id WHERE d.channel = 'ws'"
          + " AND d.address IN (<recipients>) AND d.escalation = 0 AND d.since <= m.said_at))";

  private NoticeRows() {}

  static void add(Handle handle, List<Notice> notices) {
    for (Notice notice : notices) {
      add(handle, notice);
    }
  }

  /// The same for one that may be there already.
  static void addOnce(Handle handle, Notice notice) {
    long there =
        handle
            .createQuery("SELECT COUNT(*) FROM notification WHERE id = :id")
            .bind("id", notice.id())
            .mapTo(Long.class)
            .one();
    if (there == 0) {
      add(handle, notice);
    }
  }

  /// Moves all of these kinds on by so many places, which are more than there are of them.
  static void moveOn(Handle handle, Set<String> kinds, long places) {
    int ignored =
        handle
            .createUpdate("UPDATE notification SET place = place + :places WHERE kind IN (<kinds>)")
            .bindList("kinds", new ArrayList<>(kinds))
            .bind("places", places)
            .execute();
    goOnBehindAll(handle);
  }

  /// The next one stands behind all that are there.
  static void goOnBehindAll(Handle handle) {
    int ignored =
        handle
            .createUpdate(
                "UPDATE notification_place SET last_place ="
                    + " (SELECT COALESCE(MAX(place), 0) FROM notification)")
            .execute();
  }

  private static void add(Handle handle, Notice notice) {
    int ignored =
        handle
            .createUpdate(
                "UPDATE notification_place SET last_place = last_place + 1"
                    + " WHERE name = 'notification'")
            .execute();
    ignored =
        handle
            .createUpdate(
                "INSERT INTO notification (place, id, recipient, kind, severity, subject, body,"
                    + " said_at, fields) SELECT last_place, :id, :recipient, :kind, :severity,"
                    + " :subject, :body, :at, :fields FROM notification_place"
                    + " WHERE name = 'notification'")
            .bind("id", notice.id())
            .bind("recipient", notice.recipient())
            .bind("kind", notice.kind())
            .bind("severity", notice.severity().name())
            .bind("subject", notice.subject())
            .bind("body", notice.text())
            .bind("at", notice.at().toEpochMilli())
            .bind("fields", Fields.written(notice.fields()))
            .execute();
    List<Way> ways = notice.ways();
    for (int i = 0; i < ways.size(); i++) {
      addDelivery(handle, notice, ways.get(i), notice.messageId(i), false);
    }
    for (int i = 0; i < notice.escalations().size(); i++) {
      addDelivery(
          handle, notice, notice.escalations().get(i), notice.messageId(ways.size() + i), true);
    }
  }

  /// What is held is due, and given up, as if it had been said when it may go out.
  private static void addDelivery(
      Handle handle, Notice notice, Way way, String id, boolean escalation) {
    Instant due = way.notBefore().isAfter(notice.at()) ? way.notBefore() : notice.at();
    int ignored =
        handle
            .createUpdate(
                "INSERT INTO delivery (id, notification_id, channel, address, status, attempts,"
                    + " since, due_at, alert, escalation, place) SELECT :id, :notice, :channel,"
                    + " :address, 'waiting', 0, :due, :due, :alert, :escalation, last_place"
                    + " FROM notification_place WHERE name = 'notification'")
            .bind("id", id)
            .bind("notice", notice.id())
            .bind("channel", way.channel())
            .bind("address", way.address())
            .bind("due", due.toEpochMilli())
            .bind("alert", notice.fields().get(Notice.ALERT))
            .bind("escalation", escalation ? 1L : 0L)
            .execute();
  }

  /// Takes back the escalations of an alert that wait, those that are being tried among them; how
  /// many.
  static int spare(Handle handle, String alert) {
    return handle
        .createUpdate(
            "UPDATE delivery SET status = 'spared' WHERE alert = :alert AND status = 'waiting'"
                + " AND escalation = 1")
        .bind("alert", alert)
        .execute();
  }

  /// The webhooks that something about an alert went to, or will: not those whose escalations were
  /// taken back before anybody tried.
  static List<String> webhooksThatHeard(Handle handle, String alert) {
    return handle
        .createQuery(
            "SELECT DISTINCT address FROM delivery WHERE alert = :alert AND channel = 'webhook'"
                + " AND (status <> 'spared' OR attempts > 0) ORDER BY address")
        .bind("alert", alert)
        .mapTo(String.class)
        .list();
  }

  static List<KeptNotice> behind(
      Handle handle, Set<String> recipients, String reader, long after, int limit) {
    if (recipients.isEmpty()) {
      return List.of();
    }
    List<KeptNotice> kept =
        handle
            .createQuery(
                "SELECT n.*, r.read_at FROM notification n LEFT JOIN notification_read r"
                    + " ON r.notification_id = n.id AND r.reader = :reader"
                    + " WHERE "
                    + TO_THEM
                    + " AND n.place > :after"
                    + " ORDER BY n.place LIMIT :limit")
            .bindList("recipients", new ArrayList<>(recipients))
            .bind("reader", reader)
            .bind("after", after)
            .bind("limit", limit)
            .map((row, _) -> kept(row))
            .list();
    return kept;
  }

  static long lastPlace(Handle handle) {
    return handle
        .createQuery("SELECT last_place FROM notification_place WHERE name = 'notification'")
        .mapTo(Long.class)
        .one();
  }

  static boolean read(Handle handle, String id, Set<String> recipients, String reader, Instant at) {
    if (recipients.isEmpty()) {
      return false;
    }
    long there =
        handle
            .createQuery("SELECT COUNT(*) FROM notification WHERE id = :id AND " + TO_THEM)
            .bindList("recipients", new ArrayList<>(recipients))
            .bind("id", id)
            .mapTo(Long.class)
            .one();
    if (there == 0) {
      return false;
    }
    int ignored =
        handle
            .createUpdate(
                "INSERT INTO notification_read (notification_id, reader, read_at)"
                    + " VALUES (:id, :reader, :at) ON CONFLICT DO NOTHING")
            .bind("id", id)
            .bind("reader", reader)
            .bind("at", at.toEpochMilli())
            .execute();
    return true;
  }

  static int forget(Handle handle, Instant before, Instant criticalBefore) {
    int forgotten =
        handle
            .createUpdate(
                "DELETE FROM notification WHERE said_at < :before AND (severity <> 'CRITICAL'"
                    + " OR said_at < :criticalBefore OR EXISTS (SELECT 1 FROM notification_read r"
                    + " WHERE r.notification_id = notification.id)) AND NOT EXISTS (SELECT 1 FROM"
                    + " delivery d LEFT JOIN admin_alert a ON a.id = d.alert"
                    + " WHERE d.notification_id = notification.id AND (d.status = 'waiting'"
                    + " OR a.status = 'FIRING'))")
            .bind("before", before.toEpochMilli())
            .bind("criticalBefore", criticalBefore.toEpochMilli())
            .execute();
    if (forgotten > 0) {
      for (String table : List.of("notification_read", "delivery")) {
        int ignored =
            handle
                .createUpdate(
                    "DELETE FROM "
                        + table
                        + " WHERE notification_id NOT IN (SELECT id FROM notification)")
                .execute();
      }
    }
    return forgotten;
  }

  static List<Due> due(Handle handle, String channel, Instant now, int limit) {
    return handle
        .createQuery(
            "SELECT d.id AS message_id, d.address, d.attempts, d.since, d.due_at, d.escalation,"
                + " n.severity, n.subject, n.body, n.said_at, n.fields FROM delivery d"
                + " JOIN notification n ON n.id = d.notification_id WHERE d.status = 'waiting'"
                + " AND d.channel = :channel AND d.due_at <= :now AND (d.channel <> 'webhook'"
                + " OR NOT EXISTS (SELECT 1 FROM delivery e WHERE e.alert = d.alert"
                + " AND e.status = 'waiting' AND e.channel = 'webhook' AND e.address = d.address"
                + " AND e.escalation = 0 AND e.place < d.place)) ORDER BY d.due_at, d.id"
                + " LIMIT :limit")
        .bind("channel", channel)
        .bind("now", now.toEpochMilli())
        .bind("limit", limit)
        .map((row, _) -> due(row, channel))
        .list();
  }

  static boolean take(Handle handle, Due due, Instant until) {
    return handle
            .createUpdate(
                "UPDATE delivery SET attempts = attempts + 1, due_at = :until WHERE id = :id"
                    + " AND status = 'waiting' AND attempts = :attempts AND due_at = :dueAt")
            .bind("id", due.message().id())
            .bind("attempts", (long) due.attempts())
            .bind("dueAt", due.dueAt().toEpochMilli())
            .bind("until", until.toEpochMilli())
            .execute()
        == 1;
  }

  /// What is delivered is, whoever has taken it, or taken it back, meanwhile; another end is only
  /// for whoever has it.
  static boolean settle(Handle handle, Due due, Settled settled) {
    return switch (settled) {
      case Settled.Delivered(_, var detail) ->
          handle
                  .createUpdate(
                      "UPDATE delivery SET status = 'delivered', last_answer = :answer"
                          + " WHERE id = :id AND status IN ('waiting', 'spared')")
                  .bind("id", due.message().id())
                  .bind("answer", detail)
                  .execute()
              == 1;
      case Settled.GivenUp(_, var reason) -> failed(handle, due, "given_up", reason, null);
      case Settled.Again(_, var reason, var next) -> failed(handle, due, "waiting", reason, next);
    };
  }

  /// A notice of its own for whoever hears late of another one by WebSocket. Whoever reads on from
  /// a place would not find it where the other one stands.
  static Notice toldLate(Handle handle, Due due, Instant at) {
    Message message = due.message();
    String kind =
        handle
            .createQuery(
                "SELECT kind FROM notification n JOIN delivery d ON d.notification_id = n.id"
                    + " WHERE d.id = :id")
            .bind("id", message.id())
            .mapTo(String.class)
            .one();
    var notice =
        new Notice(
            message.id(),
            message.recipient(),
            kind,
            message.severity(),
            message.subject(),
            message.text(),
            at,
            message.fields(),
            List.of());
    addOnce(handle, notice);
    return notice;
  }

  private static boolean failed(
      Handle handle, Due due, String status, String reason, @Nullable Instant next) {
    return handle
            .createUpdate(
                "UPDATE delivery SET status = :status, last_answer = :answer,"
                    + " due_at = COALESCE(:next, due_at) WHERE id = :id AND status = 'waiting'"
                    + " AND attempts = :attempts")
            .bind("id", due.message().id())
            .bind("status", status)
            .bind("answer", reason)
            .bind("next", next == null ? null : Long.valueOf(next.toEpochMilli()))
            .bind("attempts", due.attempts() + 1L)
            .execute()
        == 1;
  }

  static Map<String, Long> waiting(Handle handle) {
    Map<String, Long> waiting = new TreeMap<>();
    handle
        .createQuery(
            "SELECT channel, COUNT(*) AS many FROM delivery WHERE status = 'waiting'"
                + " GROUP BY channel")
        .map((row, _) -> Map.entry(row.getString(1), row.getLong(2)))
        .forEach(one -> waiting.put(one.getKey(), one.getValue()));
    return waiting;
  }

  private static KeptNotice kept(ResultSet row) throws SQLException {
    long readAt = row.getLong("read_at");
    @Nullable Instant read = row.wasNull() ? null : Instant.ofEpochMilli(readAt);
    return new KeptNotice(
        row.getLong("place"),
        new Notice(
            row.getString("id"),
            row.getString("recipient"),
            row.getString("kind"),
            Severity.valueOf(row.getString("severity")),
            row.getString("subject"),
            row.getString("body"),
            Instant.ofEpochMilli(row.getLong("said_at")),
            Fields.read(row.getString("fields")),
            List.of()),
        read);
  }

  private static Due due(ResultSet row, String channel) throws SQLException {
    return new Due(
        new Message(
            row.getString("message_id"),
            row.getString("address"),
            Severity.valueOf(row.getString("severity")),
            (row.getLong("escalation") == 0 ? "" : Notice.NOT_ACKNOWLEDGED)
                + row.getString("subject"),
            row.getString("body"),
            Instant.ofEpochMilli(row.getLong("said_at")),
            Fields.read(row.getString("fields"))),
        channel,
        (int) row.getLong("attempts"),
        Instant.ofEpochMilli(row.getLong("since")),
        Instant.ofEpochMilli(row.getLong("due_at")));
  }
}
