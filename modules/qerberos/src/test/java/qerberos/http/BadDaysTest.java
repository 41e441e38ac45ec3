package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Verdict;
import qerberos.http.RunningService.Reply;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.ledger.Appended;
import qerberos.ledger.Verification;
import qerberos.settings.LimitSettings;
import qerberos.trail.Prepared;

/// A disk that stops, a process that starts again, an index that is gone, a caller who is too fast.
class BadDaysTest {
  @TempDir Path folder;

  @Test
  void aLedgerThatStopped_answers503_readsGoOn_andAfterARestartAllIsThere() throws Exception {
    AtomicBoolean failing = new AtomicBoolean();
    try (var service =
        RunningService.in(
            folder, http -> http, RunningService.WIDE, disk -> new DiskThatFails(disk, failing))) {
      assertThat(service.post("/audit?wait=proof", service.admin, event("before")).status())
          .isEqualTo(201);
      failing.set(true);
      Reply refused = service.post("/audit", service.admin, event("during"));
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("SERVICE_UNAVAILABLE");
      assertThat(refused.header("Retry-After")).isNotEmpty();
      Reply batch = service.post("/audit/batch", service.admin, event("during") + "\n");
      assertThat(batch.status()).isEqualTo(503);
      assertThat(batch.header("Retry-After")).isNotEmpty();
      Reply health = service.get("/health", "");
      assertThat(health.status()).isEqualTo(503);
      assertThat(health.json().text("status")).isEqualTo("unhealthy");
      assertThat(service.get("/health/ready", "").status()).isEqualTo(503);
      assertThat(service.get("/health/live", "").status()).isEqualTo(200);
      assertThat(service.get("/audit/before", service.admin).status()).isEqualTo(200);
      assertThat(service.get("/audit/before/proof", service.admin).status()).isEqualTo(200);
      assertThat(service.get("/audit?limit=1", service.admin).status()).isEqualTo(200);
      assertThat(service.get("/log/checkpoint", "").status()).isEqualTo(200);
      Reply rotate = service.post("/admin/keys/rotate", service.admin, "");
      assertThat(rotate.status()).isEqualTo(409);
      assertThat(rotate.code()).isEqualTo("LOG_NOT_SOUND");
      assertThat(service.get("/log/keys", "").text().lines()).hasSize(1);
    } catch (IOException e) {
      // closing a ledger whose disk failed may say so
    }
    failing.set(false);
    try (var service = RunningService.in(folder)) {
      assertThat(service.get("/audit/before", service.admin).status()).isEqualTo(200);
      Reply again = service.post("/audit", service.admin, event("during"));
      assertThat(again.status()).isIn(200, 201);
      assertThat(readsRecorded(service)).as("reads recorded later").isTrue();
    }
  }

