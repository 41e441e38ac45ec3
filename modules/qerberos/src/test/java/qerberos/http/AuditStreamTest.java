package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Json;
import qerberos.http.RunningService.Reply;
import qerberos.http.StreamReader.Event;
import qerberos.identity.IssuedToken;
import qerberos.identity.NewToken;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.settings.FollowSettings;
import qerberos.settings.HttpSettings;
import qerberos.state.BlockedIdentity;
import qerberos.state.Telling;

/// The live tail over real connections: nothing lost, nothing twice, nothing of others.
class AuditStreamTest {
  @TempDir static Path folder;
  private static RunningService service;
  private static String writer;

  @BeforeAll
  static void start() throws Exception {
    service =
        RunningService.in(
            folder, AuditStreamTest::settings, RunningService.WIDE, storage -> storage);
    writer = service.token("writer", Scope.OWN, Permission.AUDIT_WRITE, Permission.AUDIT_READ);
  }

  private static HttpSettings settings(HttpSettings usual) {
    return usual
        .withPatience(Duration.ofMinutes(2))
        .withDrain(Duration.ofSeconds(5))
        .following(new FollowSettings(12, 4, 200, Duration.ofMillis(200), 4));
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  private static StreamReader stream(String query, String token, String... headers)
      throws Exception {
    return new StreamReader(service.request("/audit/stream" + query, token, headers).GET());
  }

  private static void post(String id, String type, String actor) throws Exception {
    Reply reply = service.post("/audit", writer, RunningService.event(id, type, actor));
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
  }

  private static List<String> ids(List<Event> events) {
    return events.stream().map(event -> event.json().text("id")).toList();
  }

  @Test
  void whatIsRecorded_arrivesInOrderUnderItsLeafIndex_asTheSearchShowsIt() throws Exception {
    try (var stream = stream("?type=live.test", writer)) {
      assertThat(stream.status).isEqualTo(200);
      for (int i = 0; i < 5; i++) {
        post("live-" + i, "live.test", "did:squid:ada");
        post("other-" + i, "other.test", "did:squid:ada");
      }
      List<Event> events = stream.next(5);
      assertThat(ids(events)).containsExactly("live-0", "live-1", "live-2", "live-3", "live-4");
      for (Event event : events) {
        Json.Obj searched = service.get("/audit/" + event.json().text("id"), writer).data();
        assertThat(event.json().get("seq")).isEqualTo(searched.get("seq"));
        assertThat(event.json().get("details")).isEqualTo(searched.get("details"));
        assertThat(event.json().get("cid")).isEqualTo(searched.get("cid"));
        assertThat(event.type()).isEqualTo("message");
        assertThat(searched.get("seq")).isEqualTo(Json.of(Double.parseDouble(event.id())));
      }
    }
  }

  @Test
  void theQueryLanguage_filtersTheStream() throws Exception {
    try (var stream = stream("?q=details.ip:192.0.2.0/24%20AND%20-ref:x%20type:q.*", writer)) {
      post("q-1", "q.one", "did:squid:ada");
      post("q-2", "r.two", "did:squid:ada");
      post("q-3", "q.three", "did:squid:ada");
      assertThat(ids(stream.next(2))).containsExactly("q-1", "q-3");
    }
  }

  @Test
  void lostConnections_atAnyMoment_loseAndDoubleNothing() throws Exception {
    long seed = Long.getLong("stream.seed", System.nanoTime());
    System.out.println("stream.seed " + seed);
    var random = new Random(seed);
    int count = 400;
    var done = new AtomicBoolean();
    Thread sender =
        Thread.startVirtualThread(
            () -> {
              var each = new Random(seed + 1);
              try {
                for (int i = 0; i < count; i++) {
                  post("lost-" + i, each.nextInt(3) == 0 ? "noise.test" : "lost.test", "ada");
                }
              } catch (Exception e) {
                throw new IllegalStateException(e);
              } finally {
                done.set(true);
              }
            });
    List<String> expected = new ArrayList<>();
    var each = new Random(seed + 1);
    for (int i = 0; i < count; i++) {
      if (each.nextInt(3) != 0) {
        expected.add("lost-" + i);
      }
    }
    List<String> got = new ArrayList<>();
    String last = "";
    int connections = 0;
    while (got.size() < expected.size()) {
      // That a connection is lost shows when something is written to it, and each has a seat.
      while (open() > 3) {
        Thread.sleep(5);
      }
      String[] headers = last.isEmpty() ? new String[0] : new String[] {"Last-Event-ID", last};
      try (var stream =
          stream(last.isEmpty() ? "?type=lost.test&from=0" : "?type=lost.test", writer, headers)) {
        assertThat(stream.status).isEqualTo(200);
        connections++;
        int wanted = Math.min(1 + random.nextInt(40), expected.size() - got.size());
        for (Event event : stream.next(wanted)) {
          assertThat(event.type()).isEqualTo("message");
          got.add(String.valueOf(event.json().text("id")));
          last = event.id();
        }
      }
    }
    sender.join();
    System.out.println(got.size() + " events over " + connections + " connections");
    assertThat(got).as("seed %s", seed).isEqualTo(expected);
  }

  @Test
  void whereNothingMatched_theIdSaysHowFarItLooked() throws Exception {
    try (var stream = stream("?type=never.test", writer)) {
      post("far", "far.test", "did:squid:ada");
      long at = seq(service.get("/audit/far", writer).data());
      while (stream.lastId.isEmpty() || Long.parseLong(stream.lastId) < at) {
        Thread.sleep(20);
      }
      assertThat(stream.comments.get()).isGreaterThan(1);
      assertThat(stream.isEmpty()).isTrue();
    }
  }

  @Test
  void whoReadsTooSlowly_isToldWhatWasPassedOver_andCanFetchIt() throws Exception {
    try (var slow = new Idle("?type=slow.test", writer)) {
      int count = postLarge("slow", 8);
      post("slow-last", "slow.test", "ada");
      List<Long> got = new ArrayList<>();
      List<Json.Obj> gaps = new ArrayList<>();
      String type = "";
      long last = seq(service.get("/audit/slow-last", writer).data());
      long at = 0;
      while (at < last) {
        String line = slow.lines.readLine();
        if (line.startsWith("event: ")) {
          type = line.substring(7);
        } else if (line.startsWith("data: ")) {
          Json.Obj data = new Event(type, "", line.substring(6)).json();
          if (type.equals("gap")) {
            gaps.add(data);
            at = number(data, "to");
          } else {
            got.add(seq(data));
            at = seq(data);
          }
          type = "";
        }
      }
      System.out.println("got " + got.size() + ", gaps " + gaps);
      assertThat(gaps).isNotEmpty();
      assertThat(got).isSorted().doesNotHaveDuplicates();
      long missed = 0;
      for (Json.Obj gap : gaps) {
        long from = number(gap, "from");
        long to = number(gap, "to");
        assertThat(got).noneMatch(place -> place >= from && place <= to);
        if (gap.get("count") instanceof Json.Null) {
          continue; // the index was not that far
        }
        missed += number(gap, "count");
        try (var again = stream("?type=slow.test&from=" + from, writer)) {
          for (Event event : again.next((int) number(gap, "count"))) {
            assertThat(seq(event.json())).isBetween(from, to);
          }
        }
      }
      if (gaps.stream().noneMatch(gap -> gap.get("count") instanceof Json.Null)) {
        assertThat(missed).isEqualTo(count + 1 - got.size());
      }
    }
  }

  @Test
  void whoTakesNothing_andMayNoLongerRead_isCutOff() throws Exception {
    IssuedToken made = service.gate.tokens().make(reads("stuck"), "test");
    service.gate.tokens().issue(made, Telling.NOTHING);
    try (var stuck = new Idle("?type=stuck.test", made.text())) {
      int count = postLarge("stuck", 4);
      assertThat(service.gate.tokens().revoke(made.stored().id(), Instant.now(), Telling.NOTHING))
          .isTrue();
      while (open() > 0) {
        Thread.sleep(20);
      }
      int taken = 0;
      try {
        for (String line = stuck.lines.readLine(); line != null; line = stuck.lines.readLine()) {
          taken += line.startsWith("data: {\"id\"") ? 1 : 0;
        }
      } catch (IOException e) {
        // cut off in the middle
      }
      System.out.println("took " + taken + " of " + count);
      assertThat(taken).isLessThan(count);
    }
  }

  private static int open() {
    String scraped = new String(service.metrics.scrape("").body(), StandardCharsets.UTF_8);
    return scraped
        .lines()
        .filter(line -> line.startsWith("qerberos_streams_open "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(22)))
        .findFirst()
        .orElseThrow();
  }

  private static NewToken reads(String name) {
    return new NewToken(name, Set.of(Permission.AUDIT_READ), Scope.ALL, null);
  }

  private static int postLarge(String name, int batches) throws Exception {
    String large = "x".repeat(12_000);
    int count = 0;
    for (int batch = 0; batch < batches; batch++) {
      var body = new StringBuilder();
      for (int i = 0; i < 250; i++) {
        String event = RunningService.event(name + "-" + count++, name + ".test", "ada");
        body.append(event.replace("partner", large)).append('\n');
      }
      Reply reply =
          service.post(
              "/audit/batch", writer, body.toString(), "Content-Type", "application/x-ndjson");
      assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }
    return count;
  }

  /// A stream of which only the beginning is read, through as small a window as there is.
  private static final class Idle implements AutoCloseable {
    private final Socket socket = new Socket();
    final BufferedReader lines;

    Idle(String query, String token) throws IOException {
      socket.setReceiveBufferSize(16 << 10);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), service.port()));
      socket
          .getOutputStream()
          .write(
              "GET /audit/stream%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                  .formatted(query, token)
                  .getBytes(StandardCharsets.US_ASCII));
      lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String line = lines.readLine();
      while (!line.startsWith("id: ")) {
        line = lines.readLine();
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static long seq(Json.Obj event) {
    return number(event, "seq");
  }

  private static long number(Json.Obj object, String name) {
    return object.get(name) instanceof Json.Num(var value) ? (long) value : -1;
  }

  @Test
  void noMoreThanTheSettingsSay_areOpenAtOnce() throws Exception {
    List<StreamReader> open = new ArrayList<>();
    try {
      String one = service.token("one", Scope.ALL, Permission.AUDIT_READ);
      for (int i = 0; i < 4; i++) {
        open.add(stream("", one));
        assertThat(open.getLast().status).isEqualTo(200);
      }
      Reply fifth = service.get("/audit/stream", one);
      assertThat(fifth.status()).isEqualTo(429);
      assertThat(fifth.header("Retry-After")).isEqualTo("15");
      assertThat(fifth.json().text("message"))
          .isEqualTo("more than 4 streams at once for one identity; close one first");
      int status = 200;
      for (int i = 0; i < 12 && status == 200; i++) {
        String token = service.token("more-" + i, Scope.ALL, Permission.AUDIT_READ);
        open.add(stream("", token));
        status = open.getLast().status;
      }
      assertThat(status).isEqualTo(503);
    } finally {
      open.forEach(StreamReader::close);
    }
    // Whoever is gone is noticed with the next heartbeats, and makes room.
    String token = service.token("again", Scope.ALL, Permission.AUDIT_READ);
    int status = 0;
    while (status != 200) {
      try (var stream = stream("", token)) {
        status = stream.status;
      }
    }
  }

  @Test
  void aRevokedToken_losesItsStream() throws Exception {
    IssuedToken made = service.gate.tokens().make(reads("gone"), "test");
    service.gate.tokens().issue(made, Telling.NOTHING);
    try (var stream = stream("", made.text())) {
      assertThat(stream.status).isEqualTo(200);
      Reply revoked =
          service.send(
              service.request("/admin/tokens/" + made.stored().id(), service.admin).DELETE());
      assertThat(revoked.status()).as(revoked.text()).isEqualTo(200);
      long since = System.nanoTime();
      assertThat(untilEnd(stream)).isEqualTo("access");
      System.out.println("revoked: ended after " + (System.nanoTime() - since) / 1_000_000 + " ms");
    }
    assertThat(service.get("/audit/stream", made.text()).status()).isEqualTo(401);
  }

  @Test
  void aBlockedIdentity_losesItsStream() throws Exception {
    String carol = service.login("carol");
    try (var stream = stream("", carol)) {
      assertThat(stream.status).isEqualTo(200);
      boolean fresh =
          service
              .gate
              .blocks()
              .block(
                  new BlockedIdentity("did:squid:carol", "test", "test", Instant.now()),
                  Telling.NOTHING);
      assertThat(fresh).isTrue();
      long since = System.nanoTime();
      assertThat(untilEnd(stream)).isEqualTo("access");
      System.out.println("blocked: ended after " + (System.nanoTime() - since) / 1_000_000 + " ms");
    }
  }

  private static String untilEnd(StreamReader stream) throws InterruptedException {
    while (true) {
      Event event = stream.next();
      if (event.type().equals("end")) {
        assertThat(stream.next().type()).isEqualTo("over");
        return String.valueOf(event.json().text("reason"));
      }
      assertThat(event.type()).isEqualTo("message");
    }
  }

  @Test
  void aSubscription_isRecordedOnce_howeverOftenItGoesOn() throws Exception {
    String reader = service.token("reader", Scope.ALL, Permission.AUDIT_READ);
    for (int i = 0; i < 3; i++) {
      String[] headers = i == 0 ? new String[0] : new String[] {"Last-Event-ID", "0"};
      try (var stream = stream("?type=once.test", reader, headers)) {
        assertThat(stream.status).isEqualTo(200);
      }
    }
    // The log waits for nobody, but its own events come in order: this one is recorded last.
    service.get("/audit?type=another.test", reader);
    List<String> queries = new ArrayList<>();
    while (!queries.contains("type:another.test")) {
      queries.clear();
      Reply reads =
          service.get("/audit?type=audit.read&actor=token:reader&order=oldest", service.admin);
      if (reads.data().get("events") instanceof Json.Arr(var events)) {
        for (Json event : events) {
          queries.add(String.valueOf(((Json.Obj) event).object("details").text("query")));
        }
      }
    }
    assertThat(queries).containsExactly("type:once.test", "type:another.test");
  }

  @Test
  void streams_stayOutOfTheHistogram() throws Exception {
    // Of a name of its own: streams that other tests have closed may still count.
    String follower = service.token("histogram", Scope.ALL, Permission.AUDIT_READ);
    try (var stream = stream("", follower)) {
      assertThat(stream.status).isEqualTo(200);
    }
    String scraped = new String(service.metrics.scrape("").body(), StandardCharsets.UTF_8);
    assertThat(scraped)
        .contains("qerberos_streams_open")
        .doesNotContain("duration_seconds_count{route=\"/audit/stream\"}");
  }

  @Test
  void whatIsWrong_isNamed() throws Exception {
    for (String[] bad :
        List.of(
            new String[] {"?from=-1", "from: \"-1\", want 0.."},
            new String[] {"?from=99999999", "from: 99999999, the log has "},
            new String[] {"?lastEventId=x", "lastEventId: \"x\", want the leaf index of an event"},
            new String[] {"?lastEventId=99999999", "lastEventId: 99999999, the log has "},
            new String[] {"?q=(", "q: "},
            new String[] {"?limit=3", "limit: unknown parameter"},
            new String[] {"?verdict=MAYBE", "verdict: \"MAYBE\""})) {
      Reply reply = service.get("/audit/stream" + bad[0], writer);
      assertThat(reply.status()).as(bad[0]).isEqualTo(400);
      assertThat(reply.json().text("message")).startsWith(bad[1]);
    }
    assertThat(service.get("/audit/stream", "").status()).isEqualTo(401);
  }

  @Test
  void whenTheServiceStops_streamsEndAndSayWhy() throws Exception {
    Path own = folder.resolve("stops");
    java.nio.file.Files.createDirectories(own);
    try (var other = RunningService.in(own)) {
      var stream = new StreamReader(other.request("/audit/stream", other.admin).GET());
      other.post("/audit", other.admin, RunningService.event("x", "a.b", "did:squid:x"));
      assertThat(stream.next().type()).isEqualTo("message");
      other.api.drain();
      assertThat(untilEnd(stream)).isEqualTo("shutdown");
      Reply late = other.get("/audit/stream", other.admin);
      assertThat(late.status()).isEqualTo(503);
      assertThat(late.header("Retry-After")).isNotEmpty();
    }
  }
}
