package qerberos.notice;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import qerberos.event.Canonical;
import qerberos.event.Json;

/// A message as an event for PagerDuty: an alert triggers an incident there, and resolves it when
/// it is over. Immutable.
///
/// Both carry the alert's id as `dedup_key`, so what is sent twice, or for an escalation, changes
/// the incident that is there and opens none. A message that is about no alert opens one of its
/// own. PagerDuty shows texts as texts; only `links` are links, and only a runbook's `https`
/// address is one.
///
/// A summary has at most 1,024 characters, a `dedup_key` 255, the whole 512 KB, of which this takes
/// a quarter at most. The routing key is the only secret, and stands in the body.
///
/// Sources: developer.pagerduty.com, "Send an alert event" and "PagerDuty Common Event Format"; the
/// OpenAPI description in github.com/PagerDuty/api-schema, read in 2026.
final class PagerDutyBody {
  static final int SUMMARY_MOST = 1_024;
  static final int KEY_MOST = 255;

  private static final int TEXT_MOST = 8_000;
  private static final int FIELDS_MOST = 30;
  private static final int VALUE_MOST = 1_000;
  private static final int PLACE_MOST = 255;
  private static final int LINK_MOST = 2_000;

  private PagerDutyBody() {}

  static byte[] of(Message message, String routingKey) {
    Map<String, String> fields = message.fields();
    String alert = fields.get(Notice.ALERT);
    boolean over = alert != null && "resolved".equals(fields.get("status"));
    Map<String, Json> event = new LinkedHashMap<>();
    event.put("routing_key", Json.of(routingKey));
    event.put("event_action", Json.of(over ? "resolve" : "trigger"));
    event.put("dedup_key", Json.of(key(alert == null ? message.id() : alert)));
    event.put("client", Json.of("Qerberos"));
    event.put("payload", payload(message));
    String runbook = fields.getOrDefault("runbook_url", "");
    if (isLink(runbook)) {
      event.put(
          "links",
          new Json.Arr(
              List.of(new Json.Obj(Map.of("href", Json.of(runbook), "text", Json.of("Runbook"))))));
    }
    return Canonical.bytes(new Json.Obj(event));
  }

  private static Json payload(Message message) {
    Map<String, String> fields = message.fields();
    String subject = Plain.line(message.subject(), SUMMARY_MOST);
    Map<String, Json> payload = new LinkedHashMap<>();
    payload.put("summary", Json.of(subject.isEmpty() ? "notice" : subject));
    payload.put("severity", Json.of(Plain.severity(message.severity())));
    payload.put("timestamp", Json.of(message.at().toString()));
    String source =
        Plain.line(fields.getOrDefault("instance", fields.getOrDefault("source", "")), PLACE_MOST);
    payload.put("source", Json.of(source.isEmpty() ? "qerberos" : source));
    put(payload, "component", fields.getOrDefault("job", ""));
    put(payload, "class", fields.getOrDefault("alertname", ""));
    Facts facts = Facts.of(message, FIELDS_MOST, VALUE_MOST);
    Map<String, Json> details = new LinkedHashMap<>();
    facts.all().forEach(fact -> details.put(fact.name(), Json.of(fact.value())));
    details.put("text", Json.of(Plain.lines(message.text(), TEXT_MOST)));
    details.put("about", Json.of(facts.about(message)));
    payload.put("custom_details", new Json.Obj(details));
    return new Json.Obj(payload);
  }

  private static void put(Map<String, Json> payload, String name, String value) {
    String line = Plain.line(value, PLACE_MOST);
    if (!line.isEmpty()) {
      payload.put(name, Json.of(line));
    }
  }

  private static String key(String id) {
    return id.length() <= KEY_MOST && id.equals(Plain.line(id, KEY_MOST)) ? id : Plain.digest(id);
  }

  private static boolean isLink(String text) {
    if (text.length() > LINK_MOST || !text.startsWith("https://")) {
      return false;
    }
    try {
      return URI.create(text).getHost() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
