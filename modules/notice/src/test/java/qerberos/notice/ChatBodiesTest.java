package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qerberos.event.Canonical;
import qerberos.event.Json;

/// What Slack, Teams and PagerDuty are sent, as a real server gets it, and what their answers mean.
class ChatBodiesTest {
  private static final String KEY = "e93facc04764012d7bfb002500d5d1a6";
  private static final WebhookFormat SLACK = new WebhookFormat.Slack();
  private static final WebhookFormat TEAMS = new WebhookFormat.Teams();
  private static final WebhookFormat PAGER_DUTY = new WebhookFormat.PagerDuty(KEY);
  private static final String HOSTILE =
      "<!channel> <@U1> @everyone *b* [x](http://evil) {{{DATE(2026-01-01T00:00:00Z)}} a&b \u202e";

  private final SetClock clock = new SetClock(Messages.AT);

  private static Message alert(String subject, String text, Map<String, String> more) {
    Map<String, String> fields = new TreeMap<>(more);
    fields.putIfAbsent("alert", "0123abcd");
    fields.putIfAbsent("status", "firing");
    return new Message("n.0", "ops", Severity.CRITICAL, subject, text, Messages.AT, fields);
  }

  private WebhookChannel channel(WebhookFormat format, int port) {
    var hook = new Webhook("ops", URI.create("http://localhost:" + port + "/T0/in"), format, true);
    return new WebhookChannel(
        List.of(hook),
        Unwanted.inMemory(),
        Duration.ofSeconds(30),
        (SSLSocketFactory) SSLSocketFactory.getDefault(),
        clock);
  }

  /// What a server got that answered 200.
  private Receiver.Call sent(WebhookFormat format, Message message) throws Exception {
    try (var receiver = new Receiver(null)) {
      receiver.status.set(200);
      assertThat(channel(format, receiver.port()).deliver(message))
          .isInstanceOf(Delivery.Delivered.class);
      Receiver.Call call = receiver.calls.getFirst();
      assertThat(call.header("Content-type")).isEqualTo("application/json");
      assertThat(call.headers()).doesNotContainKeys("Webhook-signature", "Authorization");
      return call;
    }
  }

  private Json.Obj body(WebhookFormat format, Message message) throws Exception {
    return (Json.Obj) Canonical.read(sent(format, message).body());
  }

  private static String text(Json json) {
    return new String(Canonical.bytes(json), StandardCharsets.UTF_8);
  }

  private static List<Json.Obj> items(Json.Obj object, String name) {
    return object.get(name) instanceof Json.Arr(var items)
        ? items.stream().map(one -> (Json.Obj) one).toList()
        : List.of();
  }

  /// Every object in it, itself among them.
  private static List<Json.Obj> objects(Json json) {
    List<Json.Obj> all = new ArrayList<>();
    switch (json) {
      case Json.Obj obj -> {
        all.add(obj);
        obj.members().values().forEach(one -> all.addAll(objects(one)));
      }
      case Json.Arr(var items) -> items.forEach(one -> all.addAll(objects(one)));
      default -> {}
    }
    return all;
  }

  @Test
  void slack_getsHeaderTextFieldsAndContext_allPlain() throws Exception {
    Json.Obj body =
        body(SLACK, alert("firing: shop is down", "no answer", Map.of("job", "shop", "a", "<1>")));
    List<Json.Obj> blocks = items(body, "blocks");
    assertThat(blocks.stream().map(one -> one.text("type")))
        .containsExactly("header", "section", "section", "context");
    assertThat(blocks.get(0).object("text").text("text")).isEqualTo("firing: shop is down");
    assertThat(blocks.get(1).object("text").text("text")).isEqualTo("no answer");
    assertThat(items(blocks.get(2), "fields").stream().map(one -> one.text("text")))
        .containsExactly("a: &lt;1&gt;", "alert: 0123abcd", "job: shop", "status: firing");
    assertThat(items(blocks.get(3), "elements").getFirst().text("text"))
        .isEqualTo("critical · 2026-11-24T10:00:00Z · n.0");
    assertThat(body.text("text")).isEqualTo("firing: shop is down");
    assertThat(body.get("mrkdwn")).isEqualTo(Json.of(false));
  }

  @Test
  void slack_hostileText_isInert() throws Exception {
    Json.Obj body = body(SLACK, alert(HOSTILE, HOSTILE + "\n" + HOSTILE, Map.of("f", HOSTILE)));
    String inert = "&lt;!channel&gt; &lt;@U1&gt; @everyone *b* [x](http://evil) ";
    assertThat(body.text("text")).startsWith(inert).endsWith("a&amp;b");
    assertThat(text(body)).doesNotContain("<", "mrkdwn\":true", "\u202e");
    assertThat(texts(body)).isNotEmpty();
    for (Json.Obj text : texts(body)) {
      assertThat(text.text("type")).isEqualTo("plain_text");
      assertThat(text.get("emoji")).isEqualTo(Json.of(false));
    }
  }