  /// The reads of the time when nothing could be written were recorded at the next start.
  private static boolean readsRecorded(RunningService service) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (System.nanoTime() < deadline) {
      Reply reply = service.get("/audit?type=audit.read&limit=100", service.admin);
      if (reply.text().contains("id:before")) {
        return true;
      }
      Thread.sleep(50);
    }
    return false;
  }

  @Test
  void aRestart_keepsEverything_andADeletedIndexIsBuiltAgain() throws Exception {
    String checkpoint;
    try (var service = RunningService.in(folder)) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 700; i++) {
        lines.append(event("e" + i)).append('\n');
      }
      assertThat(
              service.post("/audit/batch?wait=indexed", service.admin, lines.toString()).status())
          .isEqualTo(200);
      checkpoint = service.get("/log/checkpoint", "").text();
    }
    for (boolean deleted : List.of(false, true)) {
      if (deleted) {
        delete(folder.resolve("data/index"));
      }
      try (var service = RunningService.in(folder)) {
        assertThat(service.get("/log/checkpoint", "").text().lines().findFirst())
            .isEqualTo(checkpoint.lines().findFirst());
        Reply one = service.get("/audit/e699", service.admin);
        assertThat(one.status()).isEqualTo(200);
        assertThat(one.data().object("details").text("ip")).isEqualTo("192.0.2.7");
        service.awaitIndexed();
        Reply found = service.get("/audit?type=bad.day", service.admin);
        assertThat(found.data().get("totalCount")).isEqualTo(Json.of(700.0));
        assertThat(service.post("/audit", service.admin, event("e3")).status()).isEqualTo(200);
        Verification range = service.selfCheck.range(0, 700);
        assertThat(range).isInstanceOf(Verification.Holds.class);
      }
    }
  }

  @Test
  void theFirstAnswerAboutOurHealth_isThatAllIsWell() throws Exception {
    try (var service = RunningService.in(folder)) {
      Reply health = service.get("/health", "");
      assertThat(health.json().text("status")).as(health.text()).isEqualTo("healthy");
    }
  }

  /// Names are written for 65,536 entries at a time, so the log must have that many.
  @Test
  void theSelfCheck_findsANameThatWasChanged_andARestartStillKnows() throws Exception {
    Json.Obj found;
    try (var service = RunningService.in(folder)) {
      fill(service, 66_000);
      Path names = folder.resolve("data/ledger/ids");
      awaitFile(names);
      assertThat(verified(service).get("holds")).isEqualTo(Json.of(true));
      flipABit(names);
      found = verified(service);
      assertThat(found.get("holds")).isEqualTo(Json.of(false));
      assertThat(String.valueOf(found.get("damages"))).contains("ids/");
    }
    try (var service = RunningService.in(folder)) {
      assertThat(service.get("/audit/verify", service.admin).data()).isEqualTo(found);
      assertThat(service.get("/metrics", service.admin).text())
          .contains("qerberos_audit_chain_valid 0");
    }
  }

  private static void fill(RunningService service, int count) throws Exception {
    List<Prepared> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      EventDraft draft =
          EventDraft.builder()
              .type("t")
              .ref("r")
              .actor("a", null, null)
              .layer("l")
              .verdict(Verdict.ALLOW)
              .build();
      some.add(service.trail.appending().prepare("filler", draft, null));
      if (some.size() == 5_000 || i == count - 1) {
        assertThat(service.trail.appending().append(some))
            .allMatch(answer -> answer instanceof Appended.At);
        some.clear();
      }
    }
  }

  private static void awaitFile(Path folder) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (run(folder).isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(50);
    }
  }

  private static Optional<Path> run(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".run")).findFirst();
    }
  }

  private static void flipABit(Path folder) throws IOException {
    try (var file = new RandomAccessFile(run(folder).orElseThrow().toFile(), "rw")) {
      long at = file.length() / 2;
      file.seek(at);
      int before = file.read();
      file.seek(at);
      file.write(before ^ 1);
    }
  }

  /// Begins a verification of the whole log and returns how it ended.
  private static Json.Obj verified(RunningService service) throws Exception {
    String before = String.valueOf(service.get("/audit/verify", service.admin).data().text("at"));
    assertThat(service.post("/audit/verify", service.admin, "").status()).isEqualTo(202);
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < deadline) {
      Json.Obj now = service.get("/audit/verify", service.admin).data();
      if (now.get("running") == null && now.text("at") != null && !before.equals(now.text("at"))) {
        return now;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("the verification did not end");
  }

  @Test
  void aDamagedIndex_isBuiltAgain() throws Exception {
    try (var service = RunningService.in(folder)) {
      service.post("/audit?wait=indexed", service.admin, event("d1"));
    }
    try (Stream<Path> files = Files.walk(folder.resolve("data/index"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.getFileName().toString().startsWith("segments")) {
          Files.write(file, new byte[] {1, 2, 3});
        }
      }
    }
    try (var service = RunningService.in(folder)) {
      service.awaitIndexed();
      assertThat(service.get("/audit?type=bad.day", service.admin).data().get("totalCount"))
          .isEqualTo(Json.of(1.0));
    }
  }

  @Test
  void whoeverIsTooFast_isToldWhenToComeBack_eventsAndRequestsApart() throws Exception {
    var narrow = new LimitSettings(5, 10, 10, 60_000, 5, 10, 10, 10, 10, 10, 6);
    try (var service = RunningService.in(folder, http -> http, narrow, disk -> disk)) {
      String writer = service.token("writer", Scope.OWN, Permission.AUDIT_WRITE);
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        statuses.add(service.post("/audit", writer, event("l" + i)).status());
      }
      assertThat(statuses).contains(201, 429);
      Reply last = service.post("/audit/batch", writer, (event("x") + "\n").repeat(5));
      if (last.status() == 429) {
        assertThat(last.code()).isEqualTo("RATE_LIMIT_EXCEEDED");
        assertThat(last.header("Retry-After")).isNotEmpty();
      }
      List<Integer> reads = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        reads.add(service.get("/audit?limit=1", service.admin).status());
      }
      assertThat(reads).startsWith(200).endsWith(429);
      List<Integer> strangers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        strangers.add(service.get("/audit", "").status());
      }
      assertThat(strangers).startsWith(401).endsWith(429);
      assertThat(service.get("/health", "").status()).isEqualTo(200);
      assertThat(service.get("/metrics", service.admin).status()).isEqualTo(200);
      List<Integer> tiles = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        tiles.add(service.get("/log/checkpoint", "").status());
      }
      assertThat(tiles).as("the log's files, apart").startsWith(200, 200, 200).endsWith(429);
      Reply tooMany = service.get("/log/keys", "");
      assertThat(tooMany.code()).isEqualTo("RATE_LIMIT_EXCEEDED");
      assertThat(tooMany.header("Retry-After")).isNotEmpty();
      assertThat(tooMany.header("RateLimit-Policy")).isEqualTo("\"log\";q=6;w=60");
    }
  }

  /// What was acknowledged is found by whoever asks next, however often that happens.
  @Test
  void aSearchRightAfterAPost_findsTheEvent() throws Exception {
    try (var service = RunningService.in(folder)) {
      for (int i = 0; i < 60; i++) {
        assertThat(service.post("/audit", service.admin, event("own-" + i)).status())
            .isEqualTo(201);
        Reply found = service.get("/audit?limit=1&q=id:own-" + i, service.admin);
        assertThat(found.data().get("totalCount")).as("own-" + i).isEqualTo(Json.of(1.0));
      }
    }
  }

  @Test
  void aStopUnderLoad_losesNothingItAcknowledged() throws Exception {
    ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
    List<Thread> senders = new ArrayList<>();
    try (var service = RunningService.in(folder)) {
      for (int s = 0; s < 4; s++) {
        String name = "s" + s + "-";
        senders.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        for (int i = 0; i < 100_000; i++) {
                          String id = name + i;
                          if (service.post("/audit", service.admin, event(id)).status() == 201) {
                            acknowledged.add(id);
                          }
                        }
                      } catch (IOException | InterruptedException e) {
                        // the end of the service
                      }
                    }));
      }
      Thread.sleep(700);
      service.api.close();
    }
    for (Thread sender : senders) {
      sender.join();
    }
    assertThat(acknowledged).isNotEmpty();
    try (var service = RunningService.in(folder)) {
      for (String id : acknowledged) {
        assertThat(service.get("/audit/" + id, service.admin).status()).as(id).isEqualTo(200);
      }
    }
  }

  private static String event(String id) {
    return RunningService.event(id, "bad.day", "did:squid:alice");
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
