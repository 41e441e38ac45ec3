package qerberos.notice;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import qerberos.notice.MailLayout.Section;

/// One mail: some messages to one mailbox, the gravest first. Immutable.
///
/// Twenty messages are shown whole, the others in one line each. What others wrote is cleaned here
/// and escaped by [MailLayout].
///
/// @param number the same for the same messages to the same mailbox, in hexadecimal
/// @param ids of the messages, fit for a header
record Letter(
    String to, String subject, String text, String html, String number, List<String> ids) {
  /// Messages shown whole.
  static final int WHOLE = 20;

  private static final int SUBJECT_MOST = 180;
  private static final int TEXT_MOST = 4_000;
  private static final int FIELDS_MOST = 30;

  Letter {
    ids = List.copyOf(ids);
  }

  /// Puts a mail together.
  ///
  /// @param messages one at least, all to `to`
  /// @param contact who is asked about it; empty when nobody is
  static Letter of(String to, List<Message> messages, MailLayout layout, String contact) {
    List<Message> sorted =
        messages.stream()
            .sorted(
                Comparator.comparing(Message::severity)
                    .reversed()
                    .thenComparing(Message::at)
                    .thenComparing(Message::id))
            .toList();
    Message worst = sorted.getFirst();
    int count = sorted.size();
    Map<String, String> whole = new HashMap<>();
    String first = Plain.line(worst.subject(), SUBJECT_MOST);
    whole.put("severity", worst.severity().name());
    whole.put("headline", count == 1 ? first : count + " notices: " + first);
    whole.put(
        "summary",
        count == 1 ? "" : count + " notices, the gravest first; " + counts(sorted) + ".");
    whole.put("count", String.valueOf(count));
    whole.put("contact", contact);
    MailLayout.Pages pages = layout.pages();
    pages.add(Section.TOP, whole, Map.of());
    sorted.stream()
        .limit(WHOLE)
        .forEach(message -> pages.add(Section.MESSAGE, values(message), fields(message)));
    if (count > WHOLE) {
      pages.add(Section.MORE, whole, Map.of());
      sorted.stream()
          .skip(WHOLE)
          .forEach(message -> pages.add(Section.LINE, values(message), Map.of()));
    }
    pages.add(Section.BOTTOM, whole, Map.of());
    String subject = Plain.line(layout.subject(whole), SUBJECT_MOST);
    List<String> ids = sorted.stream().map(Message::id).sorted().toList();
    return new Letter(
        to,
        subject,
        pages.text(),
        pages.html(subject),
        Plain.digest(to + "\n" + String.join("\n", ids)).substring(0, 40),
        ids.stream().map(Plain::token).toList());
  }

  private static String counts(List<Message> messages) {
    List<String> counts = new ArrayList<>();
    for (Severity severity : List.of(Severity.CRITICAL, Severity.WARNING, Severity.INFO)) {
      long count = messages.stream().filter(each -> each.severity() == severity).count();
      if (count > 0) {
        counts.add(count + " " + severity.name().toLowerCase(Locale.ROOT));
      }
    }
    return String.join(", ", counts);
  }

  private static Map<String, String> values(Message message) {
    return Map.of(
        "severity", message.severity().name(),
        "subject", Plain.line(message.subject(), SUBJECT_MOST),
        "text", Plain.lines(message.text(), TEXT_MOST),
        "at", message.at().truncatedTo(ChronoUnit.SECONDS).toString(),
        "id", Plain.line(message.id(), 200));
  }

  private static Map<String, String> fields(Message message) {
    Map<String, String> fields = new TreeMap<>();
    new TreeMap<>(message.fields())
        .entrySet().stream()
            .limit(FIELDS_MOST)
            .forEach(
                field ->
                    fields.put(Plain.line(field.getKey(), 100), Plain.line(field.getValue(), 500)));
    return fields;
  }
}
