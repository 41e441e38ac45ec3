package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.intake.AnyJson;
import qerberos.ledger.TlogProof;
import qerberos.ledger.Trust;

/// A page whose events carry their proofs, and what a stranger makes of it.
class PageProofsTest {
  @TempDir static Path folder;
  private static RunningService service;

  @BeforeAll
  static void start() throws Exception {
    service = RunningService.in(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  private static void post(String token, String type, int events) throws Exception {
    var lines = new StringBuilder();
    for (int i = 0; i < events; i++) {
      lines.append(RunningService.event(type + i, type, "did:squid:x")).append('\n');
    }
    assertThat(service.post("/audit/batch", token, lines.toString()).status()).isEqualTo(200);
  }

  private static List<Json.Obj> events(Reply page) {
    List<Json.Obj> events = new ArrayList<>();
    if (page.data().get("events") instanceof Json.Arr(var items)) {
      items.forEach(item -> events.add((Json.Obj) item));
    }
    return events;
  }

  private static long number(Json.Obj proof) {
    return proof.get("index") instanceof Json.Num(var index) ? (long) index : -1;
  }

  /// The lines of the file, from what the page says.
  private static String file(Json.Obj event, String checkpoint) {
    Json.Obj proof = event.object("proof");
    var lines = new StringBuilder("c2sp.org/tlog-proof@v1\nextra ").append(proof.text("extra"));
    lines.append("\nindex ").append(number(proof)).append('\n');
    if (proof.get("hashes") instanceof Json.Arr(var hashes)) {
      hashes.forEach(hash -> lines.append(((Json.Str) hash).value()).append('\n'));
    }
    return lines.append('\n').append(checkpoint).toString();
  }

  @Test
  void everyEventOfAPage_isProvenUnderItsOneCheckpoint() throws Exception {
    post(service.admin, "t.proven", 130);
    Reply page = service.get("/audit?type=t.proven&proof=true", service.admin);
    assertThat(page.status()).as(page.text()).isEqualTo(200);
    String checkpoint = String.valueOf(page.data().text("checkpoint"));
    Trust trust = Trust.in(service.trail.ledger().keys());
    List<Json.Obj> events = events(page);
    assertThat(events).hasSize(100);
    for (Json.Obj event : events) {
      String text = file(event, checkpoint);
      TlogProof proof = TlogProof.parse(text.getBytes(StandardCharsets.UTF_8));
      assertThat(proof).hasToString(text);
      byte[] leaf = proof.extra().orElseThrow();
      proof.verify(leaf, trust);
      Json.Obj inLeaf = (Json.Obj) AnyJson.read(leaf);
      assertThat(inLeaf.text("id")).isEqualTo(event.text("id"));
      assertThat(event.get("seq")).isEqualTo(event.object("proof").get("index"));
      leaf[leaf.length / 2] ^= 1;
      assertThatThrownBy(() -> proof.verify(leaf, trust)).isInstanceOf(Trust.Refused.class);
    }
    String cursor = String.valueOf(page.data().text("nextCursor"));
    Reply rest = service.get("/audit?type=t.proven&proof=true&cursor=" + cursor, service.admin);
    assertThat(events(rest)).hasSize(30).allMatch(event -> event.object("proof") != null);
  }

  @Test
  void withoutProof_nothingOfItIsThere() throws Exception {
    post(service.admin, "t.plain", 2);
    for (String proof : List.of("", "&proof=false", "&proof=")) {
      assertThat(service.get("/audit?type=t.plain" + proof, service.admin).text())
          .doesNotContain("\"proof\"", "\"checkpoint\"", "\"hashes\"");
    }
    Reply none = service.get("/audit?type=t.nothing&proof=true", service.admin);
    assertThat(none.text()).contains("\"events\":[],\"totalCount\":0,");
  }

  @Test
  void moreThanAHundredOnAPage_isAClearMistake() throws Exception {
    Reply reply = service.get("/audit?proof=true&limit=101", service.admin);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().text("message"))
        .isEqualTo("limit: \"101\", want 1..100 together with proof=true");
    Reply unclear = service.get("/audit?proof=yes", service.admin);
    assertThat(unclear.status()).isEqualTo(400);
    assertThat(unclear.json().text("message")).isEqualTo("proof: want true or false");
  }

  @Test
  void aTenantsProofs_areOnesOwn() throws Exception {
    String red = service.token("red", Scope.OWN, Permission.AUDIT_WRITE, Permission.AUDIT_READ);
    String blue = service.token("blue", Scope.OWN, Permission.AUDIT_WRITE, Permission.AUDIT_READ);
    post(red, "t.red", 5);
    post(blue, "t.blue", 5);
    List<Json.Obj> seen = events(service.get("/audit?q=type:t.*&proof=true", red));
    assertThat(seen).hasSize(5);
    for (Json.Obj event : seen) {
      byte[] leaf = Base64.getDecoder().decode(event.object("proof").text("extra"));
      assertThat(new String(leaf, StandardCharsets.UTF_8))
          .contains("t.red", "token:red")
          .doesNotContain("blue");
    }
  }
}
