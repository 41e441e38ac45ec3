package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.notice.Channel;
import qerberos.notice.Delivery;
import qerberos.notice.Message;

/// Alerts from outside, tickets, and what there is to read, over HTTP.
class NotificationsTest {
  private static final String ALERT = "/notifications/admin-alert";

  @TempDir static Path folder;
  private static RunningService service;
  private static String alerts;
  private static String alice;
  private static String bob;

  @BeforeAll
  static void start() throws Exception {
    service = RunningService.in(folder);
    alerts = Files.readString(service.data().resolve("secrets/alerts.token")).strip();
    alice = service.login("alice");
    bob = service.login("bob");
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  /// As Alertmanager 0.25 was seen to send it, with another fingerprint and status.
  private static String alertmanager(String fingerprint, String status) {
    return """
    {"receiver":"cerberus","status":"firing","alerts":[{"status":"%s","labels":{"alertname":\
    "ServiceDown","cluster":"lab","env":"test","instance":"127.0.0.1:1","job":"dead","severity":\
    "critical"},"annotations":{"description":"v=0","runbook_url":"https://example.invalid/rb#down",\
    "summary":"Service <b>127.0.0.1:1</b> is down & out"},"startsAt":"2026-11-21T22:56:05.119Z",\
    "endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://vm:19090/graph?g0.expr=up\\u0026g0.tab=1",\
    "fingerprint":"%s"}],"groupLabels":{"alertname":"ServiceDown"},"commonLabels":{},\
    "commonAnnotations":{},"externalURL":"http://vm:19093","version":"4","groupKey":\
    "{}:{alertname=\\"ServiceDown\\"}","truncatedAlerts":0}\
    """
        .formatted(status, fingerprint);
  }

  private static Reply told(String body) throws Exception {
    Reply reply = service.post(ALERT, alerts, body, "Content-Type", "application/json");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply;
  }

  private static Json.Obj first(Reply reply) {
    return objects(reply, "alerts").getFirst();
  }

  /// The objects of a list in an answer.
  private static List<Json.Obj> objects(Reply reply, String name) {
    if (reply.data().get(name) instanceof Json.Arr(var items)) {
      return items.stream().map(one -> (Json.Obj) one).toList();
    }
    throw new AssertionError("no " + name + " in " + reply.text());
  }

  private static Reply patch(String id, String token, String body) throws Exception {
    return service.send(
        service
            .request("/audit/support-tickets/" + id, token, "Content-Type", "application/json")
            .method("PATCH", BodyPublishers.ofString(body)));
  }

  private static String ticket(String token, String subject, String message) throws Exception {
    Reply made =
        service.post(
            "/notifications/support-ticket",
            token,
            "{\"subject\":\"" + subject + "\",\"message\":\"" + message + "\"}");
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    return String.valueOf(made.data().text("id"));
  }

  private static String events(String ref) throws Exception {
    service.awaitIndexed();
    return service.get("/audit?order=oldest&ref=" + ref, service.admin).text();
  }

  @Test
  void d1_whatAlertmanagerSends_isTaken_onceForEachChange() throws Exception {
    Json.Obj fired = first(told(alertmanager("24c953dccd4d33f7", "firing")));
    assertThat(fired.text("change")).isEqualTo("fired");
    Reply again = told(alertmanager("24c953dccd4d33f7", "firing"));
    assertThat(first(again).text("change")).isEqualTo("repeated");
    assertThat(again.text()).contains("\"accepted\":0,\"duplicates\":1,");
    assertThat(first(told(alertmanager("24c953dccd4d33f7", "resolved"))).text("change"))
        .isEqualTo("resolved");
    String all = events("alert:" + fired.text("id"));
    assertThat(all)
        .contains("\"totalCount\":2,", "\"system:alertmanager\"", "\"notification.admin_alert\"")
        .contains("\"verdict\":\"WARN\"", "\"verdict\":\"ALLOW\"", "\"severity\":\"critical\"");
    assertThat(all.indexOf("\"status\":\"firing\""))
        .isPositive()
        .isLessThan(all.indexOf("\"status\":\"resolved\""));
  }

  @Test
  void aTicketSentAgainUnderItsKey_isTheSameTicket() throws Exception {
    String body = "{\"subject\":\"Once\",\"message\":\"and not twice\"}";
    String path = "/notifications/support-ticket";
    Reply made = service.post(path, bob, body, "Idempotency-Key", "k1");
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    String id = String.valueOf(made.data().text("id"));
    Reply noted =
        service.send(
            service
                .request(path + "/" + id, service.admin, "Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString("{\"note\":\"I look\"}")));
    assertThat(noted.status()).as("under its other name").isEqualTo(200);
    Reply again = service.post(path, bob, body, "Idempotency-Key", "k1");
    assertThat(again.status()).as(again.text()).isEqualTo(200);
    assertThat(again.code()).isEqualTo("ALREADY_RECORDED");
    assertThat(again.data().text("id")).isEqualTo(id);
    assertThat(again.text()).contains("I look");
    Reply other = service.post(path, bob, body.replace("twice", "thrice"), "Idempotency-Key", "k1");
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.code()).isEqualTo("CONFLICT");
    Reply alices = service.post(path, alice, body, "Idempotency-Key", "k1");
    assertThat(alices.status()).as("another caller's key is another").isEqualTo(201);
    assertThat(service.post(path, bob, body, "Idempotency-Key", "").status()).isEqualTo(400);
    assertThat(events("ticket:" + id)).contains("\"totalCount\":2,");
  }

