package qerberos.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import qerberos.event.Rfc3339;
import qerberos.notice.Acknowledged;
import qerberos.notice.Acknowledgement;
import qerberos.notice.Alert;
import qerberos.notice.AlertChange;
import qerberos.notice.AlertSeen;
import qerberos.notice.AlertStatus;
import qerberos.notice.KnownAlert;
import qerberos.notice.Severity;

/// The table of alerts from outside. Within the caller's transaction.
final class AlertRows {
  private AlertRows() {}

  /// The first statement takes the row or makes it, so of two at once the second waits here.
  static AlertSeen seen(Handle handle, Alert alert, Instant now) {
    boolean resolved = alert.status() == AlertStatus.RESOLVED;
    boolean made =
        handle
                .createUpdate(
                    "INSERT INTO admin_alert (id, fingerprint, starts_at, status, severity,"
                        + " summary, source, fields, first_seen, last_seen, times_told,"
                        + " resolved_at) VALUES (:id, :fingerprint, :startsAt, :status, :severity,"
                        + " :summary, :source, :fields, :now, :now, 1, :resolvedAt)"
                        + " ON CONFLICT DO NOTHING")
                .bind("id", alert.id())
                .bind("fingerprint", alert.fingerprint())
                .bind("startsAt", Rfc3339.write(alert.startsAt()))
                .bind("status", alert.status().name())
                .bind("severity", alert.severity().name())
                .bind("summary", alert.summary())
                .bind("source", alert.source())
                .bind("fields", Fields.written(alert.fields()))
                .bind("now", now.toEpochMilli())
                .bind("resolvedAt", resolved ? now.toEpochMilli() : null)
                .execute()
            == 1;
    if (made) {
      return new AlertSeen(alert, AlertChange.of(null, alert.status()), 1, List.of());
    }
    int ignored =
        handle
            .createUpdate(
                "UPDATE admin_alert SET times_told = times_told + 1, last_seen = :now,"
                    + " severity = :severity, summary = :summary, fields = :fields WHERE id = :id")
            .bind("id", alert.id())
            .bind("now", now.toEpochMilli())
            .bind("severity", alert.severity().name())
            .bind("summary", alert.summary())
            .bind("fields", Fields.written(alert.fields()))
            .execute();
    KnownAlert known =
        handle
            .createQuery("SELECT * FROM admin_alert WHERE id = :id")
            .bind("id", alert.id())
            .map((row, _) -> alert(row))
            .one();
    AlertChange change = AlertChange.of(known.alert().status(), alert.status());
    List<String> heard = List.of();
    switch (change) {
      case REPEATED -> {}
      case RESOLVED -> {
        ignored =
            handle
                .createUpdate(
                    "UPDATE admin_alert SET status = 'RESOLVED', resolved_at = :now WHERE id = :id")
                .bind("id", alert.id())
                .bind("now", now.toEpochMilli())
                .execute();
        ignored = NoticeRows.spare(handle, alert.id());
        heard = NoticeRows.webhooksThatHeard(handle, alert.id());
      }
      case FIRED, FIRED_AGAIN ->
          ignored =
              handle
                  .createUpdate(
                      "UPDATE admin_alert SET status = 'FIRING', resolved_at = NULL,"
                          + " acknowledged_at = NULL, acknowledged_by = NULL,"
                          + " acknowledged_note = NULL WHERE id = :id")
                  .bind("id", alert.id())
                  .execute();
    }
    return new AlertSeen(alert, change, known.count(), heard);
  }

  /// The first statement takes the row, so of two at once the second waits here and finds the
  /// first.
  static Optional<Acknowledged> acknowledge(Handle handle, String id, Acknowledgement given) {
    int taken =
        handle
            .createUpdate(
                "UPDATE admin_alert SET acknowledged_at = :at, acknowledged_by = :by,"
                    + " acknowledged_note = :note WHERE id = :id AND status = 'FIRING'"
                    + " AND acknowledged_at IS NULL")
            .bind("id", id)
            .bind("at", given.at().toEpochMilli())
            .bind("by", given.by())
            .bind("note", given.note())
            .execute();
    Optional<KnownAlert> known =
        handle
            .createQuery("SELECT * FROM admin_alert WHERE id = :id")
            .bind("id", id)
            .map((row, _) -> alert(row))
            .findOne();
    return known.map(
        alert -> {
          if (taken == 1) {
            return new Acknowledged.Now(alert, NoticeRows.spare(handle, id));
          }
          return alert.acknowledgement() == null
              ? new Acknowledged.Over(alert)
              : new Acknowledged.Already(alert);
        });
  }

