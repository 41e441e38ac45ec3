package qerberos.notice;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import qerberos.event.Canonical;
import qerberos.event.Json;

/// A message as Microsoft Teams shows it: an Adaptive Card 1.4 in the envelope that the webhooks of
/// Workflows take. Immutable.
///
/// A `TextBlock` and a `FactSet` read Markdown, so that an alert could show a link that leads
/// elsewhere than it says. A `TextRun` in a `RichTextBlock` does not; everything here is one. Line
/// breaks inside a run are not shown by every client, so each line is a block of its own. Two
/// opening braces, with which a card's own functions begin (`{{DATE(...)}}`), get a space between
/// them. Nobody can be mentioned by a text: that takes a list of entities beside it, which is never
/// sent.
///
/// Teams refuses more than 28 KB. Texts are cut, then fields left out, until the whole has at most
/// 28,000 bytes; what was cut ends with ` […]`, and the last line says how many fields are missing.
///
/// Sources: learn.microsoft.com, "Create incoming webhooks with Workflows for Microsoft Teams" and
/// "Format cards in Teams"; adaptivecards.io, schema 1.4 (RichTextBlock, TextRun), read in 2026.
final class TeamsBody {
  static final int MOST_BYTES = 28_000;

  private static final int TITLE_MOST = 300;
  private static final int LINES_MOST = 40;

  private record Limits(int text, int fields, int value) {}

  private static final List<Limits> LIMITS =
      List.of(new Limits(6_000, 20, 500), new Limits(2_000, 20, 100), new Limits(500, 0, 0));

  private TeamsBody() {}

  static byte[] of(Message message) {
    byte[] body = {};
    for (Limits limits : LIMITS) {
      body = of(message, limits);
      if (body.length <= MOST_BYTES) {
        break;
      }
    }
    return body;
  }

  private static byte[] of(Message message, Limits limits) {
    List<Json> body = new ArrayList<>();
    String title = Plain.line(message.subject(), TITLE_MOST);
    Json.Obj heading =
        run(title.isEmpty() ? "notice" : title)
            .with("size", Json.of("Large"))
            .with("weight", Json.of("Bolder"))
            .with("color", Json.of(color(message)));
    body.add(block(heading));
    for (String line : lines(message.text(), limits.text)) {
      body.add(block(run(line)).with("spacing", Json.of("Small")));
    }
    Facts facts = Facts.of(message, limits.fields, limits.value);
    for (Facts.Fact fact : facts.all()) {
      Json.Obj name = run(fact.name() + ": ").with("weight", Json.of("Bolder"));
      body.add(
          (fact.value().isEmpty() ? block(name) : block(name, run(fact.value())))
              .with("spacing", Json.of("Small")));
    }
    body.add(
        block(
            run(facts.about(message))
                .with("size", Json.of("Small"))
                .with("isSubtle", Json.of(true))));
    Json card =
        new Json.Obj(
            Map.of(
                "$schema", Json.of("http://adaptivecards.io/schemas/adaptive-card.json"),
                "type", Json.of("AdaptiveCard"),
                "version", Json.of("1.4"),
                "body", new Json.Arr(body)));
    Json attachment =
        new Json.Obj(
            Map.of(
                "contentType",
                Json.of("application/vnd.microsoft.card.adaptive"),
                "contentUrl",
                Json.NULL,
                "content",
                card));
    return Canonical.bytes(
        new Json.Obj(
            Map.of("type", Json.of("message"), "attachments", new Json.Arr(List.of(attachment)))));
  }

  /// Those that hold something; of very many, the last one shown says that it goes on.
  private static List<String> lines(String text, int most) {
    List<String> lines = Plain.lines(text, most).lines().filter(line -> !line.isBlank()).toList();
    if (lines.size() <= LINES_MOST) {
      return lines;
    }
    List<String> some = new ArrayList<>(lines.subList(0, LINES_MOST));
    some.set(LINES_MOST - 1, some.getLast() + Plain.CUT);
    return some;
  }

  private static String color(Message message) {
    if ("resolved".equals(message.fields().get("status"))) {
      return "Good";
    }
    return switch (message.severity()) {
      case CRITICAL -> "Attention";
      case WARNING -> "Warning";
      case INFO -> "Accent";
    };
  }

  private static Json.Obj block(Json... runs) {
    return new Json.Obj(
        Map.of("type", Json.of("RichTextBlock"), "inlines", new Json.Arr(List.of(runs))));
  }

  private static Json.Obj run(String text) {
    return new Json.Obj(
        Map.of("type", Json.of("TextRun"), "text", Json.of(text.replaceAll("\\{(?=\\{)", "{ "))));
  }
}