  @Test
  void textThatIsNoWholeText_isTakenOrRefused_andBreaksNothing() throws Exception {
    for (String odd :
        List.of("half \\ud800", "\\u0001".repeat(5_000), "\ud83d\ude00".repeat(5_000))) {
      Reply reply =
          service.post(
              "/notifications/support-ticket",
              bob,
              "{\"subject\":\"s\",\"message\":\"" + odd + "\"}");
      assertThat(reply.status()).as(reply.text()).isIn(201, 400);
    }
  }

  @Test
  void metricsSay_whatWasTold_andWhatTicketsThereAre() throws Exception {
    String ignored = ticket(bob, "Measured", "once");
    Json.Obj fired = first(told(alertmanager("measured", "firing")));
    assertThat(fired.text("change")).isEqualTo("fired");
    String metrics = service.get("/metrics", service.admin).text();
    assertThat(metrics)
        .containsPattern(
            "qerberos_admin_alerts_total\\{severity=\"critical\",status=\"firing\"\\} [1-9]")
        .containsPattern("qerberos_support_tickets\\{status=\"open\"\\} [1-9]")
        .contains("qerberos_maintenance_mode 0", "qerberos_db_pool_max ")
        .contains("qerberos_dependency_up{dependency=\"database\"} 1")
        .contains("qerberos_dependency_latency_seconds{dependency=\"database\"} ");
  }

  @Test
  void metricsSay_whatWentOut(@TempDir Path elsewhere) throws Exception {
    Channel taking =
        new Channel() {
          @Override
          public String name() {
            return "email";
          }

          @Override
          public Delivery deliver(Message message) {
            return new Delivery.Delivered("250 taken");
          }
        };
    try (var other = RunningService.telling(elsewhere, List.of(taking))) {
      Reply told = other.post(ALERT, other.admin, alertmanager("out", "firing"));
      assertThat(told.status()).isEqualTo(200);
      String delivered = "qerberos_notifications_total{channel=\"email\",result=\"delivered\"} 1.0";
      String metrics = "";
      for (int i = 0; i < 600 && !metrics.contains(delivered); i++) {
        Thread.sleep(20);
        metrics = other.get("/metrics", other.admin).text();
      }
      assertThat(metrics)
          .contains(delivered, "result=\"failed\"} 0.0", "result=\"given_up\"} 0.0")
          .contains("qerberos_notification_backlog{channel=\"email\"} 0.0")
          .contains("qerberos_dependency_up{dependency=\"smtp\"} 1.0");
    }
  }

  @ParameterizedTest
  @CsvSource({"'',401", "guess,401", "alice,403", "audit,403", "admin,200"})
  void d2_onlyATokenWithThePermission_mayTell(String who, int status) throws Exception {
    String token =
        switch (who) {
          case "alice" -> alice;
          case "admin" -> service.admin;
          case "audit" -> service.token("audit-" + status, Scope.ALL, Permission.AUDIT_WRITE);
          default -> who;
        };
    Reply reply = service.post(ALERT, token, alertmanager("d2" + who, "firing"));
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
  }

