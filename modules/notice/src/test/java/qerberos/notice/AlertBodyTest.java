package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qerberos.event.Json;
import qerberos.event.Rfc3339;

class AlertBodyTest {
  private static Json.Obj labels(String... pairs) {
    Json.Obj all = Json.EMPTY;
    for (int i = 0; i < pairs.length; i += 2) {
      all = all.with(pairs[i], Json.of(pairs[i + 1]));
    }
    return all;
  }

  private static Json.Obj firing() {
    return Json.EMPTY
        .with("status", Json.of("firing"))
        .with("labels", labels("alertname", "Down", "instance", "i:1", "severity", "critical"))
        .with("annotations", labels("summary", "i:1 is down", "description", "v=0"))
        .with("startsAt", Json.of("2026-11-21T22:56:05.119Z"))
        .with("endsAt", Json.of("0001-01-01T00:00:00Z"))
        .with("generatorURL", Json.of(""))
        .with("fingerprint", Json.of("24c953dccd4d33f7"));
  }

  private static Json.Obj body(Json... alerts) {
    return Json.EMPTY
        .with("version", Json.of("4"))
        .with("status", Json.of("firing"))
        .with("groupKey", Json.of("{}:{}"))
        .with("notification_reason", Json.of("a later version says why"))
        .with("alerts", new Json.Arr(List.of(alerts)));
  }

  private static List<Alert> alerts(Json body) {
    return ((AlertBody.Alerts) AlertBody.of(body, "k")).alerts();
  }

  @Test
  void whatAlertmanagerSends_isTakenAsItIs() {
    assertThat(alerts(body(firing())))
        .containsExactly(
            new Alert(
                "24c953dccd4d33f7",
                Instant.parse("2026-11-21T22:56:05.119Z"),
                AlertStatus.FIRING,
                Severity.CRITICAL,
                "i:1 is down",
                "alertmanager",
                Map.of(
                    "alertname", "Down",
                    "instance", "i:1",
                    "description", "v=0",
                    "groupKey", "{}:{}")));
  }

  @Test
  void eachAlertHasAStatusOfItsOwn_whateverStandsAbove() {
    Json.Obj over = firing().with("status", Json.of("resolved")).with("fingerprint", Json.of("b"));
    assertThat(alerts(body(firing(), over)).stream().map(Alert::status))
        .containsExactly(AlertStatus.FIRING, AlertStatus.RESOLVED);
  }

  @Test
  void theSameBeginning_isTheSameAlert_anotherOneIsNot() {
    Alert one = alerts(body(firing())).getFirst();
    Alert over = alerts(body(firing().with("status", Json.of("resolved")))).getFirst();
    Json.Obj later = firing().with("startsAt", Json.of("2026-11-21T22:56:05.119000001Z"));
    assertThat(over.id()).isEqualTo(one.id());
    assertThat(alerts(body(later)).getFirst().id()).isNotEqualTo(one.id());
  }

  @Test
  void anAlertThatSaysNothingOfItself_isStillOne() {
    Alert alert = alerts(body(Json.EMPTY)).getFirst();
    assertThat(alert.summary()).isEqualTo("an alert without a name");
    assertThat(alert.severity()).isEqualTo(Severity.WARNING);
    assertThat(alert.startsAt()).isEqualTo(Instant.EPOCH);
    assertThat(alert.fingerprint()).startsWith("labels:");
  }

  @Test
  void withoutSummary_theNameOfTheRuleIsIt() {
    Json.Obj bare = firing().with("annotations", Json.EMPTY);
    assertThat(alerts(body(bare)).getFirst().summary()).isEqualTo("Down");
  }

  @Test
  void longTexts_areShortened_neverInTheMiddleOfACharacter() {
    Json.Obj annotations = labels("summary", "😀".repeat(500), "description", "d".repeat(100_000));
    Alert alert = alerts(body(firing().with("annotations", annotations))).getFirst();
    assertThat(alert.summary()).isEqualTo("😀".repeat(179) + "…");
    assertThat(alert.fields().get("description")).hasSize(2_000).endsWith("d…");
  }

  @Test
  void textStaysAsItCame_butForTheOneCharacterThatCannotBeKept() {
    Json.Obj annotations = labels("summary", "<b>&amp; \u202e\u0000 'quoted'</b>");
    assertThat(alerts(body(firing().with("annotations", annotations))).getFirst().summary())
        .isEqualTo("<b>&amp; \u202e\ufffd 'quoted'</b>");
  }

  @Test
  void alertsThatWereLeftOut_areOneMore() {
    List<Alert> alerts = alerts(body(firing()).with("truncatedAlerts", Json.of(7)));
    assertThat(alerts).hasSize(2);
    assertThat(alerts.getLast().summary()).startsWith("7 more alerts");
    assertThat(alerts.getLast().id())
        .as("told again")
        .isEqualTo(alerts(body(firing()).with("truncatedAlerts", Json.of(9))).getLast().id());
  }

