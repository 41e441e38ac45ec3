package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LetterTest {
  private static final String TO = "admin@example.org";

  @Test
  void oneMessage_isNamedInTheSubjectAndShownWhole() {
    Letter letter = letter(Messages.of("a1", TO, Severity.CRITICAL, "51 refusals", "In 15 min."));
    assertThat(letter.subject()).isEqualTo("Cerberus: CRITICAL: 51 refusals");
    assertThat(letter.text())
        .isEqualTo(
            """
            51 refusals
            ===========

            CRITICAL: 51 refusals

              In 15 min.
            - count: 51
            - type: alert.raised
            - When: 2026-11-24T10:00:00Z
            - Reference: a1

            ---
            Sent by Qerberos, the audit trail of Cerberus, to the addresses its routes name.
            Ask team@example.org
            """);
    assertThat(letter.html())
        .contains("<title>Cerberus: CRITICAL: 51 refusals</title>")
        .contains("<h2>CRITICAL: 51 refusals</h2>")
        .contains("<ul>\n<li>count: 51</li>\n<li>type: alert.raised</li>")
        .contains("<p style=\"white-space: pre-wrap\">In 15 min.</p>");
  }

  @Test
  void manyMessages_areOneMailWithTheGravestFirst_andNoneIsMissing() {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      messages.add(Messages.of("id" + i, TO, i == 140 ? Severity.CRITICAL : Severity.INFO));
    }
    Letter letter = Letter.of(TO, messages, MailLayout.standard(), "");
    assertThat(letter.subject()).isEqualTo("Cerberus: CRITICAL: 150 notices: subject of id140");
    assertThat(letter.text())
        .contains("150 notices, the gravest first; 1 critical, 149 info.")
        .contains("And in short\n\n- 2026-11-24T10:00:00Z INFO: ");
    for (Message message : messages) {
      assertThat(letter.text()).containsPattern("subject of " + message.id() + "\\b");
      assertThat(letter.html()).containsPattern("subject of " + message.id() + "\\b");
    }
    assertThat(letter.text().split("Reference: ", -1)).hasSize(Letter.WHOLE + 1);
    assertThat(letter.ids()).hasSize(150);
  }

  @Test
  void markupOfOthers_isTextInTheHtml_andStaysAsItWasInTheText() {
    String hostile = "<script>alert('x')</script> & \"quoted\" {id} &lt;";
    Letter letter = letter(Messages.of("<b>", TO, Severity.WARNING, hostile, hostile));
    assertThat(letter.html())
        .doesNotContain("<script")
        .doesNotContain("<b>")
        .contains(
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;quoted&quot; {id}"
                + " &amp;lt;");
    assertThat(letter.text()).contains("  " + hostile);
  }

  @Test
  void lineBreaksControlsAndDirections_neverReachAHeader() {
    String hostile = "a\r\nBcc: x@example.org\n\n\u202egnp\u0000\u001b[2J\u2028b\ud800";
    Letter letter = letter(Messages.of("i\r\nX: y", TO, Severity.INFO, hostile, "t"));
    assertThat(letter.subject()).isEqualTo("Cerberus: INFO: a Bcc: x@example.org gnp [2J b");
    assertThat(letter.ids()).allMatch(id -> id.matches("[0-9a-f]{64}"));
  }

  @Test
  void textOfOthers_cannotLookLikeALineOfOurs() {
    Letter letter =
        letter(Messages.of("a", TO, Severity.INFO, "s", "harmless\nCRITICAL: all is lost\n---"));
    assertThat(letter.text())
        .contains("  harmless\n  CRITICAL: all is lost\n  ---\n")
        .doesNotContain("\nCRITICAL");
  }

  @Test
  void veryLongText_isCutAndSaysSo_atAWholeCharacter() {
    long seed = new Random().nextLong();
    System.out.println("LetterTest seed " + seed);
    var random = new Random(seed);
    String text = "x".repeat(random.nextInt(7)) + "\ud83d\ude00".repeat(5_000);
    Letter letter = letter(Messages.of("a", TO, Severity.INFO, text, text));
    assertThat(letter.subject()).hasSizeLessThanOrEqualTo(180).endsWith(" […]");
    assertThat(letter.text()).contains("\ud83d\ude00 […]\n");
    assertThat(letter.text().chars().filter(c -> c == '\ufffd' || c == '?')).isEmpty();
  }

  @Test
  void sameMessagesToTheSameMailbox_haveTheSameNumber_inWhateverOrder() {
    Message a = Messages.of("a", TO, Severity.INFO);
    Message b = Messages.of("b", TO, Severity.CRITICAL);
    MailLayout layout = MailLayout.standard();
    String number = Letter.of(TO, List.of(a, b), layout, "").number();
    assertThat(number).matches("[0-9a-f]{40}");
    assertThat(Letter.of(TO, List.of(b, a), layout, "").number()).isEqualTo(number);
    assertThat(Letter.of(TO, List.of(a), layout, "").number()).isNotEqualTo(number);
    assertThat(Letter.of("b@example.org", List.of(a, b), layout, "").number()).isNotEqualTo(number);
  }

  @Test
  void ownTemplate_isUsed() {
    MailLayout own =
        MailLayout.parse(
            "own",
            """
            [subject]
            {count} x {headline}
            [top]
            Hello
            [message]
            {subject}
            [more]
            ---
            [line]
            {id}
            [bottom]
            {contact}
            """);
    Letter letter = Letter.of(TO, List.of(Messages.of("a", TO, Severity.INFO)), own, "");
    assertThat(letter.subject()).isEqualTo("1 x subject of a");
    assertThat(letter.text()).isEqualTo("Hello\nsubject of a\n");
  }

  @Test
  void mistakesOfATemplate_areAllNamedWithTheirLine() {
    String template =
        """
        before
        [subject]
        {subject}
        [tip]
        [top]
        a
        [top]
        b
        [message]
        all: {fields}
        [more]
        c
        [line]
        {contact}
        """;
    assertThatThrownBy(() -> MailLayout.parse("own", template))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            """
            own:1: stands before the first section, want [subject], [top], [message], [more], \
            [line], [bottom]
            own:3: {subject}: unknown value, want one of contact, count, headline, severity, \
            summary
            own:4: [tip]: unknown section, want [subject], [top], [message], [more], [line], \
            [bottom]
            own:7: [top]: said twice
            own:10: {fields}: want it on a line of its own
            own:14: {contact}: unknown value, want one of at, fields, id, severity, subject, text
            own: [bottom]: missing\
            """);
  }

  private static Letter letter(Message message) {
    return Letter.of(TO, List.of(message), MailLayout.standard(), "Ask team@example.org");
  }
}