  @Test
  void d21_textIsKeptAsItCame_andEscapedWhereItIsWritten() throws Exception {
    Json.Obj fired = first(told(alertmanager("d21", "firing")));
    String raw = "Service <b>127.0.0.1:1</b> is down & out";
    Reply known = service.get(ALERT + "?status=firing", service.admin);
    assertThat(objects(known, "alerts").stream().map(one -> one.text("summary"))).contains(raw);
    assertThat(known.text()).doesNotContain("<b>", "&amp;");
    assertThat(events("alert:" + fired.text("id"))).contains("\\u003cb\\u003e");

    String subject = "1 < 2 &amp; 'x' \u202e";
    String id = ticket(alice, subject, "<script>alert(1)</script>");
    Reply shown = service.get("/audit/support-tickets/" + id, alice);
    assertThat(shown.data().text("subject")).isEqualTo(subject);
    assertThat(shown.data().text("message")).isEqualTo("<script>alert(1)</script>");
    assertThat(shown.text()).doesNotContain("<script>", "\u202e");
  }

  @Test
  void theSmallForm_isTaken_andTheSameKeyIsTheSameAlert() throws Exception {
    String small = "{\"summary\":\"%s\",\"severity\":\"warning\"}".formatted("s".repeat(4_000));
    for (String change : List.of("fired", "repeated")) {
      Reply reply = service.post(ALERT, alerts, small, "Idempotency-Key", "k1");
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
      assertThat(first(reply).text("change")).isEqualTo(change);
    }
    assertThat(first(told(small)).text("change")).isEqualTo("fired");
    assertThat(first(told(small)).text("change")).as("without a key").isEqualTo("fired");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{|400",
        "''|400",
        "[]|422",
        "{\"alerts\":1}|422",
        "{\"alerts\":[1]}|422",
        "{\"text\":\"x\"}|422",
        "{\"alerts\":[{}]}|200",
        "{\"alerts\":[]}|200"
      })
  void codes_areThoseOfTheContract(String body, int status) throws Exception {
    assertThat(service.post(ALERT, alerts, body).status()).isEqualTo(status);
  }

  @Test
  void moreThanFiveMegabytes_isTooMuch_andASummaryOfFourIsNot() throws Exception {
    String long4 = "{\"summary\":\"" + "x".repeat(4 << 20) + "\"}";
    assertThat(service.post(ALERT, alerts, long4).status()).isEqualTo(200);
    assertThat(service.post(ALERT, alerts, "x".repeat((5 << 20) + 1)).status()).isEqualTo(413);
  }

  @Test
  void withTheStateDown_alertsAreToldToComeBack(@TempDir Path elsewhere) throws Exception {
    try (var other = RunningService.in(elsewhere)) {
      String token = Files.readString(other.data().resolve("secrets/alerts.token")).strip();
      other.state.close();
      Reply reply = other.post(ALERT, token, alertmanager("down", "firing"));
      assertThat(reply.status()).as(reply.text()).isEqualTo(503);
      assertThat(reply.header("Retry-After")).isNotEmpty();
    }
  }

  @Test
  void aTicket_goesFromOpenToClosed_withNotesAndHistory_eachStepAnEvent() throws Exception {
    String id = ticket(alice, "Help", "It hurts");
    Reply taken =
        patch(
            id,
            service.admin,
            "{\"status\":\"in_progress\",\"assignee\":\"did:squid:bob\",\"note\":\"I look\"}");
    assertThat(taken.status()).as(taken.text()).isEqualTo(200);
    assertThat(taken.data().text("assignee")).isEqualTo("did:squid:bob");
    assertThat(patch(id, service.admin, "{\"status\":\"closed\"}").status()).isEqualTo(200);
    Reply wrong = patch(id, service.admin, "{\"status\":\"resolved\"}");
    assertThat(wrong.status()).isEqualTo(409);
    assertThat(wrong.json().text("message"))
        .isEqualTo("status: closed cannot become resolved, want open");
    assertThat(patch(id, service.admin, "{\"status\":\"closed\"}").json().text("message"))
        .isEqualTo("it was like that already");

    Reply shown = service.get("/audit/support-tickets/" + id, alice);
    assertThat(objects(shown, "history")).hasSize(3);
    assertThat(shown.text()).contains("\"note\":\"I look\"", "\"status\":\"closed\"");
    String all = events("ticket:" + id);
    assertThat(all).contains("support.ticket.create", "\"from\":\"in_progress\"");
    assertThat(all.split("support.ticket.update", -1)).hasSizeGreaterThanOrEqualTo(3);
    assertThat(all).as("who may see the event reads it").contains("It hurts", "I look");
    for (long i = 0; i < service.trail.ledger().size(); i++) {
      assertThat(new String(service.trail.events().read(i).leaf(), StandardCharsets.UTF_8))
          .as("what people wrote is in no leaf")
          .doesNotContain("hurts", "I look");
    }

    Reply heard = service.get("/notifications", alice);
    assertThat(heard.text()).contains(id, "\"status\":\"in_progress\"", "\"content\":\"I look\"");
  }