  @ParameterizedTest
  @CsvSource({
    "critical,CRITICAL",
    "page,CRITICAL",
    "Error,CRITICAL",
    "high,CRITICAL",
    "fatal,CRITICAL",
    "emergency,CRITICAL",
    "warn,WARNING",
    "sev-2,WARNING",
    "warning,WARNING",
    "medium,WARNING",
    "info,INFO",
    "none,INFO",
    "'',WARNING"
  })
  void severity_isWhatOthersCallIt(String label, Severity severity) {
    Json.Obj one = firing().with("labels", labels("severity", label));
    assertThat(alerts(body(one)).getFirst().severity()).isEqualTo(severity);
  }

  @Test
  void theSmallForm_isOneAlert() {
    Json.Obj small = labels("summary", "s".repeat(200), "severity", "critical");
    Alert alert = alerts(small).getFirst();
    assertThat(alert.summary()).hasSize(180);
    assertThat(alert.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(alert.source()).isEqualTo("monitoring");
    assertThat(alert.id()).as("sent again").isEqualTo(alerts(small).getFirst().id());
    assertThat(((AlertBody.Alerts) AlertBody.of(small, "other")).alerts().getFirst().id())
        .isNotEqualTo(alert.id());
  }

  @Test
  void whatIsNeither_saysWhatIsMissing() {
    List<String> reasons = new ArrayList<>();
    for (Json none :
        List.of(
            Json.of("x"),
            Json.EMPTY,
            labels("summary", " "),
            Json.EMPTY.with("alerts", new Json.Arr(List.of(Json.of(1)))))) {
      reasons.add(((AlertBody.Neither) AlertBody.of(none, "k")).reason());
    }
    assertThat(reasons)
        .containsExactly(
            "want a JSON object",
            "want alerts as Alertmanager sends them, or a summary",
            "want alerts as Alertmanager sends them, or a summary",
            "alerts[0]: want a JSON object");
  }

  @Test
  void changes_areThoseOfTheState() {
    assertThat(AlertChange.of(null, AlertStatus.FIRING)).isEqualTo(AlertChange.FIRED);
    assertThat(AlertChange.of(null, AlertStatus.RESOLVED)).isEqualTo(AlertChange.RESOLVED);
    assertThat(AlertChange.of(AlertStatus.FIRING, AlertStatus.FIRING))
        .isEqualTo(AlertChange.REPEATED);
    assertThat(AlertChange.of(AlertStatus.FIRING, AlertStatus.RESOLVED))
        .isEqualTo(AlertChange.RESOLVED);
    assertThat(AlertChange.of(AlertStatus.RESOLVED, AlertStatus.RESOLVED))
        .isEqualTo(AlertChange.REPEATED);
    assertThat(AlertChange.of(AlertStatus.RESOLVED, AlertStatus.FIRING))
        .isEqualTo(AlertChange.FIRED_AGAIN);
  }

  /// Any value, of any type, where another one was expected.
  private static Json any(SplittableRandom random, int depth) {
    return switch (random.nextInt(depth > 2 ? 5 : 7)) {
      case 0 -> Json.NULL;
      case 1 -> Json.of(random.nextBoolean());
      case 2 -> Json.of(random.nextBoolean() ? 1e300 : random.nextInt(-3, 3));
      case 3 ->
          Json.of(List.of("", "resolved", "\u0000", "x".repeat(3_000)).get(random.nextInt(4)));
      case 4 ->
          Json.of(List.of("9999-12-31T23:59:59.9Z", "0000-01-01T00:00:00Z").get(random.nextInt(2)));
      case 5 -> new Json.Arr(List.of(any(random, depth + 1)));
      default -> {
        Json.Obj all = firing();
        for (String name :
            List.of("status", "labels", "annotations", "startsAt", "fingerprint", "generatorURL")) {
          all = random.nextInt(3) == 0 ? all.with(name, any(random, depth + 1)) : all;
        }
        yield all;
      }
    };
  }

  @Test
  void whateverIsSent_isAlertsThatCanBeKept_orNeither() {
    long seed = System.nanoTime();
    System.out.println("AlertBodyTest seed " + seed);
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      Json.Obj body = body(any(random, 0), any(random, 0));
      for (String name : List.of("status", "groupKey", "truncatedAlerts", "summary", "alerts")) {
        body = random.nextInt(6) == 0 ? body.with(name, any(random, 0)) : body;
      }
      switch (AlertBody.of(body, "k")) {
        case AlertBody.Neither(var reason) -> assertThat(reason).contains("want");
        case AlertBody.Alerts(var alerts) -> {
          for (Alert alert : alerts) {
            String all = alert.fingerprint() + alert.summary() + alert.source() + alert.fields();
            assertThat(all).as("seed %d", seed).doesNotContain("\u0000");
            assertThat(alert.summary().length()).isBetween(1, 180);
            assertThat(Rfc3339.write(alert.startsAt())).hasSize(30);
          }
        }
      }
    }
  }
}
