package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.bus.Topic;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.identity.IssuedToken;
import qerberos.identity.NewToken;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.state.Telling;

/// The bus over HTTP, as consumers without Redis use it.
class BusStreamTest {
  @TempDir Path folder = Path.of(".");
  private RunningService service;

  @BeforeEach
  void start() throws Exception {
    service = RunningService.in(folder);
  }

  @AfterEach
  void stop() throws Exception {
    service.close();
  }

  private StreamReader stream(Topic topic, String query, String token, String... headers)
      throws Exception {
    return new StreamReader(service.request("/bus/" + topic.text() + query, token, headers).GET());
  }

  @Test
  void everyEntry_isAMessage_andGoingOnLosesAndDoublesNone() throws Exception {
    for (int i = 0; i < 5; i++) {
      post("before-" + i);
    }
    long at = 0;
    String last;
    try (var stream = stream(Topic.AUDIT_LOGGED, "?from=0", service.admin)) {
      for (StreamReader.Event one : stream.next(3)) {
        assertThat(one.id()).isEqualTo(Long.toString(at));
        assertThat(one.json().text("id")).isEqualTo("q.qerberos.audit.logged.v1:" + at++);
      }
      last = Long.toString(at - 1);
    }
    post("after");
    long size = service.trail.ledger().size();
    try (var stream = stream(Topic.AUDIT_LOGGED, "", service.admin, "Last-Event-ID", last)) {
      for (StreamReader.Event one : stream.next((int) (size - at))) {
        assertThat(one.id()).isEqualTo(Long.toString(at));
        Json.Obj payload = one.json().object("payload");
        assertThat(payload.object("log").text("origin")).isEqualTo(service.trail.ledger().origin());
        assertThat(one.data()).doesNotContain("192.0.2.7");
        at++;
      }
    }
  }

  @Test
  void alerts_areToldOnTopicsOfTheirOwn() throws Exception {
    try (var created = stream(Topic.ALERT_CREATED, "", service.admin);
        var updated = stream(Topic.ALERT_UPDATED, "", service.admin)) {
      for (String status : List.of("firing", "firing", "resolved")) {
        Reply told = service.post("/notifications/admin-alert", service.admin, alert(status));
        assertThat(told.status()).isEqualTo(200);
      }
      Json.Obj fires = created.next().json();
      assertThat(fires.object("payload").text("title")).isEqualTo("It burns");
      assertThat(fires.object("payload").text("priority")).isEqualTo("urgent");
      Json.Obj over = updated.next().json();
      assertThat(over.object("payload").text("status")).isEqualTo("resolved");
      assertThat(over.text("correlationId")).isEqualTo(fires.text("correlationId"));
      assertThat(created.isEmpty()).isTrue();
    }
  }

  @Test
  void whoMayNoMore_isLetGo() throws Exception {
    var wanted = new NewToken("consumer", Set.of(Permission.AUDIT_READ), Scope.ALL, null);
    IssuedToken made = service.gate.tokens().make(wanted, "test");
    service.gate.tokens().issue(made, Telling.NOTHING);
    try (var stream = stream(Topic.ALERT_CREATED, "?from=0", made.text())) {
      assertThat(stream.status).isEqualTo(200);
      Reply revoked =
          service.send(
              service.request("/admin/tokens/" + made.stored().id(), service.admin).DELETE());
      assertThat(revoked.status()).isEqualTo(200);
      assertThat(stream.next().data()).isEqualTo("{\"reason\":\"access\"}");
    }
  }

  @Test
  void whatIsWrong_isNamed() throws Exception {
    String topic = "/bus/" + Topic.AUDIT_LOGGED.text();
    assertThat(service.get("/bus/q.qerberos.nothing.v1", service.admin).status()).isEqualTo(404);
    assertThat(service.get(topic + "?type=a", service.admin).status()).isEqualTo(400);
    assertThat(service.get(topic + "?from=999", service.admin).json().text("message"))
        .startsWith("from: 999, the log has ");
    assertThat(service.get(topic, "").status()).isEqualTo(401);
  }

  @Test
  void schemas_areForEverybody() throws Exception {
    assertThat(service.get("/schemas", "").json().get("schemas"))
        .isInstanceOfSatisfying(
            Json.Arr.class, all -> assertThat(all.items()).hasSize(Topic.values().length));
    for (Topic topic : Topic.values()) {
      Reply schema = service.get("/schemas/" + topic.schemaName(), "");
      assertThat(schema.text()).isEqualTo(new String(topic.schema(), StandardCharsets.UTF_8));
      assertThat(schema.header("Content-Type")).isEqualTo("application/schema+json");
    }
    assertThat(service.get("/schemas/q.json", "").status()).isEqualTo(404);
  }

  private void post(String id) throws Exception {
    Reply posted =
        service.post("/audit", service.admin, RunningService.event(id, "a.b", "did:squid:x"));
    assertThat(posted.status()).isEqualTo(201);
  }

  private static String alert(String status) {
    return """
    {"alerts":[{"status":"%s","labels":{"alertname":"Trouble","severity":"critical"},\
    "annotations":{"summary":"It burns"},"startsAt":"2026-11-24T10:00:00Z",\
    "fingerprint":"f1"}]}\
    """
        .formatted(status);
  }
}