  private static List<Json.Obj> texts(Json.Obj body) {
    return objects(body).stream().filter(one -> one.get("emoji") != null).toList();
  }

  @Test
  void slack_atEveryLength_keepsTheLimits_andCutsNoCharacterAndNoEntity() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new SplittableRandom(seed);
    List<Integer> lengths = new ArrayList<>(List.of(0, 1, 149, 150, 151, 2_999, 3_000, 3_001));
    for (int i = 0; i < 60; i++) {
      lengths.add(random.nextInt(7_000));
    }
    for (String unit : List.of("a", "&", "<", "😀", "é", "\n", "a&😀")) {
      for (int length : lengths) {
        String text = unit.repeat(length);
        Map<String, String> fields = new TreeMap<>();
        for (int i = 0; i < 40; i++) {
          fields.put("field" + i, text.substring(0, Math.min(2_500, length)));
        }
        var body = (Json.Obj) Canonical.read(SlackBody.of(alert(text, text + "!", fields)));
        List<Json.Obj> blocks = items(body, "blocks");
        assertThat(blocks).hasSizeBetween(3, 50);
        assertFits(blocks.getFirst().object("text"), SlackBody.HEADER_MOST);
        for (Json.Obj block : blocks) {
          assertThat(items(block, "fields")).hasSizeLessThanOrEqualTo(10);
          items(block, "fields").forEach(one -> assertFits(one, SlackBody.FIELD_MOST));
          if ("section".equals(block.text("type")) && block.get("text") != null) {
            assertFits(block.object("text"), SlackBody.TEXT_MOST);
          }
        }
      }
    }
  }

  private static void assertFits(Json.Obj text, int most) {
    String value = String.valueOf(text.text("text"));
    assertThat(value.length()).isBetween(1, most);
    String unescaped = value.replaceAll("&(amp|lt|gt);", "");
    assertThat(unescaped).doesNotContain("&", "<", ">");
    assertThat(value.chars().filter(unit -> Character.isSurrogate((char) unit)).count())
        .isEqualTo(2 * value.codePoints().filter(point -> point > 0xffff).count());
  }

  @Test
  void slack_exactlyAtTheLimit_isWhole_oneMoreIsCutAndSaysSo() throws Exception {
    String whole = "x".repeat(SlackBody.HEADER_MOST);
    assertThat(header(whole)).isEqualTo(whole);
    assertThat(header(whole + "x")).hasSize(SlackBody.HEADER_MOST).endsWith("x […]");
    assertThat(header("&".repeat(30))).isEqualTo("&amp;".repeat(30));
    assertThat(header("&".repeat(31))).isEqualTo("&amp;".repeat(29) + " […]");
  }

  private String header(String subject) throws Exception {
    return String.valueOf(
        items(body(SLACK, alert(subject, "t", Map.of())), "blocks")
            .getFirst()
            .object("text")
            .text("text"));
  }

  @Test
  void teams_getsACard_ofRunsAlone() throws Exception {
    Json.Obj body = body(TEAMS, alert("firing: down", "one\ntwo", Map.of("job", "shop")));
    assertThat(body.text("type")).isEqualTo("message");
    Json.Obj attachment = items(body, "attachments").getFirst();
    assertThat(attachment.text("contentType")).isEqualTo("application/vnd.microsoft.card.adaptive");
    assertThat(attachment.get("contentUrl")).isEqualTo(Json.NULL);
    assertCard(attachment.object("content"));
    assertThat(lines(attachment.object("content")))
        .containsExactly(
            "firing: down",
            "one",
            "two",
            "alert: 0123abcd",
            "job: shop",
            "status: firing",
            "critical · 2026-11-24T10:00:00Z · n.0");
    String over = text(body(TEAMS, alert("resolved: up", "t", Map.of("status", "resolved"))));
    assertThat(over).contains("\"color\":\"Good\"");
  }

  /// The part of the schema of Adaptive Cards 1.4 that is used: which elements, which properties of
  /// each, which values.
  private static void assertCard(Json.Obj card) {
    assertThat(card.members().keySet())
        .containsExactlyInAnyOrder("$schema", "type", "version", "body");
    assertThat(card.text("type")).isEqualTo("AdaptiveCard");
    assertThat(card.text("version")).isEqualTo("1.4");
    assertThat(items(card, "body")).isNotEmpty();
    for (Json.Obj block : items(card, "body")) {
      assertThat(block.text("type")).isEqualTo("RichTextBlock");
      assertThat(Set.of("type", "inlines", "spacing")).containsAll(block.members().keySet());
      assertThat(block.text("spacing")).isIn(null, "Small");
      assertThat(items(block, "inlines")).isNotEmpty();
      for (Json.Obj run : items(block, "inlines")) {
        assertThat(run.text("type")).isEqualTo("TextRun");
        assertThat(run.text("text")).isNotEmpty();
        assertThat(Set.of("type", "text", "size", "weight", "color", "isSubtle"))
            .containsAll(run.members().keySet());
        assertThat(run.text("size")).isIn(null, "Small", "Large");
        assertThat(run.text("weight")).isIn(null, "Bolder");
        assertThat(run.text("color")).isIn(null, "Good", "Warning", "Attention", "Accent");
      }
    }
  }

  private static List<String> lines(Json.Obj card) {
    return items(card, "body").stream()
        .map(
            block ->
                items(block, "inlines").stream()
                    .map(run -> String.valueOf(run.text("text")))
                    .reduce("", String::concat))
        .toList();
  }

  @Test
  void teams_hostileText_isInert() throws Exception {
    Json.Obj body = body(TEAMS, alert(HOSTILE, HOSTILE, Map.of("f", HOSTILE)));
    String all = text(body);
    assertThat(all)
        .contains("[x](http://evil)", "{ { {DATE(")
        .doesNotContain("TextBlock\",\"text", "FactSet", "entities", "{{", "\u202e");
    assertThat(objects(body).stream().map(one -> one.text("type")))
        .containsOnly("message", null, "AdaptiveCard", "RichTextBlock", "TextRun");
  }

  @Test
  void teams_whateverIsLong_staysUnder28Kilobytes_andSaysThatItWasCut() throws Exception {
    for (String unit : List.of("a", "\"", "😀", "漢", "line\n", "\\")) {
      for (int length : List.of(299, 300, 301, 6_000, 6_001, 60_000)) {
        String text = unit.repeat(length);
        Map<String, String> fields = new TreeMap<>();
        for (int i = 0; i < 60; i++) {
          fields.put("field" + i, unit.repeat(700));
        }
        byte[] body = TeamsBody.of(alert(text, text + "!", fields));
        assertThat(body).hasSizeLessThanOrEqualTo(TeamsBody.MOST_BYTES);
        Json.Obj card =
            items((Json.Obj) Canonical.read(body), "attachments").getFirst().object("content");
        assertCard(card);
        assertThat(String.join("\n", lines(card))).contains("[…]", " more fields");
      }
    }
    assertThat(sent(TEAMS, alert("s".repeat(300), "t", Map.of())).text())
        .contains("s".repeat(300))
        .doesNotContain("[…]");
  }

  @Test
  void pagerDuty_isTriggered_andResolved_underTheAlertsId() throws Exception {
    Map<String, String> fields =
        Map.of(
            "alertname", "Down",
            "instance", "shop:3000",
            "job", "shop",
            "runbook_url", "https://example.org/rb#down");
    Json.Obj fired = body(PAGER_DUTY, alert("firing: down", "no answer", fields));
    assertThat(fired.text("routing_key")).isEqualTo(KEY);
    assertThat(fired.text("event_action")).isEqualTo("trigger");
    assertThat(fired.text("dedup_key")).isEqualTo("0123abcd");
    Json.Obj payload = fired.object("payload");
    assertThat(payload.members().keySet())
        .containsExactlyInAnyOrder(
            "summary", "source", "severity", "timestamp", "component", "class", "custom_details");
    assertThat(
            List.of("summary", "source", "severity", "timestamp", "component", "class").stream()
                .map(payload::text))
        .containsExactly(
            "firing: down", "shop:3000", "critical", "2026-11-24T10:00:00Z", "shop", "Down");
    assertThat(payload.object("custom_details").text("text")).isEqualTo("no answer");
    assertThat(items(fired, "links").getFirst().text("href"))
        .isEqualTo("https://example.org/rb#down");

    Map<String, String> over = new TreeMap<>(fields);
    over.put("status", "resolved");
    Json.Obj resolved = body(PAGER_DUTY, alert("resolved: down", "no answer", over));
    assertThat(resolved.text("event_action")).isEqualTo("resolve");
    assertThat(resolved.text("dedup_key")).isEqualTo("0123abcd");
  }

  @Test
  void pagerDuty_whatIsNoAlert_opensOneOfItsOwn_andOddThingsDoNoHarm() throws Exception {
    var ticket =
        new Message(
            "t.0",
            "ops",
            Severity.INFO,
            "\n",
            "😀".repeat(9_000),
            Messages.AT,
            Map.of("status", "resolved", "runbook_url", "javascript:alert(1)"));
    Json.Obj body = body(PAGER_DUTY, ticket);
    assertThat(body.text("event_action"))
        .as("a ticket's end is no incident's")
        .isEqualTo("trigger");
    assertThat(body.text("dedup_key")).isEqualTo("t.0");
    assertThat(body.get("links")).isNull();
    assertThat(body.object("payload").text("summary")).isEqualTo("notice");
    assertThat(body.object("payload").text("source")).isEqualTo("qerberos");
    for (String link : List.of("http://x.example/", "https://", "https://a b/", "https:x")) {
      assertThat(body(PAGER_DUTY, alert("s", "t", Map.of("runbook_url", link))).get("links"))
          .as(link)
          .isNull();
    }
    for (int length : List.of(1_023, 1_024, 1_025)) {
      Message message = alert("x".repeat(length - 2) + "😀", "t", Map.of("alert", "k".repeat(300)));
      Json.Obj one = body(PAGER_DUTY, message);
      assertThat(String.valueOf(one.object("payload").text("summary")))
          .hasSizeLessThanOrEqualTo(PagerDutyBody.SUMMARY_MOST)
          .endsWith(length > 1_024 ? "x […]" : "😀");
      assertThat(String.valueOf(one.text("dedup_key"))).hasSizeLessThanOrEqualTo(255);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "slack|400|Slack refused the message (400): is the URL that of an incoming webhook?",
        "slack|403|Slack refused the message (403): may the webhook still post there?",
        "slack|404|Slack refused the message (404): are webhook and channel still there?",
        "teams|400|Teams refused the message (400): is the URL that of a workflow, switched on?",
        "teams|401|Teams refused the message (401): is the URL whole, and may anyone trigger the"
            + " workflow?",
        "teams|404|Teams refused the message (404): is the workflow still there?",
        "pagerduty|400|PagerDuty refused the event (400): is the routing key right?"
      })
  void whatStaysRefused_isGivenUp_withWhatToDo(String who, int status, String reason)
      throws Exception {
    assertThat(answered(format(who), status))
        .isEqualTo(new Delivery.Failed("ops at localhost: " + reason, true, null));
  }

  @ParameterizedTest
  @CsvSource({
    "slack,429",
    "slack,500",
    "slack,401",
    "teams,429",
    "teams,502",
    "pagerduty,429",
    "pagerduty,403",
    "pagerduty,500"
  })
  void whatMayPass_isTriedAgain_whenTheOtherSideSays(String who, int status) throws Exception {
    assertThat(answered(format(who), status))
        .isEqualTo(
            new Delivery.Failed(
                "ops at localhost answered " + status, false, Duration.ofSeconds(30)));
  }

  @Test
  void a410_endsTheCalls_inEveryFormat_andA202IsTaken() throws Exception {
    for (WebhookFormat format : List.of(SLACK, TEAMS, PAGER_DUTY)) {
      assertThat(answered(format, 202)).isInstanceOf(Delivery.Delivered.class);
      try (var receiver = new Receiver(null)) {
        receiver.status.set(410);
        WebhookChannel channel = channel(format, receiver.port());
        for (int i = 0; i < 2; i++) {
          assertThat(channel.deliver(alert("s", "t", Map.of())))
              .isEqualTo(
                  new Delivery.Failed(
                      "ops at localhost answered 410 and is not called any more; another URL would"
                          + " be",
                      true,
                      null));
        }
        assertThat(receiver.calls).hasSize(1);
      }
    }
  }

  @Test
  void noSecretIsShown() {
    for (WebhookFormat format : List.of(SLACK, TEAMS, PAGER_DUTY)) {
      var hook = new Webhook("ops", URI.create("https://h.example/T0/hidden"), format, false);
      assertThat(hook + " " + hook.key() + " " + hook.format() + " " + List.of(hook))
          .doesNotContain("hidden", KEY);
    }
    for (String bad : List.of("", "short", KEY + "\n" + KEY, KEY + "0")) {
      assertThatThrownBy(() -> new WebhookFormat.PagerDuty(bad))
          .hasMessage("want one line, the 32 letters and digits of an integration key");
    }
  }

  private static WebhookFormat format(String who) {
    return switch (who) {
      case "slack" -> SLACK;
      case "teams" -> TEAMS;
      default -> PAGER_DUTY;
    };
  }

  private Delivery answered(WebhookFormat format, int status) throws Exception {
    try (var receiver = new Receiver(null)) {
      receiver.status.set(status);
      receiver.answerHeaders.put("Retry-After", "30");
      Delivery delivery = channel(format, receiver.port()).deliver(alert("s", "t", Map.of()));
      assertThat(receiver.calls).hasSize(1);
      return delivery instanceof Delivery.Failed(var reason, boolean permanent, _) && permanent
          ? new Delivery.Failed(reason, true, null)
          : delivery;
    }
  }
}
