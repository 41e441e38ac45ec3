package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.identity.Permission;
import qerberos.identity.Scope;

/// Maintenance and the evidence lock: what they stop, what they never stop, and how they end.
class SwitchesTest {
  private static final String MAINTENANCE = "/admin/maintenance";
  private static final String LOCK = "/admin/evidence-lock";
  private static final String ON = "{\"enabled\":true,\"reason\":\"update to 1.0.1\"}";
  private static final String OFF = "{\"enabled\":false}";

  @TempDir Path folder;

  @Test
  void inMaintenance_peopleWait_andProgramsRecord() throws Exception {
    try (var service = RunningService.in(folder)) {
      assertThat(put(service, MAINTENANCE, ON, "confirm").status()).isEqualTo(200);

      for (String path :
          List.of("/audit", "/audit/search", "/audit/stats", "/audit/verify", "/admin/tokens")) {
        Reply refused = service.get(path, service.admin);
        assertThat(refused.status()).as(path).isEqualTo(503);
        assertThat(refused.code()).isEqualTo("MAINTENANCE_MODE");
        assertThat(refused.json().text("message")).contains("update to 1.0.1");
        assertThat(refused.header("Retry-After")).matches("[1-9][0-9]*");
      }
      Reply recorded =
          service.post(
              "/audit", service.admin, RunningService.event("m1", "t.a", "did:squid:alice"));
      assertThat(recorded.status()).isEqualTo(201);
      for (String path :
          List.of("/health/ready", "/log/checkpoint", "/docs", "/openapi.json", MAINTENANCE)) {
        assertThat(service.get(path, service.admin).status()).as(path).isEqualTo(200);
      }
      Reply health = service.get("/health", "");
      assertThat(health.status()).isEqualTo(200);
      assertThat(health.json().get("maintenance")).isEqualTo(Json.of(true));
      assertThat(service.get("/metrics", service.admin).text())
          .contains("qerberos_maintenance_mode 1");

      assertThat(put(service, MAINTENANCE, OFF, "").status()).isEqualTo(200);
      assertThat(service.get("/audit/m1", service.admin).status()).isEqualTo(200);
      assertThat(service.get("/health", "").json().get("maintenance")).isNull();
      assertThat(types(service)).contains("maintenance.on", "maintenance.off");
    }
  }

  @Test
  void bypass_isForAdministratorsAlone() throws Exception {
    try (var service = RunningService.in(folder)) {
      String reader = service.token("reader", Scope.ALL, Permission.AUDIT_READ);
      assertThat(put(service, MAINTENANCE, ON, "confirm").status()).isEqualTo(200);

      String bypass = Restrictions.BYPASS;
      assertThat(service.get("/audit", service.admin, bypass, "yes").status()).isEqualTo(200);
      assertThat(service.get("/audit", reader, bypass, "yes").status()).isEqualTo(503);
      assertThat(service.get("/audit", "", bypass, "yes").status()).isEqualTo(401);
    }
  }

  @Test
  void whatIsNotUndoneEasily_wantsToBeConfirmed() throws Exception {
    try (var service = RunningService.in(folder)) {
      for (String words : List.of("", "yes")) {
        Reply refused = put(service, MAINTENANCE, ON, words);
        assertThat(refused.status()).isEqualTo(412);
        assertThat(refused.code()).isEqualTo("CONFIRMATION_REQUIRED");
      }
      assertThat(put(service, LOCK, ON, "").status()).isEqualTo(200);
      assertThat(put(service, LOCK, OFF, "").status()).isEqualTo(412);
      assertThat(put(service, LOCK, OFF, "confirm").status()).isEqualTo(200);
    }
  }

