package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
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
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Hash;
import qerberos.ledger.Rfc6962;
import qerberos.ledger.SignedNote;

/// What is taken away: everything that matches at one size of the log, each row tied to it.
class AuditExportTest {
  @TempDir static Path folder;
  private static RunningService service;
  private static String writer;

  @BeforeAll
  static void start() throws Exception {
    service = RunningService.in(folder);
    writer = service.token("writer", Scope.OWN, Permission.AUDIT_WRITE, Permission.AUDIT_READ);
    var body = new StringBuilder();
    for (int i = 0; i < 2_500; i++) {
      String type = i % 3 == 0 ? "export.test" : i % 100 == 1 ? "rare.test" : "noise.test";
      body.append(RunningService.event("x-" + i, type, "did:squid:ada")).append('\n');
    }
    Reply reply =
        service.post(
            "/audit/batch", writer, body.toString(), "Content-Type", "application/x-ndjson");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  private static List<Json.Obj> rows(Reply reply) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    List<Json.Obj> rows = new ArrayList<>();
    for (String line : reply.text().split("\n")) {
      if (!line.isEmpty()) {
        rows.add((Json.Obj) AnyJson.read(line.getBytes(StandardCharsets.UTF_8)));
      }
    }
    return rows;
  }

  private static List<Json> items(Json.Obj object, String name) {
    return object.get(name) instanceof Json.Arr(var items) ? items : List.of();
  }

  private static long number(Json.Obj object, String name) {
    return object.get(name) instanceof Json.Num(var value) ? (long) value : -1;
  }

