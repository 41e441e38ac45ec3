package qerberos.notice;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What became of an alert that was told.
///
/// Immutable.
///
/// @param count how often it was told, this time included
/// @param heard names of the webhooks that heard that it fires, or may have, or are still to, by an
///     escalation too; empty unless it is over now
public record AlertSeen(Alert alert, AlertChange change, long count, List<String> heard) {
  public AlertSeen {
    heard = List.copyOf(heard);
  }

  /// What operators read of it, for one that is not merely repeated.
  ///
  /// @param ways by which it goes out too
  /// @param escalations by which it goes out when nobody acknowledges it
  public Notice toOperators(String id, Instant at, List<Way> ways, List<Way> escalations) {
    String status = alert.status().name().toLowerCase(Locale.ROOT);
    Map<String, String> fields = new TreeMap<>(alert.fields());
    fields.put(Notice.ALERT, alert.id());
    fields.put("status", status);
    fields.put("source", alert.source());
    return new Notice(
        id,
        Notice.OPERATORS,
        "alert",
        alert.severity(),
        status + ": " + alert.summary(),
        alert.fields().getOrDefault("description", alert.summary()),
        at,
        fields,
        ways,
        escalations);
  }
}
