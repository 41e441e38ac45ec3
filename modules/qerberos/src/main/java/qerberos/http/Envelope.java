package qerberos.http;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import qerberos.event.Fault;
import qerberos.event.JsonBytes;

/// The frame around every answer but health, metrics and files:
/// `{status, code, message, data, timestamp, requestId}` when it was done,
/// `{status, code, message, details?, timestamp, requestId, retryable, suggestedActions}` when not.
final class Envelope {
  private Envelope() {}

  /// @param data writes one JSON value
  static Answer ok(
      int status,
      String code,
      String message,
      Consumer<JsonBytes> data,
      Instant now,
      String requestId) {
    JsonBytes json =
        new JsonBytes()
            .object()
            .name("status")
            .value("ok")
            .name("code")
            .value(code)
            .name("message")
            .value(message)
            .name("data");
    data.accept(json);
    return Answer.of(status, Answer.JSON, closed(json, now, requestId).end().bytes());
  }

  static Answer refused(Refused refused, Instant now, String requestId) {
    Code code = refused.code();
    JsonBytes json =
        new JsonBytes()
            .object()
            .name("status")
            .value("error")
            .name("code")
            .value(code.name())
            .name("message")
            .value(refused.text());
    if (!refused.faults().isEmpty()) {
      json = json.name("details").object().name("errors").array();
      for (Fault fault : refused.faults()) {
        json =
            json.object().name("field").value(fault.field()).name("message").value(fault.message());
        if (refused.column() > 0) {
          json = json.name("column").value(refused.column());
        }
        json = json.end();
      }
      json = json.end().end();
    }
    json =
        closed(json, now, requestId)
            .name("retryable")
            .value(code.retryable())
            .name("suggestedActions")
            .array()
            .value(code.suggestedAction());
    return Answer.of(code.status(), Answer.JSON, json.end().end().bytes()).with(refused.headers());
  }

  private static JsonBytes closed(JsonBytes json, Instant now, String requestId) {
    return json.name("timestamp")
        .value(now.truncatedTo(ChronoUnit.MILLIS).toString())
        .name("requestId")
        .value(requestId);
  }
}
