package qerberos.notice;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How a mail looks, as text and as HTML, from one template.
///
/// A template has six sections, each begun by its name in brackets:
///
///     [subject]  one line
///     [top]      before the messages
///     [message]  once for each message that is shown whole
///     [more]     before those shown in one line, when there are any
///     [line]     once for each of those
///     [bottom]   at the end
///
/// A line that begins with `# ` is a title, with `## ` a heading, with `- ` an item of a list;
/// `---` is a rule, anything else is text. `{name}` stands for a value. A line whose values are all
/// empty is left out. `{fields}` is a line of its own and becomes one item for each field. Values
/// are text of others: they are never read as a template, and are escaped wherever they go into
/// HTML. Immutable.
public final class MailLayout {
  private static final Pattern PLACE = Pattern.compile("\\{([a-z]*)}");
  private static final Set<String> OF_A_MAIL =
      Set.of("severity", "headline", "summary", "count", "contact");
  private static final Set<String> OF_A_MESSAGE =
      Set.of("severity", "subject", "text", "at", "id", "fields");

  /// A part of the template.
  enum Section {
    SUBJECT,
    TOP,
    MESSAGE,
    MORE,
    LINE,
    BOTTOM;

    Set<String> known() {
      return this == MESSAGE || this == LINE ? OF_A_MESSAGE : OF_A_MAIL;
    }
  }

  private enum Kind {
    TITLE("# "),
    HEADING("## "),
    ITEM("- "),
    RULE("---"),
    TEXT("");

    private final String mark;

    Kind(String mark) {
      this.mark = mark;
    }

    static Kind of(String line) {
      return line.startsWith(HEADING.mark)
          ? HEADING
          : line.startsWith(TITLE.mark)
              ? TITLE
              : line.startsWith(ITEM.mark) ? ITEM : line.equals(RULE.mark) ? RULE : TEXT;
    }
  }

  private record Line(Kind kind, String template) {}

  private final Map<Section, List<Line>> sections;

  private MailLayout(Map<Section, List<Line>> sections) {
    this.sections = sections;
  }

