package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.identity.Permission;
import qerberos.identity.Scope;

/// Every route and every code, over real HTTP.
class RoutesTest {
  @TempDir static Path folder;
  private static RunningService service;

  @BeforeAll
  static void start() throws Exception {
    service =
        RunningService.in(folder, settings -> settings, RunningService.WIDE, storage -> storage);
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  private static void indexed() throws Exception {
    service.awaitIndexed();
  }

  @Test
  void theSameEventTwice_isTheFirstIndexWith200() throws Exception {
    String event = RunningService.event("twice", "t.twice", "did:squid:alice");
    Reply first = service.post("/audit", service.admin, event);
    Reply second = service.post("/audit", service.admin, event);
    assertThat(first.status()).isEqualTo(201);
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.code()).isEqualTo("ALREADY_RECORDED");
    assertThat(second.data().get("index")).isEqualTo(first.data().get("index"));
    assertThat(second.data().text("cid")).isEqualTo(first.data().text("cid"));
  }

  @Test
  void theSameIdWithAnotherContent_is409() throws Exception {
    service.post(
        "/audit", service.admin, RunningService.event("other", "t.one", "did:squid:alice"));
    Reply reply =
        service.post(
            "/audit", service.admin, RunningService.event("other", "t.two", "did:squid:alice"));
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.code()).isEqualTo("CONFLICT");
    assertThat(reply.json().text("message")).contains("\"other\"");
  }

  @Test
  void idempotencyKey_makesASecondTryAddNothing_andAnotherEventAMismatch() throws Exception {
    String event =
        RunningService.event("x", "t.key", "did:squid:alice").replace("\"id\":\"x\",", "");
    Reply first = service.post("/audit", service.admin, event, "Idempotency-Key", "k1");
    Reply again = service.post("/audit", service.admin, event, "Idempotency-Key", "k1");
    Reply other =
        service.post(
            "/audit", service.admin, event.replace("t.key", "t.keys"), "Idempotency-Key", "k1");
    assertThat(first.status()).isEqualTo(201);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.data().text("id")).isEqualTo(first.data().text("id"));
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.code()).isEqualTo("IDEMPOTENCY_MISMATCH");
  }

  @Test
  void everyFaultIsNamed() throws Exception {
    Reply reply =
        service.post(
            "/audit", service.admin, "{\"type\":\"\",\"verdict\":\"MAYBE\",\"ref\":\"r\"}");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("VALIDATION_ERROR");
    String errors = String.valueOf(reply.json().object("details").get("errors"));
    assertThat(errors).contains("type", "verdict", "actor", "layer");
    assertThat(reply.json().get("retryable")).isEqualTo(Json.of(false));
    assertThat(reply.json().text("requestId")).isEqualTo(reply.header("X-Request-ID"));
  }

  @Test
  void ourOwnTypesAndActors_areRefusedFromOutside() throws Exception {
    for (String event :
        List.of(
            RunningService.event("o1", "notification.email", "did:squid:alice"),
            RunningService.event("o2", "alert.raised", "did:squid:alice"),
            RunningService.event("o3", "t", "system:qerberos"),
            RunningService.event("o4", "auth.login", "a").replace("application", "qerberos"))) {
      Reply reply = service.post("/audit", service.admin, event);
      assertThat(reply.status()).as(event).isEqualTo(400);
      assertThat(reply.text()).contains("reserved");
    }
  }

  @Test
  void theSourceIsTheCaller_whateverTheEventSays() throws Exception {
    String event =
        RunningService.event("src", "t.src", "did:squid:alice")
            .replace("\"id\"", "\"source\":\"somebody\",\"id\"");
    Reply posted = service.post("/audit", service.admin, event);
    if (posted.status() == 201) {
      assertThat(service.get("/audit/src", service.admin).data().text("source"))
          .isEqualTo("token:admin");
    } else {
      assertThat(posted.status()).isEqualTo(400);
      assertThat(posted.text()).contains("source");
    }
  }

  @Test
  void anArray_answersForEach() throws Exception {
    String body =
        "["
            + RunningService.event("a1", "t.array", "did:squid:alice")
            + ",{\"type\":\"t\"},"
            + RunningService.event("a2", "t.array", "did:squid:alice")
            + "]";
    Reply reply = service.post("/audit", service.admin, body);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.data().get("recorded")).isEqualTo(Json.of(2.0));
    assertThat(reply.data().get("refused")).isEqualTo(Json.of(1.0));
    assertThat(statuses(reply)).containsExactly(201.0, 400.0, 201.0);
  }

  @Test
  void aBatch_losesNoNeighbourOfABadLine_gzippedOrNot() throws Exception {
    String body =
        RunningService.event("b1", "t.batch", "did:squid:alice")
            + "\nnot json\n\n"
            + RunningService.event("b2", "t.batch", "did:squid:alice")
            + "\n"
            + RunningService.event("b1", "t.batch", "did:squid:alice")
            + "\n"
            + RunningService.event("b1", "t.other", "did:squid:alice")
            + "\n";
    Reply plain =
        service.post("/audit/batch", service.admin, body, "Content-Type", "application/x-ndjson");
    assertThat(plain.status()).isEqualTo(200);
    assertThat(statuses(plain)).containsExactly(201.0, 400.0, 201.0, 200.0, 409.0);
    assertThat(lines(plain)).containsExactly(1.0, 2.0, 4.0, 5.0, 6.0);
    Reply zipped =
        service.post(
            "/audit/batch",
            service.admin,
            gzip(body),
            "Content-Encoding",
            "gzip",
            "Content-Type",
            "application/x-ndjson");
    assertThat(statuses(zipped)).containsExactly(200.0, 400.0, 200.0, 200.0, 409.0);
  }

  @Test
  void waitIndexed_isFoundByTheNextSearch_andWaitProofBringsIt() throws Exception {
    Reply indexed =
        service.post(
            "/audit?wait=indexed",
            service.admin,
            RunningService.event("w1", "t.wait", "did:squid:alice"));
    assertThat(indexed.status()).isEqualTo(201);
    assertThat(service.get("/audit/search?q=type:t.wait", service.admin).data().get("totalCount"))
        .isEqualTo(Json.of(1.0));
    Reply proved =
        service.post(
            "/audit?wait=proof",
            service.admin,
            RunningService.event("w2", "t.wait2", "did:squid:alice"));
    assertThat(proved.data().text("proof")).startsWith("c2sp.org/tlog-proof@v1\n");
    assertThat(proved.data().object("signature").text("origin"))
        .isEqualTo(service.trail.ledger().origin());
  }

  @Test
  void searchFilters_narrowAndNameTheirMistakes() throws Exception {
    for (int i = 0; i < 5; i++) {
      service.post(
          "/audit",
          service.admin,
          RunningService.event("f" + i, "t.filter", "did:squid:f" + i % 2)
              .replace("\"ALLOW\"", i == 0 ? "\"DENY\"" : "\"ALLOW\""));
    }
    indexed();
    String base = "/audit?type=t.filter";
    assertThat(count(base)).isEqualTo(5);
    assertThat(count("/audit?action=t.filter&actor=did:squid:f0")).isEqualTo(3);
    assertThat(count(base + "&verdict=DENY")).isEqualTo(1);
    assertThat(count(base + "&q=details.ip:192.0.2.0/24")).isEqualTo(5);
    assertThat(count(base + "&q=-actor:%22did:squid:f0%22")).isEqualTo(2);
    assertThat(count(base + "&startDate=2020-01-01&endDate=2020-12-31")).isZero();
    assertThat(count(base + "&start=2020-01-01T00:00:00%2B02:00")).isEqualTo(5);
    for (String wrong :
        List.of(
            "verdict=MAYBE",
            "limit=0",
            "limit=1001",
            "limit=x",
            "offset=-1",
            "order=up",
            "startDate=yesterday",
            "colour=red",
            "q=(",
            "cursor=abc",
            "type=a&type=b",
            "start=2026-01-02&end=2026-01-01",
            "q=%ff")) {
      Reply reply = service.get("/audit?" + wrong, service.admin);
      assertThat(reply.status()).as(wrong).isEqualTo(400);
      String field = wrong.substring(0, wrong.indexOf('='));
      assertThat(reply.text())
          .contains("\"field\":\"" + (wrong.contains("end=") ? "endDate" : field));
    }
  }

  @Test
  void cursors_goThroughEverythingOnce() throws Exception {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 25; i++) {
      body.append(RunningService.event("c" + i, "t.cursor", "did:squid:alice")).append('\n');
    }
    service.post("/audit/batch", service.admin, body.toString());
    indexed();
    List<String> ids = new ArrayList<>();
    String cursor = "";
    int pages = 0;
    do {
      Reply page = service.get("/audit?type=t.cursor&limit=10" + cursor, service.admin);
      items(page, "events").forEach(event -> ids.add(event.text("id")));
      String next = page.data().text("nextCursor");
      assertThat(page.data().get("hasMore")).isEqualTo(Json.of(next != null));
      cursor = next == null ? "" : "&cursor=" + next;
      pages++;
      service.post("/audit", service.admin, RunningService.event("late" + pages, "t.cursor", "x"));
    } while (!cursor.isEmpty());
    assertThat(pages).isEqualTo(3);
    assertThat(ids).hasSize(25).doesNotHaveDuplicates().startsWith("c24").endsWith("c0");
  }

  @Test
  void prefixesAreOtherSpellings_andUnknownPathsAre404InTheEnvelope() throws Exception {
    for (String prefix : List.of("/api", "/api/v1", "/api/qerberos")) {
      assertThat(service.get(prefix + "/health", "").status()).isEqualTo(200);
      assertThat(service.get(prefix + "/audit?limit=1", service.admin).status()).isEqualTo(200);
    }
    for (String path : List.of("/", "/nothing", "/audit/", "/audit/x/y", "/apiary", "/health/x")) {
      Reply reply = service.get(path, service.admin);
      assertThat(reply.status()).as(path).isEqualTo(404);
      assertThat(reply.code()).isEqualTo("NOT_FOUND");
    }
    assertThat(service.get("/audit/no-such-id", service.admin).status()).isEqualTo(404);
    assertThat(service.get("/audit/no-such-id/proof", service.admin).status()).isEqualTo(404);
  }

  @Test
  void otherMethods_are405WithAllow() throws Exception {
    Reply reply =
        service.send(
            service
                .request("/audit", service.admin)
                .method("DELETE", HttpRequest.BodyPublishers.noBody()));
    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.code()).isEqualTo("METHOD_NOT_ALLOWED");
    assertThat(reply.header("Allow")).isEqualTo("GET, HEAD, OPTIONS, POST");
    Reply options =
        service.send(
            service.request("/audit", "").method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
    assertThat(options.status()).isEqualTo(204);
    Reply head =
        service.send(
            service.request("/health", "").method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.response().body()).isEmpty();
  }

  @Test
  void mediaTypesAndEncodingsWeDoNotKnow_are415() throws Exception {
    String event = RunningService.event("m1", "t.media", "did:squid:alice");
    for (String[] header :
        List.of(
            new String[] {"Content-Type", "image/png"},
            new String[] {"Content-Type", "application/json; charset=latin1"},
            new String[] {"Content-Encoding", "br"})) {
      Reply reply = service.post("/audit", service.admin, event, header[0], header[1]);
      assertThat(reply.status()).as(header[1]).isEqualTo(415);
      assertThat(reply.code()).isEqualTo("UNSUPPORTED_MEDIA_TYPE");
    }
    assertThat(
            service
                .post(
                    "/audit",
                    service.admin,
                    event,
                    "Content-Type",
                    "application/x-www-form-urlencoded")
                .status())
        .isEqualTo(201);
  }

  @Test
  void tooMuch_is413_plainOrExpanded() throws Exception {
    byte[] large = new byte[17 << 20];
    java.util.Arrays.fill(large, (byte) ' ');
    Reply plain = service.post("/audit/batch", service.admin, large);
    assertThat(plain.status()).isEqualTo(413);
    assertThat(plain.code()).isEqualTo("PAYLOAD_TOO_LARGE");
    Reply bomb =
        service.post(
            "/audit/batch",
            service.admin,
            gzip(new String(large, StandardCharsets.US_ASCII)),
            "Content-Encoding",
            "gzip");
    assertThat(bomb.status()).isEqualTo(413);
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 10_001; i++) {
      many.append("{}\n");
    }
    assertThat(service.post("/audit/batch", service.admin, many.toString()).status())
        .isEqualTo(413);
    String original = "\"original\":\"" + "o".repeat((1 << 20) + 1) + "\",\"id\"";
    Reply one =
        service.post(
            "/audit",
            service.admin,
            RunningService.event("large", "t.large", "a").replace("\"id\"", original));
    assertThat(one.status()).isEqualTo(413);
  }

  @Test
  void anOriginalOfAMegabyte_isKeptWhole() throws Exception {
    String original = "o".repeat(1 << 20);
    Reply posted =
        service.post(
            "/audit",
            service.admin,
            RunningService.event("orig", "t.orig", "a")
                .replace("\"id\"", "\"original\":\"" + original + "\",\"id\""));
    assertThat(posted.status()).isEqualTo(201);
    assertThat(service.get("/audit/orig", service.admin).data().text("original"))
        .isEqualTo(original);
  }

  @Test
  void health_hasTheRunbooksShape() throws Exception {
    Reply health = service.get("/health", "");
    assertThat(health.status()).isEqualTo(200);
    assertThat(health.json().text("status")).isIn("healthy", "degraded");
    assertThat(health.json().text("version")).isEqualTo("1.0.0");
    assertThat(health.json().text("timestamp")).endsWith("Z");
    for (String name : List.of("squid", "qonsent")) {
      Json.Obj one = health.json().object("dependencies").object(name);
      assertThat(one.text("status")).isIn("up", "degraded", "down");
      assertThat(one.get("latency")).isInstanceOf(Json.Num.class);
    }
    assertThat(service.get("/health/live", "").text()).contains("ALIVE");
    assertThat(service.get("/live", "").status()).isEqualTo(200);
    assertThat(service.get("/health/ready", "").text()).contains("READY");
    assertThat(service.get("/ready", "").status()).isEqualTo(200);
    assertThat(service.get("/health/detailed", "").status()).isEqualTo(401);
    Json.Obj detailed = service.get("/health/detailed", service.admin).json();
    assertThat(detailed.object("ledger").get("writable")).isEqualTo(Json.of(true));
    assertThat(detailed.object("pools").object("db").get("max")).isNotNull();
    assertThat(detailed.object("dependencies").object("database").text("status")).isEqualTo("up");
  }

  @Test
  void metrics_wantATokenAndSayWhatExists() throws Exception {
    assertThat(service.get("/metrics", "").status()).isEqualTo(401);
    service.post("/audit", service.admin, RunningService.event("me", "t.metric", "a"));
    Reply metrics = service.get("/metrics", service.admin);
    assertThat(metrics.status()).isEqualTo(200);
    assertThat(metrics.text())
        .contains(
            "qerberos_requests_total{",
            "qerberos_request_duration_seconds_bucket{",
            "le=\"0.5\"",
            "qerberos_active_connections",
            "qerberos_queue_depth{",
            "qerberos_build_info{",
            "qerberos_up_since_seconds",
            "qerberos_dependency_up{",
            "qerberos_dependency_latency_seconds{",
            "qerberos_db_pool_max",
            "qerberos_memory_utilization_ratio",
            "process_",
            "jvm_",
            "qerberos_auth_total{",
            "qerberos_audit_events_total{action=\"t.metric\",verdict=\"ALLOW\"}",
            "qerberos_audit_chain_valid",
            "qerberos_ledger_size",
            "qerberos_ledger_checkpoint_age_seconds",
            "qerberos_ledger_force_seconds",
            "qerberos_follower_lag_events{follower=\"index\"}");
    assertThat(
            service.get("/metrics", service.admin, "Accept", "application/openmetrics-text").text())
        .endsWith("# EOF\n");
  }

  @Test
  void verify_givesARangeOrTheLastResult_andBeginsForAdministrators() throws Exception {
    service.post("/audit?wait=proof", service.admin, RunningService.event("v1", "t.verify", "a"));
    Reply range = service.get("/audit/verify?from=0&to=1", service.admin);
    assertThat(range.status()).isEqualTo(200);
    assertThat(range.data().get("holds")).isEqualTo(Json.of(true));
    assertThat(service.get("/audit/verify?from=5&to=5", service.admin).status()).isEqualTo(400);
    assertThat(service.get("/audit/verify?from=0&to=100001", service.admin).status())
        .isEqualTo(400);
    assertThat(service.get("/audit/verify?from=0&to=99999", service.admin).status()).isEqualTo(400);
    String reader = service.token("verifier", Scope.ALL, Permission.AUDIT_READ);
    assertThat(service.post("/audit/verify", reader, "").status()).isEqualTo(403);
    Reply begun = service.post("/audit/verify", service.admin, "");
    assertThat(begun.status()).isEqualTo(202);
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    Json.Obj last = service.get("/audit/verify", reader).data();
    while (last.text("at") == null && System.nanoTime() < deadline) {
      Thread.sleep(50);
      last = service.get("/audit/verify", reader).data();
    }
    assertThat(last.get("holds")).isEqualTo(Json.of(true));
    assertThat(last.object("checkpoint").text("origin")).isEqualTo(service.trail.ledger().origin());
  }

  @Test
  void admin_issuesAndRevokesTokens_andEachActIsAnEvent() throws Exception {
    Reply issued =
        service.post(
            "/admin/tokens",
            service.admin,
            "{\"name\":\"shop\",\"permissions\":[\"qerberos:audit:write\"]}");
    assertThat(issued.status()).isEqualTo(201);
    String token = String.valueOf(issued.data().text("token"));
    assertThat(service.post("/audit", token, RunningService.event("s1", "t.shop", "a")).status())
        .isEqualTo(201);
    Reply refused = service.get("/audit", token);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.code()).isEqualTo("QONSENT_DENIED");
    assertThat(refused.text()).contains("qerberos:audit:read");
    assertThat(service.get("/admin/tokens", token).status()).isEqualTo(403);
    assertThat(service.get("/admin/tokens", service.admin).text()).doesNotContain(token);
    String id = issued.data().text("id");
    Reply revoked = service.send(service.request("/admin/tokens/" + id, service.admin).DELETE());
    assertThat(revoked.status()).isEqualTo(200);
    assertThat(service.post("/audit", token, RunningService.event("s2", "t.shop", "a")).status())
        .isEqualTo(401);
    Reply wrong = service.post("/admin/tokens", service.admin, "{\"permissions\":[\"all\"]}");
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.text()).contains("\"field\":\"name\"", "permissions[0]");
    assertThat(ours("token.create", 1)).isTrue();
    assertThat(ours("token.revoke", 1)).isTrue();
  }

  @Test
  void theKeysRotate_forAdministratorsAlone_underAnEvent() throws Exception {
    String reader = service.token("curious", Scope.ALL, Permission.AUDIT_READ);
    String before = service.get("/log/keys", "").text();
    assertThat(service.post("/admin/keys/rotate", reader, "").status()).isEqualTo(403);
    assertThat(service.get("/log/keys", "").text()).isEqualTo(before);
    Reply rotated = service.post("/admin/keys/rotate", service.admin, "");
    assertThat(rotated.status()).as(rotated.text()).isEqualTo(200);
    String after = service.get("/log/keys", "").text();
    assertThat(after.lines()).hasSize((int) before.lines().count() + 1);
    assertThat(after).endsWith(before);
    assertThat(rotated.text()).contains(after.lines().findFirst().orElseThrow());
    assertThat(ours("ledger.keys.rotate", 1)).isTrue();
  }

  @Test
  void loginsAndReads_areRecordedOncePerQuery() throws Exception {
    String reader = service.token("once", Scope.ALL, Permission.AUDIT_READ);
    service.get("/audit?type=t.none", reader, "User-Agent", "test/1");
    Reply page = service.get("/audit?limit=1", reader);
    service.get("/audit?limit=1&cursor=" + page.data().text("nextCursor"), reader);
    service.get("/audit/verify", reader);
    service.get("/log/checkpoint", reader);
    assertThat(ours("audit.read&actor=token:once", 2)).isTrue();
    assertThat(ours("auth.login&actor=token:once&verdict=ALLOW", 1)).isTrue();
    indexed();
    assertThat(count("/audit?type=audit.read&actor=token:once")).isEqualTo(2);
    Reply login = service.get("/audit?type=auth.login&actor=token:once", service.admin);
    assertThat(items(login, "events").getFirst().object("details").text("userAgent"))
        .isEqualTo("test/1");
  }

  @Test
  void reindex_servesMeanwhileAndFindsTheSameAfterwards() throws Exception {
    service.post("/audit", service.admin, RunningService.event("ri", "t.reindex", "a"));
    indexed();
    assertThat(service.post("/admin/reindex", service.admin, "").status()).isEqualTo(202);
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    Json.Obj now = service.get("/admin/reindex", service.admin).data();
    while (Json.of(true).equals(now.get("running")) && System.nanoTime() < deadline) {
      assertThat(count("/audit?type=t.reindex")).isEqualTo(1);
      now = service.get("/admin/reindex", service.admin).data();
    }
    assertThat(now.text("last")).isEqualTo("done");
    indexed();
    assertThat(count("/audit?type=t.reindex")).isEqualTo(1);
  }

  @Test
  void everyAnswerCarriesARequestIdAndSecurityHeaders() throws Exception {
    Reply ours = service.get("/health", "");
    assertThat(ours.header("X-Request-ID")).hasSize(36);
    Reply theirs = service.get("/nothing", "", "X-Request-ID", "abc-1");
    assertThat(theirs.header("X-Request-ID")).isEqualTo("abc-1");
    Reply hostile = service.get("/nothing", "", "X-Request-ID", "a b<script>");
    assertThat(hostile.header("X-Request-ID")).hasSize(36);
    for (Reply reply : List.of(ours, theirs)) {
      assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(reply.header("X-Frame-Options")).isEqualTo("DENY");
      assertThat(reply.header("Strict-Transport-Security")).as("plain HTTP").isEmpty();
      assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
    }
    Reply limited = service.get("/audit?limit=1", service.admin);
    for (String name :
        List.of(
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset",
            "RateLimit",
            "RateLimit-Policy")) {
      assertThat(limited.header(name)).as(name).isNotEmpty();
    }
  }

  /// Whether that many events of our own come to be found, within some seconds.
  private static boolean ours(String typeAndMore, long least) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (System.nanoTime() < deadline) {
      if (count("/audit/search?type=" + typeAndMore) >= least) {
        return true;
      }
      Thread.sleep(50);
    }
    return false;
  }

  private static long count(String path) throws Exception {
    Reply reply = service.get(path, service.admin);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.data().get("totalCount") instanceof Json.Num(double value) ? (long) value : -1;
  }

  private static List<Json.Obj> items(Reply reply, String name) {
    List<Json.Obj> items = new ArrayList<>();
    if (reply.data().get(name) instanceof Json.Arr(var all)) {
      all.forEach(one -> items.add((Json.Obj) one));
    }
    return items;
  }

  private static List<Double> statuses(Reply reply) {
    return numbers(reply, "status");
  }

  private static List<Double> lines(Reply reply) {
    return numbers(reply, "line");
  }

  private static List<Double> numbers(Reply reply, String name) {
    return items(reply, "results").stream()
        .map(one -> one.get(name) instanceof Json.Num(double value) ? value : -1.0)
        .toList();
  }

  private static byte[] gzip(String text) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }
}
