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
public record AlertSeen(Alert alert, AlertChange change, long count) {
  /// What operators read of it, for one that is not merely repeated.
  ///
  /// @param ways by which it goes out too
  public Notice toOperators(String id, Instant at, List<Way> ways) {
    String status = alert.status().name().toLowerCase(Locale.ROOT);
    Map<String, String> fields = new TreeMap<>(alert.fields());
    fields.put("alert", alert.id());
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
        ways);
  }
}