  /// The one that comes with us.
  public static MailLayout standard() {
    try (InputStream in = MailLayout.class.getResourceAsStream("mail.layout")) {
      return parse(
          "mail.layout",
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("mail.layout is in our own jar", e);
    }
  }

  /// Reads a template.
  ///
  /// @param name stands before every line number
  /// @throws IllegalArgumentException whose message names every mistake, one a line
  public static MailLayout parse(String name, String text) {
    Map<Section, List<Line>> sections = new EnumMap<>(Section.class);
    List<String> faults = new ArrayList<>();
    List<String> lines = text.lines().toList();
    Section section = null;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).stripTrailing();
      String at = name + ":" + (i + 1) + ": ";
      if (line.matches("\\[.*]")) {
        section = named(line.substring(1, line.length() - 1));
        if (section == null) {
          faults.add(at + line + ": unknown section, want " + names());
        } else if (sections.put(section, new ArrayList<>()) != null) {
          faults.add(at + line + ": said twice");
        }
      } else if (section != null) {
        check(section, line, at, faults);
        Kind kind = Kind.of(line);
        sections
            .getOrDefault(section, new ArrayList<>())
            .add(new Line(kind, line.substring(kind.mark.length())));
      } else if (!line.isEmpty()) {
        faults.add(at + "stands before the first section, want " + names());
      }
    }
    for (Section each : Section.values()) {
      if (sections.getOrDefault(each, List.of()).isEmpty()) {
        faults.add(name + ": [" + each.name().toLowerCase(Locale.ROOT) + "]: missing");
      }
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", faults));
    }
    return new MailLayout(sections);
  }

  private static void check(Section section, String line, String at, List<String> faults) {
    Matcher place = PLACE.matcher(line);
    while (place.find()) {
      if (!section.known().contains(place.group(1))) {
        faults.add(
            at
                + place.group()
                + ": unknown value, want one of "
                + String.join(", ", section.known().stream().sorted().toList()));
      } else if (place.group(1).matches("fields|text") && !line.equals(place.group())) {
        faults.add(at + place.group() + ": want it on a line of its own");
      }
    }
  }

  private static @Nullable Section named(String name) {
    for (Section each : Section.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(name)) {
        return each;
      }
    }
    return null;
  }

  private static String names() {
    return Arrays.stream(Section.values())
        .map(each -> "[" + each.name().toLowerCase(Locale.ROOT) + "]")
        .collect(Collectors.joining(", "));
  }

  /// The subject, one line.
  String subject(Map<String, String> values) {
    return sections.getOrDefault(Section.SUBJECT, List.of()).stream()
        .map(line -> filled(line.template, values, false))
        .filter(line -> !line.isBlank())
        .collect(Collectors.joining(" "));
  }

  /// A mail that is still empty.
  Pages pages() {
    return new Pages();
  }

  private static String filled(String template, Map<String, String> values, boolean html) {
    var out = new StringBuilder();
    Matcher place = PLACE.matcher(template);
    int from = 0;
    while (place.find()) {
      String literal = template.substring(from, place.start());
      String value = values.getOrDefault(place.group(1), "");
      out.append(html ? Plain.html(literal) : literal).append(html ? Plain.html(value) : value);
      from = place.end();
    }
    String rest = template.substring(from);
    return out.append(html ? Plain.html(rest) : rest).toString();
  }

  private static boolean saysNothing(String template, Map<String, String> values) {
    Matcher place = PLACE.matcher(template);
    boolean any = false;
    while (place.find()) {
      any = true;
      if (!values.getOrDefault(place.group(1), "").isEmpty()) {
        return false;
      }
    }
    return any;
  }

  /// A mail in the making, both parts of it. Used by one thread at a time.
  final class Pages {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder html = new StringBuilder();
    private boolean inList;

    /// Adds one section with its values; text that is not fit to be shown was cleaned before.
    void add(Section section, Map<String, String> values, Map<String, String> fields) {
      for (Line line : sections.getOrDefault(section, List.of())) {
        if (line.template.equals("{fields}")) {
          new TreeMap<>(fields)
              .forEach(
                  (name, value) ->
                      write(Kind.ITEM, name + ": " + value, Plain.html(name + ": " + value)));
        } else if (!saysNothing(line.template, values)) {
          boolean quoted = line.template.equals("{text}");
          String plain = filled(line.template, values, false);
          write(
              line.kind,
              quoted ? plain.indent(2).stripTrailing() : plain,
              filled(line.template, values, true));
        }
      }
    }

    /// The text part.
    String text() {
      return text.toString().replaceAll("\n{3,}", "\n\n").strip() + "\n";
    }

    /// The HTML part, which loads nothing from anywhere.
    String html(String title) {
      return """
      <!doctype html>
      <html lang="en">
      <head><meta charset="utf-8"><title>%s</title></head>
      <body style="font-family: sans-serif; max-width: 48em">
      %s%s</body>
      </html>
      """
          .formatted(Plain.html(title), html, inList ? "</ul>\n" : "");
    }

    private void write(Kind kind, String plain, String marked) {
      if (inList && kind != Kind.ITEM) {
        html.append("</ul>\n");
        inList = false;
      }
      switch (kind) {
        case TITLE -> {
          text.append(plain).append('\n').append("=".repeat(Math.min(72, plain.length())));
          text.append("\n\n");
          html.append("<h1>").append(marked).append("</h1>\n");
        }
        case HEADING -> {
          text.append('\n').append(plain).append("\n\n");
          html.append("<h2>").append(marked).append("</h2>\n");
        }
        case ITEM -> {
          text.append("- ").append(plain).append('\n');
          html.append(inList ? "" : "<ul>\n").append("<li>").append(marked).append("</li>\n");
          inList = true;
        }
        case RULE -> {
          text.append("\n---\n");
          html.append("<hr>\n");
        }
        case TEXT -> {
          text.append(plain).append('\n');
          if (!marked.isBlank()) {
            html.append("<p style=\"white-space: pre-wrap\">").append(marked).append("</p>\n");
          }
        }
      }
    }
  }
}