  @Test
  void badBodies_nameTheField() throws Exception {
    try (var service = RunningService.in(folder)) {
      for (var bad :
          List.of(
              List.of("{}", "enabled"),
              List.of("{\"enabled\":1}", "enabled"),
              List.of("{\"enabled\":true}", "reason"),
              List.of("{\"enabled\":true,\"reason\":\"r\",\"until\":\"soon\"}", "until"),
              List.of(
                  "{\"enabled\":true,\"reason\":\"r\",\"until\":\"2020-01-01T00:00:00Z\"}",
                  "until"),
              List.of("{\"enabled\":false,\"until\":\"2099-01-01T00:00:00Z\"}", "until"),
              List.of("{\"on\":true}", "on"))) {
        Reply refused = put(service, MAINTENANCE, bad.get(0), "confirm");
        assertThat(refused.status()).as(bad.get(0)).isEqualTo(400);
        assertThat(refused.json().text("message")).startsWith(bad.get(1) + ": ");
      }
    }
  }

  @Test
  void survivesARestart_andEndsByItself_asAnEvent() throws Exception {
    Instant until;
    try (var service = RunningService.in(folder)) {
      until = Instant.now().plus(Duration.ofSeconds(4));
      String body = ON.replace("}", ",\"until\":\"" + until + "\"}");
      assertThat(put(service, MAINTENANCE, body, "confirm").status()).isEqualTo(200);
    }
    try (var service = RunningService.in(folder)) {
      if (Instant.now().isBefore(until.minusSeconds(1))) {
        assertThat(service.get("/audit", service.admin).status()).isEqualTo(503);
      }
      while (service.get(MAINTENANCE, service.admin).data().get("until") != null) {
        Thread.sleep(100);
      }
      assertThat(Instant.now()).isAfter(until);
      assertThat(service.get("/audit", service.admin).status()).isEqualTo(200);
      assertThat(types(service)).contains("maintenance.off");
    }
  }

  @Test
  void underTheEvidenceLock_theKeysStay_andEventsAreTaken() throws Exception {
    try (var service = RunningService.in(folder)) {
      assertThat(put(service, LOCK, ON, "").status()).isEqualTo(200);

      Reply refused = service.post("/admin/keys/rotate", service.admin, "");
      assertThat(refused.status()).isEqualTo(423);
      assertThat(refused.code()).isEqualTo("EVIDENCE_LOCK");
      assertThat(
              service
                  .post(
                      "/audit", service.admin, RunningService.event("e1", "t.a", "did:squid:alice"))
                  .status())
          .isEqualTo(201);
      assertThat(service.get("/audit/e1", service.admin).status()).isEqualTo(200);

      assertThat(put(service, LOCK, OFF, "confirm").status()).isEqualTo(200);
      assertThat(service.post("/admin/keys/rotate", service.admin, "").status()).isEqualTo(200);
      assertThat(types(service)).contains("evidence_lock.on", "evidence_lock.off");
    }
  }

  @Test
  void lockedBySettings_nobodyUnlocks() throws Exception {
    try (var service =
        RunningService.in(
            folder,
            http -> http.withEvidenceLock(true).withAdminConfirmationPhrase("I mean it"),
            RunningService.WIDE,
            disk -> disk)) {
      assertThat(service.get(LOCK, service.admin).data().get("bySettings"))
          .isEqualTo(Json.of(true));
      assertThat(put(service, LOCK, OFF, "I mean it").status()).isEqualTo(423);
      assertThat(service.post("/admin/keys/rotate", service.admin, "").status()).isEqualTo(423);
      assertThat(put(service, MAINTENANCE, ON, "confirm").status()).isEqualTo(412);
      assertThat(put(service, MAINTENANCE, ON, "I mean it").status()).isEqualTo(200);
    }
  }

  private static Reply put(RunningService service, String path, String body, String words)
      throws Exception {
    var request =
        service
            .request(path, service.admin, "Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body));
    return service.send(words.isEmpty() ? request : request.header("X-Admin-Confirmation", words));
  }

  /// The types of what the service recorded about itself.
  private static List<String> types(RunningService service) throws Exception {
    Reply page = service.get("/audit?layer=qerberos&limit=100", service.admin);
    return page.data().get("events") instanceof Json.Arr(var events)
        ? events.stream().map(event -> String.valueOf(((Json.Obj) event).text("type"))).toList()
        : List.of();
  }
}
