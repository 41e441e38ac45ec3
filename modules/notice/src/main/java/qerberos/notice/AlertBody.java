package qerberos.notice;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qerberos.event.Canonical;
import qerberos.event.Json;
import qerberos.event.Rfc3339;

/// What is sent to tell of alerts, in either of two forms. Immutable.
///
/// Alertmanager's (version 4) has `alerts`, each with labels, annotations, `status`, `startsAt` and
/// `fingerprint`; what it does not say is guessed, what is too long is shortened, what is unknown
/// is passed over, so that no alert is ever refused for how it looks. Our own small form is
/// `{summary, severity, source}`.
public sealed interface AlertBody {
  /// At least one alert, or none when Alertmanager sent none.
  record Alerts(List<Alert> alerts) implements AlertBody {
    public Alerts {
      alerts = List.copyOf(alerts);
    }
  }

  /// Neither form; `reason` names what is missing.
  record Neither(String reason) implements AlertBody {}

  /// The source of what comes from Alertmanager.
  String ALERTMANAGER = "alertmanager";

  /// Reads either form.
  ///
  /// @param key the same when the same small form is sent again; what makes it another otherwise
  static AlertBody of(Json body, String key) {
    if (!(body instanceof Json.Obj members)) {
      return new Neither("want a JSON object");
    }
    if (members.get("alerts") instanceof Json.Arr(var items)) {
      return alerts(members, items);
    }
    if (members.get("summary") instanceof Json.Str(var summary) && !summary.isBlank()) {
      return new Alerts(List.of(small(members, summary, key)));
    }
    return new Neither("want alerts as Alertmanager sends them, or a summary");
  }

  private static Alert small(Json.Obj body, String summary, String key) {
    String source = body.text("source");
    return new Alert(
        "small:" + Wording.digest(key),
        Instant.EPOCH,
        AlertStatus.FIRING,
        severity(body.text("severity")),
        summary,
        source == null || source.isBlank() ? "monitoring" : source,
        Map.of());
  }

  private static AlertBody alerts(Json.Obj body, List<Json> items) {
    String groupKey = body.text("groupKey");
    List<Alert> alerts = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof Json.Obj one)) {
        return new Neither("alerts[" + i + "]: want a JSON object");
      }
      alerts.add(alert(body, one, groupKey));
    }
    if (body.get("truncatedAlerts") instanceof Json.Num(var left) && left > 0) {
      alerts.add(truncated(body, (long) left, groupKey));
    }
    return new Alerts(alerts);
  }

  private static Alert alert(Json.Obj body, Json.Obj one, @Nullable String groupKey) {
    Json.Obj labels = one.object("labels");
    Json.Obj annotations = one.object("annotations");
    Map<String, String> fields = new TreeMap<>();
    for (String name : List.of("alertname", "instance", "job")) {
      field(fields, name, labels.text(name), 500);
    }
    field(fields, "description", annotations.text("description"), 2_000);
    field(fields, "runbook_url", annotations.text("runbook_url"), 2_000);
    field(fields, "generatorURL", one.text("generatorURL"), 2_000);
    field(fields, "groupKey", groupKey, 1_000);
    String fingerprint = one.text("fingerprint");
    return new Alert(
        fingerprint == null || fingerprint.isEmpty()
            ? "labels:" + Wording.digest(Canonical.bytes(labels))
            : fingerprint,
        time(one.text("startsAt")),
        status(one.text("status"), body.text("status")),
        severity(labels.text("severity")),
        summary(annotations.text("summary"), labels.text("alertname")),
        ALERTMANAGER,
        fields);
  }

  /// Alertmanager leaves alerts out of what it sends (`max_alerts`): somebody has to look there.
  private static Alert truncated(Json.Obj body, long left, @Nullable String groupKey) {
    Map<String, String> fields = new TreeMap<>();
    field(fields, "groupKey", groupKey, 1_000);
    field(fields, "generatorURL", body.text("externalURL"), 2_000);
    return new Alert(
        "truncated:" + Wording.digest(groupKey == null ? "" : groupKey),
        Instant.EPOCH,
        status(null, body.text("status")),
        Severity.WARNING,
        left + " more alerts of this group were left out by Alertmanager",
        ALERTMANAGER,
        fields);
  }

  private static void field(
      Map<String, String> fields, String name, @Nullable String value, int most) {
    if (value != null && !value.isEmpty()) {
      String ignored = fields.put(name, Wording.shortened(value, most));
    }
  }

  private static String summary(@Nullable String summary, @Nullable String alertname) {
    if (summary != null && !summary.isBlank()) {
      return summary;
    }
    return alertname == null || alertname.isBlank() ? "an alert without a name" : alertname;
  }

  private static AlertStatus status(@Nullable String own, @Nullable String ofAll) {
    return "resolved".equals(own == null ? ofAll : own) ? AlertStatus.RESOLVED : AlertStatus.FIRING;
  }

  /// What others call it; what nobody named is worth a look.
  private static Severity severity(@Nullable String label) {
    return switch (label == null ? "" : label.strip().toLowerCase(Locale.ROOT)) {
      case "critical", "crit", "page", "error", "high", "major", "fatal", "emergency", "disaster" ->
          Severity.CRITICAL;
      case "info", "information", "informational", "notice", "debug", "low", "none", "ok" ->
          Severity.INFO;
      // What we do not know is no less than what nobody said.
      default -> Severity.WARNING;
    };
  }

  private static Instant time(@Nullable String text) {
    if (text == null) {
      return Instant.EPOCH;
    }
    try {
      return Rfc3339.read(text);
    } catch (DateTimeException e) {
      return Instant.EPOCH; // then its fingerprint alone says which one it is
    }
  }
}
