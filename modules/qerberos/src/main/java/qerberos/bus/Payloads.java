package qerberos.bus;

import static qerberos.bus.Shape.anyNumber;
import static qerberos.bus.Shape.listOf;
import static qerberos.bus.Shape.number;
import static qerberos.bus.Shape.object;
import static qerberos.bus.Shape.oneOf;
import static qerberos.bus.Shape.text;
import static qerberos.bus.Shape.time;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.event.Json;

/// What entries of our own say on their own topics, beside `audit.logged`.
///
/// Everything is taken from an event without its sealed values: what is personal is not there, and
/// what then lacks a member that its topic promises is not sent.
final class Payloads {
  /// @param topic on which it is told
  /// @param members what it says; checked by nobody yet
  /// @param correlationId what belongs together, or empty
  record Payload(Topic topic, Json.Obj members, Optional<String> correlationId) {}

  private static final String ALERT = "notification.admin_alert";
  private static final int TITLE = 200;
  private static final int DESCRIPTION = 500;

  private static final Shape ALERT_CREATED =
      Shape.empty()
          .with("alertId", text(128))
          .with("type", text(500))
          .with("severity", oneOf("info", "warning", "critical"))
          .with("title", text(TITLE))
          .withOptional("description", text(DESCRIPTION))
          .with("affectedIdentities", listOf(text(256)))
          .with("affectedResources", listOf(text(500)))
          .with(
              "source",
              object(
                  Shape.empty()
                      .with("module", text(64))
                      .withOptional("component", text(500))
                      .withOptional("version", text(64))))
          .with("tags", listOf(text(100)))
          .with("priority", oneOf("low", "normal", "high", "urgent"));

  private static final Shape ALERT_UPDATED =
      ALERT_CREATED
          .with("status", oneOf("firing", "resolved"))
          .with("change", oneOf("fired_again", "resolved"));

  private static final Shape ANOMALY_DETECTED =
      Shape.empty()
          .with("anomalyId", text(128))
          .with("type", text(100))
          .with("severity", oneOf("low", "medium", "high", "critical"))
          .with("confidence", number(0, 1))
          .with("description", text(2_000))
          .with("affectedIdentity", text(256))
          .with(
              "modelInfo",
              object(
                  Shape.empty()
                      .with("name", text(100))
                      .withOptional("version", text(64))
                      .withOptional("algorithm", text(100))
                      .withOptional("threshold", number(0, 1))
                      .withOptional("trainingDate", time())));

  private static final Shape RISK_SCORED =
      Shape.empty()
          .with("identity", text(256))
          .with("score", number(0, 1))
          .with("level", oneOf("low", "medium", "high", "critical"))
          .with("operation", text(100))
          .with(
              "factors",
              listOf(
                  object(
                      Shape.empty()
                          .with("name", text(100))
                          .with("weight", anyNumber())
                          .with("value", anyNumber())
                          .withOptional("description", text(500)))))
          .with("expiresAt", time());

  private static final Shape COMPLIANCE_VIOLATION =
      Shape.empty()
          .with("violationId", text(128))
          .with("type", text(100))
          .with("severity", oneOf("low", "medium", "high", "critical"))
          .with("description", text(2_000))
          .with("affectedData", listOf(text(500)))
          .with("regulation", text(100))
          .with("recommendations", listOf(text(1_000)));

  private Payloads() {}

  /// Whether entries of this type, when they are our own, say more than `audit.logged` does.
  static boolean sayMore(String type) {
    return switch (type) {
      case ALERT, "anomaly.detected", "risk.scored", "compliance.violation" -> true;
      default -> false;
    };
  }

  /// What an entry of such a type says; empty when it is not about what its topics tell of.
  static Optional<Payload> of(AuditEvent own) {
    return switch (own.type()) {
      case ALERT -> alert(own);
      case "anomaly.detected" -> plain(Topic.ANOMALY_DETECTED, own);
      case "risk.scored" -> plain(Topic.RISK_SCORED, own);
      case "compliance.violation" -> plain(Topic.COMPLIANCE_VIOLATION, own);
      default -> throw new IllegalArgumentException("type: " + own.type());
    };
  }

  /// What the payload of a topic has to be, but for what every message says.
  static Shape shape(Topic topic) {
    return switch (topic) {
      case AUDIT_LOGGED -> Shape.empty();
      case ALERT_CREATED -> ALERT_CREATED;
      case ALERT_UPDATED -> ALERT_UPDATED;
      case ANOMALY_DETECTED -> ANOMALY_DETECTED;
      case RISK_SCORED -> RISK_SCORED;
      case COMPLIANCE_VIOLATION -> COMPLIANCE_VIOLATION;
    };
  }

  private static Optional<Payload> plain(Topic topic, AuditEvent own) {
    return Optional.of(new Payload(topic, own.details(), Optional.empty()));
  }

  /// One that fires again has the name it had, so it is no other alert. An entry that names no
  /// change tells what somebody did about an alert, not how it is.
  private static Optional<Payload> alert(AuditEvent own) {
    Json.Obj what = own.details().object("what");
    String change = what.text("change");
    if (change == null) {
      return Optional.empty();
    }
    boolean created = "fired".equals(change);
    String alertId = own.ref().substring(own.ref().indexOf(':') + 1);
    Json.Obj source = some(what, "source", Json.EMPTY, "module");
    source = some(what, "job", source, "component");
    Json.Obj payload = Json.EMPTY.with("alertId", Json.of(alertId));
    payload = payload.with("type", Json.of(or(what.text("alertname"), "admin_alert")));
    String severity = or(own.severity(), "");
    payload = payload.with("severity", Json.of(severity));
    payload = payload.with("title", Json.of(shortened(or(what.text("summary"), ""), TITLE)));
    String description = what.text("description");
    if (description != null) {
      payload = payload.with("description", Json.of(shortened(description, DESCRIPTION)));
    }
    String instance = what.text("instance");
    List<Json> resources = new ArrayList<>();
    if (instance != null) {
      resources.add(Json.of(instance));
    }
    payload =
        payload
            .with("affectedIdentities", new Json.Arr(List.of()))
            .with("affectedResources", new Json.Arr(resources))
            .with("source", source)
            .with("tags", new Json.Arr(List.of()))
            .with("priority", Json.of(priority(severity)));
    payload = some(what, "status", payload, "status");
    payload = some(what, "change", payload, "change");
    return Optional.of(
        new Payload(
            created ? Topic.ALERT_CREATED : Topic.ALERT_UPDATED, payload, Optional.of(alertId)));
  }

  private static String priority(String severity) {
    return switch (severity) {
      case "critical" -> "urgent";
      case "warning" -> "normal";
      default -> "low";
    };
  }

  private static Json.Obj some(Json.Obj from, String name, Json.Obj into, String as) {
    String text = from.text(name);
    return text == null ? into : into.with(as, Json.of(text));
  }

  private static String or(@Nullable String text, String otherwise) {
    return text == null ? otherwise : text;
  }

  private static String shortened(String text, int most) {
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }
}
