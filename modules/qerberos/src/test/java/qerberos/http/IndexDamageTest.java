package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.query.EventIndex;
import qerberos.query.IndexSettings;
import qerberos.trail.TrailReader;

/// An index that is gone, hurt, of another log or forged: it is found out and built again, and what
/// is answered is always what stands in the log.
class IndexDamageTest {
  private static final int EVENTS = 90;

  @TempDir Path folder;
  private Path index;

  @BeforeEach
  void aLogAndItsIndex() throws Exception {
    index = folder.resolve("data/index");
    fill(folder, EVENTS, "");
  }

  private static void fill(Path folder, int events, String mark) throws Exception {
    try (var service = RunningService.in(folder)) {
      var lines = new StringBuilder();
      for (int i = 0; i < events; i++) {
        String actor = i % 3 == 0 ? "did:squid:alice" : "did:squid:bob";
        String type = i % 3 == 0 ? "first" : "second";
        lines.append(RunningService.event("e" + i + mark, mark + type, actor)).append('\n');
      }
      Reply reply = service.post("/audit/batch?wait=indexed", service.admin, lines.toString());
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }
  }

  /// Starts, and compares answers with what is in the log.
  private void assertRight(String what) throws Exception {
    try (var service = RunningService.in(folder)) {
      assertRight(service, what);
      assertThat(service.trail.search().wrongHits()).as(what).isZero();
    }
  }

  private static void assertRight(RunningService service, String what) throws Exception {
    assertThat(
            service
                .trail
                .search()
                .awaitIndexed(service.trail.ledger().size(), Duration.ofSeconds(20)))
        .as(what)
        .isTrue();
    for (String type : List.of("first", "second")) {
      Reply found = service.get("/audit?type=" + type + "&limit=1000&facets=actor", service.admin);
      assertThat(found.status()).as(what).isEqualTo(200);
      int right = type.equals("first") ? EVENTS / 3 : EVENTS * 2 / 3;
      String actor = type.equals("first") ? "did:squid:alice" : "did:squid:bob";
      assertThat(events(found))
          .as(what)
          .hasSize(right)
          .allMatch(event -> type.equals(event.text("type")));
      assertThat(found.text())
          .as(what)
          .contains(
              "\"totalCount\":" + right + ",",
              "\"facets\":{\"actor\":[{\"value\":\"" + actor + "\",\"count\":" + right + "}]}");
    }
  }

  private static List<Json.Obj> events(Reply page) {
    List<Json.Obj> events = new ArrayList<>();
    if (page.data().get("events") instanceof Json.Arr(var items)) {
      items.forEach(item -> events.add((Json.Obj) item));
    }
    return events;
  }

