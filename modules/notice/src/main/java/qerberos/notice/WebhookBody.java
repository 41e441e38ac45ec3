package qerberos.notice;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import qerberos.event.Canonical;
import qerberos.event.Json;

/// What a webhook is sent: `type`, `timestamp` and `data`, as Standard Webhooks has it, in
/// canonical JSON of at most 20,000 bytes. Immutable.
///
/// What is too long is cut, and `data.truncated` says so; whoever wants all of it asks us.
final class WebhookBody {
  static final int MOST_BYTES = 20_000;

  private static final int[] TEXT_MOST = {8_000, 2_000, 500};
  private static final int SUBJECT_MOST = 500;
  private static final int FIELDS_MOST = 50;
  private static final int FIELD_MOST = 500;

  private WebhookBody() {}

  static byte[] of(Message message) {
    for (int most : TEXT_MOST) {
      byte[] body = of(message, most, true);
      if (body.length <= MOST_BYTES) {
        return body;
      }
    }
    return of(message, TEXT_MOST[TEXT_MOST.length - 1], false);
  }

  private static byte[] of(Message message, int textMost, boolean withFields) {
    boolean[] cut = {!withFields || message.fields().size() > FIELDS_MOST};
    Map<String, Json> fields = new LinkedHashMap<>();
    if (withFields) {
      new TreeMap<>(message.fields())
          .entrySet().stream()
              .limit(FIELDS_MOST)
              .forEach(
                  field ->
                      fields.put(
                          whole(field.getKey(), FIELD_MOST, cut),
                          Json.of(whole(field.getValue(), FIELD_MOST, cut))));
    }
    Map<String, Json> data = new LinkedHashMap<>();
    data.put("id", Json.of(whole(message.id(), FIELD_MOST, cut)));
    data.put("severity", Json.of(Plain.severity(message.severity())));
    data.put("subject", Json.of(whole(message.subject(), SUBJECT_MOST, cut)));
    data.put("text", Json.of(whole(message.text(), textMost, cut)));
    data.put("fields", new Json.Obj(fields));
    data.put("truncated", Json.of(cut[0]));
    String type = message.fields().getOrDefault("type", "notice");
    return Canonical.bytes(
        new Json.Obj(
            Map.of(
                "type", Json.of(whole(type, 200, cut)),
                "timestamp", Json.of(message.at().toString()),
                "data", new Json.Obj(data))));
  }

  /// The beginning of a text, of whole characters; half a one is replaced.
  private static String whole(String text, int most, boolean[] cut) {
    boolean tooLong = text.length() > most;
    cut[0] |= tooLong;
    var out = new StringBuilder();
    text.substring(0, tooLong ? most : text.length())
        .codePoints()
        .map(point -> Character.getType(point) == Character.SURROGATE ? 0xfffd : point)
        .forEach(out::appendCodePoint);
    return out.toString();
  }
}