  /// The same for what an event says happened then.
  ///
  /// @param count how often it was told by then; null when the event does not say
  static void told(Handle handle, String id, Alert alert, Instant at, @Nullable Long count) {
    boolean resolved = alert.status() == AlertStatus.RESOLVED;
    int ignored =
        handle
            .createUpdate(
                "INSERT INTO admin_alert (id, fingerprint, starts_at, status, severity, summary,"
                    + " source, fields, first_seen, last_seen, times_told, resolved_at) VALUES"
                    + " (:id, :fingerprint, :startsAt, :status, :severity, :summary, :source,"
                    + " :fields, :at, :at, COALESCE(:count, 1), :resolvedAt) ON CONFLICT (id)"
                    + " DO UPDATE SET status = excluded.status, severity = excluded.severity,"
                    + " summary = excluded.summary, fields = excluded.fields, last_seen ="
                    + " excluded.last_seen, times_told = COALESCE(:count,"
                    + " admin_alert.times_told + 1), resolved_at = excluded.resolved_at,"
                    + " acknowledged_at = CASE WHEN excluded.status = 'FIRING' THEN NULL"
                    + " ELSE admin_alert.acknowledged_at END,"
                    + " acknowledged_by = CASE WHEN excluded.status = 'FIRING' THEN NULL"
                    + " ELSE admin_alert.acknowledged_by END,"
                    + " acknowledged_note = CASE WHEN excluded.status = 'FIRING' THEN NULL"
                    + " ELSE admin_alert.acknowledged_note END"
                    + " WHERE :count IS NULL OR :count > admin_alert.times_told")
            .bind("id", id)
            .bind("fingerprint", alert.fingerprint())
            .bind("startsAt", Rfc3339.write(alert.startsAt()))
            .bind("status", alert.status().name())
            .bind("severity", alert.severity().name())
            .bind("summary", alert.summary())
            .bind("source", alert.source())
            .bind("fields", Fields.written(alert.fields()))
            .bind("at", at.toEpochMilli())
            .bind("count", count)
            .bind("resolvedAt", resolved ? at.toEpochMilli() : null)
            .execute();
    ignored =
        handle
            .createUpdate(
                "UPDATE admin_alert SET first_seen = :at WHERE id = :id AND first_seen > :at")
            .bind("id", id)
            .bind("at", at.toEpochMilli())
            .execute();
  }

  static List<KnownAlert> last(Handle handle, @Nullable AlertStatus status, int limit) {
    var query =
        handle
            .createQuery(
                "SELECT * FROM admin_alert"
                    + (status == null ? "" : " WHERE status = :status")
                    + " ORDER BY last_seen DESC, id LIMIT :limit")
            .bind("limit", limit);
    if (status != null) {
      query = query.bind("status", status.name());
    }
    return query.map((row, _) -> alert(row)).list();
  }

  private static KnownAlert alert(ResultSet row) throws SQLException {
    long resolvedAt = row.getLong("resolved_at");
    @Nullable Instant resolved = row.wasNull() ? null : Instant.ofEpochMilli(resolvedAt);
    String by = row.getString("acknowledged_by");
    @Nullable Acknowledgement acknowledgement =
        by == null
            ? null
            : new Acknowledgement(
                by,
                Instant.ofEpochMilli(row.getLong("acknowledged_at")),
                row.getString("acknowledged_note"));
    return new KnownAlert(
        row.getString("id"),
        new Alert(
            row.getString("fingerprint"),
            Rfc3339.read(row.getString("starts_at")),
            AlertStatus.valueOf(row.getString("status")),
            Severity.valueOf(row.getString("severity")),
            row.getString("summary"),
            row.getString("source"),
            Fields.read(row.getString("fields"))),
        Instant.ofEpochMilli(row.getLong("first_seen")),
        Instant.ofEpochMilli(row.getLong("last_seen")),
        row.getLong("times_told"),
        resolved,
        acknowledgement);
  }
}
