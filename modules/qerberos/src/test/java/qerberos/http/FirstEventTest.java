package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Json;
import qerberos.ledger.TlogProof;
import qerberos.ledger.Trust;
import qerberos.ledger.VerifierKey;

/// The main job, over real HTTP: an event comes in, is found again, and is proved.
class FirstEventTest {
  @TempDir Path folder;

  @Test
  void anEventThatIsPosted_isReadBackAndProvedWithTheLogsKey() throws Exception {
    try (var service = RunningService.in(folder)) {
      String event = RunningService.event("first-1", "document.share", "did:squid:alice");
      var posted = service.post("/audit", service.admin, event);
      assertThat(posted.text()).contains("\"status\":\"ok\"");
      assertThat(posted.status()).isEqualTo(201);
      assertThat(posted.data().text("id")).isEqualTo("first-1");

      var read = service.get("/audit/first-1", service.admin);
      assertThat(read.status()).isEqualTo(200);
      assertThat(read.data().text("type")).isEqualTo("document.share");
      assertThat(read.data().object("details").text("ip")).isEqualTo("192.0.2.7");
      assertThat(read.data().text("source")).isEqualTo("token:admin");
      assertThat(read.data().text("cid")).isEqualTo(posted.data().text("cid"));

      var proof = service.get("/audit/first-1/proof", service.admin);
      assertThat(proof.header("Content-Type")).startsWith("text/plain");
      var entry = service.get("/audit/first-1/entry", service.admin);
      var keys = service.get("/log/keys", "");
      var trust =
          Trust.in(List.of(VerifierKey.parse(keys.text().lines().findFirst().orElseThrow())));
      var parsed = TlogProof.parse(proof.text().getBytes(StandardCharsets.UTF_8));
      assertThat(parsed.verify(entry.response().body(), trust).size()).isGreaterThan(0);
      assertThat(entry.text()).doesNotContain("192.0.2.7");
      assertThat(parsed.extra()).contains(entry.response().body());

      service.awaitIndexed();
      var found = service.get("/audit?type=document.share", service.admin);
      assertThat(found.data().get("totalCount")).isEqualTo(Json.of(1.0));
    }
  }
}
