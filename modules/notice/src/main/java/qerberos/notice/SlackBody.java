package qerberos.notice;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import qerberos.event.Canonical;
import qerberos.event.Json;

/// A message as Slack shows it: a header, the text, the fields, and a line with severity, time and
/// id. Immutable.
///
/// Every text is of type `plain_text` without emoji, and the text for notifications is not
/// `mrkdwn`, so that nothing in an alert mentions a channel or a person, formats, or becomes a
/// link. What Slack takes for control characters in any text, `&`, `<` and `>`, is written as
/// `&amp;`, `&lt;` and `&gt;`, which it shows as what they stand for; `<!channel>` is then eleven
/// characters.
///
/// Slack refuses a message with 400 for one character too many: 150 in a header, 3,000 in the text
/// of a section, 2,000 in each of at most 10 fields of one, 50 blocks. Whether it counts `&lt;` as
/// one or four it does not say, so four are counted. What is too long is cut and ends with ` […]`.
///
/// Sources: docs.slack.dev, "Formatting message text" (escaping) and the reference of Block Kit
/// (header, section and context block, text object), read in 2026.
final class SlackBody {
  static final int HEADER_MOST = 150;
  static final int TEXT_MOST = 3_000;
  static final int FIELD_MOST = 2_000;
  static final int FIELDS_IN_A_SECTION = 10;

  private static final int FIELDS_MOST = 3 * FIELDS_IN_A_SECTION;
  private static final int VALUE_MOST = 1_500;
  private static final int NOTIFICATION_MOST = 500;

  private SlackBody() {}

  static byte[] of(Message message) {
    String subject = Plain.line(message.subject(), TEXT_MOST);
    String heading = subject.isEmpty() ? "notice" : subject;
    List<Json> blocks = new ArrayList<>();
    blocks.add(block("header", "text", text(heading, HEADER_MOST)));
    String body = Plain.lines(message.text(), 2 * TEXT_MOST);
    if (!body.isEmpty()) {
      blocks.add(block("section", "text", text(body, TEXT_MOST)));
    }
    Facts facts = Facts.of(message, FIELDS_MOST, VALUE_MOST);
    for (int i = 0; i < facts.all().size(); i += FIELDS_IN_A_SECTION) {
      List<Json> fields =
          facts.all().stream()
              .skip(i)
              .limit(FIELDS_IN_A_SECTION)
              .map(fact -> text(fact.name() + ": " + fact.value(), FIELD_MOST))
              .toList();
      blocks.add(block("section", "fields", new Json.Arr(fields)));
    }
    blocks.add(
        block(
            "context", "elements", new Json.Arr(List.of(text(facts.about(message), FIELD_MOST)))));
    return Canonical.bytes(
        new Json.Obj(
            Map.of(
                "text", Json.of(escaped(heading, NOTIFICATION_MOST)),
                "mrkdwn", Json.of(false),
                "unfurl_links", Json.of(false),
                "unfurl_media", Json.of(false),
                "blocks", new Json.Arr(blocks))));
  }

  private static Json block(String type, String name, Json content) {
    return new Json.Obj(Map.of("type", Json.of(type), name, content));
  }

  private static Json text(String text, int most) {
    return new Json.Obj(
        Map.of(
            "type", Json.of("plain_text"),
            "emoji", Json.of(false),
            "text", Json.of(escaped(text, most))));
  }

  /// The text as it is written, at most so long; neither a character nor an entity is cut in half.
  private static String escaped(String text, int most) {
    String whole = escaped(text);
    if (whole.length() <= most) {
      return whole;
    }
    var out = new StringBuilder();
    for (int point : text.codePoints().toArray()) {
      String one = escaped(Character.toString(point));
      if (out.length() + one.length() + Plain.CUT.length() > most) {
        break;
      }
      out.append(one);
    }
    return out + Plain.CUT;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