  private List<Path> files(Path of) throws IOException {
    try (Stream<Path> all = Files.walk(of)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.endsWith("write.lock"))
          .sorted()
          .toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(
            file,
            to.resolve(from.relativize(file).toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> all = Files.walk(tree)) {
        for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  @Test
  void anUnhurtIndex_isNotBuiltAgain() throws Exception {
    List<Path> before = files(index);
    assertRight("unhurt");
    assertThat(files(index)).containsAll(segments(before));
  }

  private static List<Path> segments(List<Path> files) {
    return files.stream().filter(file -> file.getFileName().toString().startsWith("_")).toList();
  }

  @Test
  void deleted_isBuiltAgain() throws Exception {
    delete(index);
    assertRight("deleted");
    // Its file that names the one in use, and its folder, each alone.
    Files.delete(index.resolve("current"));
    assertRight("current deleted");
    delete(index.resolve("1"));
    assertRight("1 deleted");
  }

  @Test
  void whileItIsBuiltAgain_noPartIsAnsweredForTheWhole() throws Exception {
    // So many that it is not built before the first question.
    int more = 20_000;
    try (var service = RunningService.in(folder)) {
      for (int batch = 0; batch < 2; batch++) {
        var lines = new StringBuilder();
        for (int i = 0; i < more / 2; i++) {
          String id = "more" + batch + "-" + i;
          lines.append(RunningService.event(id, "third", "did:squid:alice")).append('\n');
        }
        assertThat(service.post("/audit/batch", service.admin, lines.toString()).status())
            .isEqualTo(200);
      }
    }
    for (String path :
        List.of("/audit?type=third&limit=1", "/audit/stats?type=third", "/audit/more1-9999")) {
      delete(index);
      try (var service = RunningService.in(folder)) {
        String alice = service.login("alice");
        Reply reply = answered(service, path, alice);
        assertThat(reply.text())
            .containsPattern(
                "\"(totalCount|count)\":" + more + ",|\"id\":\"more1-9999\",\"type\":\"third\"");
      }
    }
  }

  /// The first answer that is one; before it, that it cannot be said yet.
  private static Reply answered(RunningService service, String path, String token)
      throws Exception {
    Reply reply = service.get(path, token);
    while (reply.status() == 503) {
      assertThat(reply.text()).contains("the index is being built: index: holds ");
      Thread.sleep(50);
      reply = service.get(path, token);
    }
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply;
  }

  @Test
  void anyFileTruncated_isFoundAndBuiltAgain() throws Exception {
    Path good = folder.resolve("good");
    copy(index, good);
    for (Path file : files(good)) {
      for (int part : new int[] {0, 2}) {
        delete(index);
        copy(good, index);
        Path hurt = index.resolve(good.relativize(file).toString());
        try (var open = new RandomAccessFile(hurt.toFile(), "rw")) {
          open.setLength(part == 0 ? 0 : open.length() / part);
        }
        assertRight(good.relativize(file) + " cut to " + Files.size(hurt));
      }
    }
  }

  @Test
  void aByteFlippedInAnyFile_isFoundAndBuiltAgain() throws Exception {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var random = new Random(seed);
    Path good = folder.resolve("good");
    copy(index, good);
    for (Path file : files(good)) {
      delete(index);
      copy(good, index);
      Path hurt = index.resolve(good.relativize(file).toString());
      byte[] bytes = Files.readAllBytes(hurt);
      int at = random.nextInt(bytes.length);
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(hurt, bytes);
      assertRight("seed " + seed + ": byte " + at + " of " + good.relativize(file));
    }
  }

  @Test
  void aSegmentOfAnotherLog_isFoundAndTheIndexBuiltAgain() throws Exception {
    Path other = folder.resolve("other");
    fill(other, EVENTS, "other-");
    int replaced = 0;
    for (Path file : segments(files(index))) {
      Path theirs = other.resolve("data/index").resolve(index.relativize(file).toString());
      if (Files.exists(theirs)) {
        Files.copy(theirs, file, StandardCopyOption.REPLACE_EXISTING);
        replaced++;
      }
    }
    assertThat(replaced).isPositive();
    assertRight("a segment of another log");
  }

  @Test
  void theWholeIndexOfAnotherLog_isFoundAndBuiltAgain() throws Exception {
    for (int events : new int[] {EVENTS / 2, EVENTS * 2}) {
      Path other = folder.resolve("other" + events);
      fill(other, events, "other-");
      delete(index);
      copy(other.resolve("data/index"), index);
      assertRight("an index of another log with " + events + " events");
    }
  }

  /// Whoever knows how can give an index of lies the right checksums and the right mark.
  @Test
  void aForgedIndex_showsNothingThatWasNotAskedFor_andIsBuiltAgain() throws Exception {
    EventIndex.delete(index);
    try (TrailReader log = TrailReader.open(folder.resolve("data"));
        EventIndex forged = EventIndex.open(index, IndexSettings.DEFAULT)) {
      long size = log.ledger().size();
      for (long i = 0; i < size; i++) {
        forged.add(i, lie(log.read(i).event()));
      }
      forged.commit(log.ledger().checkpoint().root().base64());
    }
    try (var service = RunningService.in(folder)) {
      Reply found = service.get("/audit?type=second&limit=1000", service.admin);
      assertThat(found.status()).isEqualTo(200);
      assertThat(events(found)).allMatch(event -> "second".equals(event.text("type")));
      assertThat(service.trail.search().wrongHits()).isPositive();
      // The lies say that all is Alice's.
      Reply hers = service.get("/audit?limit=1000", service.login("alice"));
      assertThat(hers.status()).isEqualTo(200);
      assertThat(hers.text()).doesNotContain("\"squidId\":\"did:squid:bob\"");
      assertThat(events(hers)).allMatch(event -> !"second".equals(event.text("type")));

      Reply count = service.get("/audit?type=second", service.admin);
      String right = "\"totalCount\":" + EVENTS * 2 / 3 + ",";
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!count.text().contains(right) && System.nanoTime() < deadline) {
        Thread.sleep(50);
        count = service.get("/audit?type=second", service.admin);
      }
      assertRight(service, "built again by itself");
    }
  }

  private static AuditEvent lie(AuditEvent event) {
    String type = event.type().equals("first") ? "second" : "first";
    return new AuditEvent(
        event.id(),
        event.source(),
        event.receivedAt(),
        EventDraft.builder()
            .type(type)
            .ref(event.ref())
            .actor(new Actor("did:squid:alice", null, null))
            .layer(event.layer())
            .verdict(event.verdict())
            .details(event.details())
            .build());
  }

  @Test
  void whileItIsBuiltAgain_theOldOneAnswers_andEventsGoOn() throws Exception {
    try (var service = RunningService.in(folder)) {
      assertRight(service, "before");
      String current = Files.readString(index.resolve("current"));
      var calls = new AtomicInteger();
      service
          .trail
          .search()
          .reindex(
              (stage, done, total) -> {
                assertThat(stage).isEqualTo("indexing");
                assertThat(done).isBetween(1L, total);
                try {
                  assertThat(Files.readString(index.resolve("current"))).isEqualTo(current);
                  if (calls.getAndIncrement() == 0) {
                    assertRight(service, "meanwhile");
                    String event = RunningService.event("new", "meanwhile", "did:squid:alice");
                    Reply posted = service.post("/audit?wait=indexed", service.admin, event);
                    assertThat(posted.status()).isEqualTo(201);
                  }
                  assertThat(service.get("/audit?type=meanwhile", service.admin).text())
                      .contains("\"totalCount\":1,");
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      assertThat(calls).hasPositiveValue();
      assertThat(Files.readString(index.resolve("current"))).isNotEqualTo(current);
      assertRight(service, "afterwards");
      assertThat(service.get("/audit?type=meanwhile", service.admin).text())
          .contains("\"totalCount\":1,");
    }
    assertRight("started again");
  }
}