  @Test
  void ticketsOfOthers_areNotThere_norAreTheirNotifications() throws Exception {
    String id = ticket(alice, "Mine", "alone");
    assertThat(service.get("/audit/support-tickets/" + id, bob).status()).isEqualTo(404);
    assertThat(service.get("/audit/support-tickets", bob).text()).doesNotContain(id);
    assertThat(service.get("/audit/support-tickets", service.admin).text()).contains(id);
    assertThat(patch(id, bob, "{\"status\":\"closed\"}").status())
        .as("no permission")
        .isEqualTo(403);
    String own = service.token("own", Scope.OWN, Permission.ALERTS_MANAGE);
    assertThat(patch(id, own, "{\"status\":\"closed\"}").status()).as("not theirs").isEqualTo(404);

    assertThat(patch(id, service.admin, "{\"note\":\"for alice\"}").status()).isEqualTo(200);
    assertThat(service.get("/notifications", bob).text()).doesNotContain("for alice");
    List<Json.Obj> hers = objects(service.get("/notifications", alice), "notifications");
    String notice = String.valueOf(hers.getLast().text("id"));
    String read = "/notifications/" + notice + "/read";
    assertThat(service.post(read, bob, "").status()).isEqualTo(404);
    assertThat(service.get("/notifications", alice).text())
        .contains("\"user_id\":\"did:squid:alice\"");
    assertThat(service.post(read, alice, "").status()).isEqualTo(200);
    List<Json.Obj> after = objects(service.get("/notifications", alice), "notifications");
    assertThat(after.getLast().text("read_at")).isNotNull();
  }

  @Test
  void notificationsGoOnFromAPlace_andOperatorsReadTheAlerts() throws Exception {
    Reply before = service.get("/notifications?limit=1000", service.admin);
    String since = before.text().replaceAll(".*\"next\":(\\d+).*", "$1");
    String id = String.valueOf(first(told(alertmanager("cursor", "firing"))).text("id"));
    Reply after = service.get("/notifications?since=" + since, service.admin);
    assertThat(after.text())
        .contains("\"alert\":\"" + id + "\"", "\"user_id\":\"group:operators\"");
    assertThat(objects(after, "notifications")).hasSize(1);
    assertThat(service.get("/notifications", alice).text()).doesNotContain(id);
    assertThat(service.get(ALERT, alice).status()).isEqualTo(403);
    String own = service.token("own-alerts", Scope.OWN, Permission.ALERTS_READ);
    assertThat(service.get(ALERT, own).status()).isEqualTo(403);
    assertThat(service.get("/notifications", own).text()).doesNotContain(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"subject\":\"\",\"message\":\"m\"}",
        "{\"subject\":\"s\"}",
        "{\"subject\":1,\"message\":\"m\"}",
        "{\"subject\":\"s\",\"message\":\"a\\u0000b\"}",
        "{\"subject\":\"s\",\"message\":\"m\",\"status\":\"closed\"}",
        "["
      })
  void aTicketThatIsNone_isRefusedWithTheField(String body) throws Exception {
    Reply reply = service.post("/notifications/support-ticket", alice, body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.text()).contains("\"field\":");
  }

  @Test
  void aTicketAsLongAsItMayBe_isTaken_oneCharacterMore_isNot() throws Exception {
    String id = ticket(bob, "😀".repeat(120), "\\u00e9".repeat(5_000));
    assertThat(service.get("/audit/support-tickets/" + id, bob).data().text("message"))
        .isEqualTo("é".repeat(5_000));
    String longer = "{\"subject\":\"s\",\"message\":\"" + "x".repeat(5_001) + "\"}";
    assertThat(service.post("/notifications/support-ticket", bob, longer).status()).isEqualTo(400);
    assertThat(service.post("/notifications/support-ticket", "", "{}").status()).isEqualTo(401);
  }
}