  @Test
  void everythingThatMatches_inTheOrderOfTheLog_andNothingElse() throws Exception {
    for (String[] each :
        List.of(new String[] {"export.test", "834"}, new String[] {"rare.test", "17"})) {
      Reply reply = service.get("/audit/export?actor=did:squid:ada&type=" + each[0], writer);
      assertThat(reply.header("Content-Type")).startsWith("application/x-ndjson");
      List<Json.Obj> rows = rows(reply);
      assertThat(rows).hasSize(Integer.parseInt(each[1]));
      assertThat(rows).allMatch(row -> each[0].equals(row.text("type")));
      assertThat(rows.stream().map(row -> number(row, "seq")).toList())
          .isSorted()
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void eachRow_standsInTheTreeUnderItsIndexAndLeafHash() throws Exception {
    Reply reply = service.get("/audit/export?type=rare.test", writer);
    for (Json.Obj row : rows(reply)) {
      Reply entry = service.get("/audit/" + row.text("id") + "/entry", writer);
      assertThat(entry.header("X-Leaf-Index")).isEqualTo(number(row, "seq") + "");
      assertThat(HexFormat.of().formatHex(Rfc6962.leafHash(entry.response().body()).bytes()))
          .isEqualTo(row.text("leafHash"));
      assertThat(row.object("signature").get("size"))
          .isEqualTo(Json.of(Double.parseDouble(reply.header("X-Log-Size"))));
    }
  }

  @Test
  void behindTheLastRowGot_atTheSameSize_comesTheRestOfTheSameFile() throws Exception {
    for (String format : List.of("ndjson", "csv")) {
      String query = "/audit/export?type=export.test&format=" + format;
      Reply whole = service.get(query, writer);
      String size = whole.header("X-Log-Size");
      service.post(
          "/audit", writer, RunningService.event("late-" + format, "export.test", "did:squid:bea"));
      String[] lines = whole.text().split("(?<=\n)");
      int cut = 500;
      String last = lines[cut - 1];
      String after =
          format.equals("csv")
              ? last.substring(0, last.indexOf(','))
              : String.valueOf(
                  number((Json.Obj) AnyJson.read(last.getBytes(StandardCharsets.UTF_8)), "seq"));
      Reply rest = service.get(query + "&size=" + size + "&after=" + after, writer);
      String first = String.join("", List.of(lines).subList(0, cut));
      assertThat(first + rest.text()).isEqualTo(whole.text());
    }
  }

  @Test
  void csvCells_areNeverFormulas() throws Exception {
    String event =
        RunningService.event("f-1", "formula.test", "did:squid:ada")
            .replace("document:42", "=HYPERLINK(\\\"http://x\\\",1)")
            .replace("partner", "a,\\\"b\\\"\\n@c");
    assertThat(service.post("/audit", writer, event).status()).isEqualTo(201);
    String text = service.get("/audit/export?type=formula.test&format=csv", writer).text();
    assertThat(text).startsWith("seq,leafHash,id,type,").endsWith("\r\n");
    assertThat(text).contains(",\"'=HYPERLINK(\"\"http://x\"\",1)\",");
    assertThat(text.split("\r\n")).hasSize(2);
    for (String bad : List.of("=1", "+1", "-1", "@x", "\tx", "\rx")) {
      assertThat(ExportFormat.safe(bad)).isEqualTo("\"'" + bad + "\"");
    }
    assertThat(ExportFormat.safe("a=1")).isEqualTo("a=1");
    assertThat(ExportFormat.safe("a\"b")).isEqualTo("\"a\"\"b\"");
    assertThat(ExportFormat.safe("")).isEmpty();
  }

  @Test
  void theManifest_saysWhatTheExportHolds_andProvesItselfAgainstAnOlderCheckpoint()
      throws Exception {
    byte[] note = service.get("/log/checkpoint", "").response().body();
    Checkpoint old = Checkpoint.parse(SignedNote.parse(note).text());
    assertThat(
            service
                .post("/audit?wait=proof", writer, RunningService.event("m", "m.test", "ada"))
                .status())
        .isEqualTo(201);
    Reply reply = service.get("/audit/export/manifest?type=rare.test&since=" + old.size(), writer);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    Json.Obj manifest = reply.data();
    assertThat(manifest.text("query")).isEqualTo("type:rare.test");
    assertThat(manifest.text("by")).isEqualTo("token:writer");
    assertThat(number(manifest, "count")).isEqualTo(17);
    Json.Obj log = manifest.object("log");
    Checkpoint signed =
        Checkpoint.parse(
            SignedNote.parse(
                    String.valueOf(manifest.text("checkpoint")).getBytes(StandardCharsets.UTF_8))
                .text());
    assertThat(signed.size()).isEqualTo(number(log, "size"));
    assertThat(signed.root().base64()).isEqualTo(log.text("root"));
    assertThat(signed.size()).isGreaterThan(old.size());
    List<Hash> proof = new ArrayList<>();
    for (Json hash : items(manifest, "consistency")) {
      proof.add(Hash.fromBase64(((Json.Str) hash).value()));
    }
    assertThat(
            Rfc6962.verifyConsistency(old.size(), signed.size(), proof, old.root(), signed.root()))
        .isTrue();
    Reply older = service.get("/audit/export/manifest?type=rare.test&size=" + old.size(), writer);
    assertThat(older.data().object("log").text("root")).isEqualTo(old.root().base64());
  }

  @Test
  void anExport_isRecordedOnce_howeverOftenItGoesOn() throws Exception {
    String reader = service.token("taker", Scope.ALL, Permission.AUDIT_READ);
    Reply first = service.get("/audit/export?type=rare.test&format=csv", reader);
    String size = first.header("X-Log-Size");
    for (int i = 0; i < 3; i++) {
      Reply more =
          service.get("/audit/export?type=rare.test&format=csv&after=10&size=" + size, reader);
      assertThat(more.status()).isEqualTo(200);
    }
    service.awaitIndexed();
    Reply found = service.get("/audit?type=audit.export&actor=token:taker", service.admin);
    assertThat(found.data().get("totalCount")).isEqualTo(Json.of(1.0));
    Json.Obj details = ((Json.Obj) items(found.data(), "events").getFirst()).object("details");
    assertThat(details.text("query")).isEqualTo("type:rare.test");
    assertThat(details.text("format")).isEqualTo("csv");
    assertThat(details.get("size")).isEqualTo(Json.of(Double.parseDouble(size)));
  }

  @Test
  void whatIsWrong_isNamed() throws Exception {
    for (String[] bad :
        List.of(
            new String[] {"?format=pdf", "format: \"pdf\", want ndjson or csv"},
            new String[] {"?size=99999999", "size: 99999999, the published log has "},
            new String[] {"?after=99999999", "after: 99999999, want -1.."},
            new String[] {"?after=x", "after: \"x\""},
            new String[] {"?limit=3", "limit: unknown parameter"},
            new String[] {"?q=(", "q: "},
            new String[] {"/manifest?since=99999999", "since: 99999999, the published log has "},
            new String[] {"/manifest?format=csv", "format: unknown parameter"})) {
      Reply reply = service.get("/audit/export" + bad[0], writer);
      assertThat(reply.status()).as(bad[0]).isEqualTo(400);
      assertThat(reply.json().text("message")).startsWith(bad[1]);
    }
    assertThat(service.get("/audit/export", "").status()).isEqualTo(401);
  }

  @Test
  void exports_stayOutOfTheHistogram() throws Exception {
    Reply ignored = service.get("/audit/export?type=rare.test", writer);
    String scraped = new String(service.metrics.scrape("").body(), StandardCharsets.UTF_8);
    assertThat(scraped).doesNotContain("duration_seconds_count{route=\"/audit/export\"}");
  }
}
