package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is done to the service itself, and the events of it.
class ActsTest {
  private static final String TOKEN =
      "{\"name\":\"shop\",\"permissions\":[\"qerberos:audit:read\"],\"scope\":\"own\"}";

  @TempDir Path folder = Path.of(".");

  private void endBetween(String method, String path, String body) throws Exception {
    int status = EndsBetween.run(folder, EndsBetween.ACT, method, path, body);
    assertThat(status).as(Files.readString(folder.resolve("out"))).isEqualTo(EndsBetween.KILLED);
  }

  private static void assertOnce(RunningService service, String type, String actor)
      throws Exception {
    assertThat(service.get("/audit?type=" + type, service.admin).text())
        .as(type)
        .contains("\"totalCount\":1,")
        .contains(actor);
    assertThat(service.state.outbox().all()).isEmpty();
  }

  @Test
  void killedBetweenActAndEvent_eventIsThereAfterTheNextStart() throws Exception {
    endBetween("POST", "/admin/tokens", TOKEN);
    String id;
    try (var service = RunningService.in(folder)) {
      assertOnce(service, "token.create", "token:admin");
      String tokens = service.get("/admin/tokens", service.admin).text();
      Matcher found = Pattern.compile("\"id\":\"([0-9a-f]{12})\"").matcher(tokens);
      assertThat(found.find()).as(tokens).isTrue();
      id = found.group(1);
    }
    endBetween("DELETE", "/admin/tokens/" + id, "");
    endBetween("PUT", "/admin/blocks/did:squid:mallory", "{\"reason\":\"x\"}");
    try (var service = RunningService.in(folder)) {
      assertOnce(service, "token.create", "token:admin");
      assertOnce(service, "token.revoke", id);
      assertOnce(service, "identity.block", "did:squid:mallory");
      assertThat(service.get("/admin/tokens", service.admin).text()).contains("\"revokedAt\":\"");
      assertThat(service.get("/admin/blocks", service.admin).text()).contains("mallory");
    }
    endBetween("DELETE", "/admin/blocks/did:squid:mallory", "");
    try (var service = RunningService.in(folder)) {
      assertOnce(service, "identity.unblock", "did:squid:mallory");
      assertThat(service.get("/admin/blocks", service.admin).text()).doesNotContain("mallory");
    }
  }

  @Test
  void anotherListOfIdentities_isAnEvent_andSoIsOneThatChangedWhileNobodyLooked() throws Exception {
    String query = "/audit?type=config.identities.changed";
    try (var service = RunningService.in(folder)) {
      assertThat(service.get(query, service.admin).text()).contains("\"totalCount\":0,");
      Files.writeString(
          folder.resolve("config/identities.yaml"),
          "identities:\n  - squidId: did:squid:alice\n  - squidId: did:squid:dave\n");
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (service.get(query, service.admin).text().contains("\"totalCount\":0,")
          && System.nanoTime() < deadline) {
        Thread.sleep(50);
      }
      assertThat(service.get(query, service.admin).text())
          .contains("\"totalCount\":1,")
          .contains("\"added\":[\"did:squid:dave\"]")
          .contains("\"removed\":[\"did:squid:bob\",\"did:squid:carol\",\"did:squid:dora\"]")
          .contains("\"changed\":[\"did:squid:alice\"]")
          .contains("\"grants\":{}");
    }
    // The next one finds the lists as they were at first.
    try (var service = RunningService.in(folder)) {
      assertThat(service.get(query, service.admin).text())
          .contains("\"totalCount\":2,")
          .contains("\"removed\":[\"did:squid:dave\"]");
    }
    try (var service = RunningService.in(folder)) {
      assertThat(service.get(query, service.admin).text()).contains("\"totalCount\":2,");
    }
  }

  @Test
  void whatChangedNothing_isNoEvent() throws Exception {
    try (var service = RunningService.in(folder)) {
      for (String path : new String[] {"/admin/blocks/did:squid:nobody", "/admin/tokens/0123"}) {
        assertThat(service.send(service.request(path, service.admin).DELETE()).status())
            .isEqualTo(404);
      }
      assertThat(service.get("/audit?type=identity.unblock", service.admin).text())
          .contains("\"totalCount\":0,");
      assertThat(service.state.outbox().all()).isEmpty();
    }
  }

  @Test
  void whileTheLedgerTakesNothing_theActIsDone_andItsEventIsThereAfterTheNextStart()
      throws Exception {
    var failing = new AtomicBoolean();
    try (var service =
        RunningService.in(
            folder,
            UnaryOperator.identity(),
            RunningService.WIDE,
            disk -> new DiskThatFails(disk, failing))) {
      failing.set(true);
      assertThat(service.post("/admin/tokens", service.admin, TOKEN).status()).isEqualTo(201);
      assertThat(service.state.outbox().all()).hasSize(1);
      failing.set(false);
    }
    try (var service = RunningService.in(folder)) {
      assertOnce(service, "token.create", "token:admin");
    }
  }
}
