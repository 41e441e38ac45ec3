package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qerberos.SocketClient;
import qerberos.http.RunningService.Reply;
import qerberos.identity.NewToken;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.notice.Notice;
import qerberos.notice.Severity;
import qerberos.notice.Way;
import qerberos.settings.LimitSettings;
import qerberos.settings.SocketSettings;
import qerberos.settings.StateSettings;
import qerberos.state.State;
import qerberos.state.Telling;

/// WebSockets of a running service, by clients that are as they should be and by others.
class SocketsTest {
  private static final String ALICE = "/notifications/ws/did:squid:alice";
  private static final String BOB = "/notifications/ws/did%3Asquid%3Abob";
  private static final int TEXT = 0x81;

  @TempDir static Path folder;
  private static RunningService service;
  private static String alice;
  private static String bob;

  @BeforeAll
  static void start() throws Exception {
    service =
        RunningService.in(
            folder,
            http -> http.withSockets(new SocketSettings(1_000, 500, Duration.ofSeconds(30))),
            RunningService.WIDE,
            disk -> disk);
    alice = service.login("alice");
    bob = service.login("bob");
  }

  @AfterAll
  static void stop() throws Exception {
    service.close();
  }

  private static SocketClient open(String path, String token) throws Exception {
    SocketClient client =
        SocketClient.open(service.port(), path, "Authorization", "Bearer " + token);
    assertThat(client.next()).startsWith("{\"type\":\"hello\",\"place\":");
    return client;
  }

  private static int status(String path, String... headers) {
    return SocketClient.status(service.port(), path, headers);
  }

  private static String ticket(String token) throws Exception {
    Reply reply = service.post("/notifications/ws-ticket", token, "");
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    return String.valueOf(reply.data().text("ticket"));
  }

  private static Reply send(String to, String content) throws Exception {
    Reply reply =
        service.post(
            "/notifications/ws-send",
            service.admin,
            "{\"user_id\":\"did:squid:" + to + "\",\"content\":\"" + content + "\"}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply;
  }

  private static String events(String query) throws Exception {
    service.awaitIndexed();
    return service.get("/audit?limit=1000&" + query, service.admin).text();
  }

  private static void await(String query, String... wanted) throws Exception {
    Instant end = Instant.now().plusSeconds(30);
    String found = events(query);
    while (!Set.of(wanted).stream().allMatch(found::contains) && Instant.now().isBefore(end)) {
      Thread.sleep(50);
      found = events(query);
    }
    assertThat(found).contains(wanted);
  }

  @Test
  void d16_whoeverIsNotWhomItIsFor_isRefusedOnTheHandshake_andRecorded(@TempDir Path own)
      throws Exception {
    String good = "Bearer " + bob;
    assertThat(status(BOB, "Authorization", good)).isEqualTo(101);
    assertThat(status(ALICE)).as("no token").isEqualTo(401);
    assertThat(status(ALICE, "Origin", "https://evil.example", "Cookie", "token=" + alice))
        .as("a page of somebody else, with what a browser sends by itself")
        .isEqualTo(401);
    assertThat(status(ALICE, "Authorization", "Bearer " + alice + "x")).as("forged").isEqualTo(401);
    assertThat(status(ALICE, "Sec-WebSocket-Protocol", "bearer, eyJhbGciOiJub25lIn0.e30."))
        .isEqualTo(401);
    assertThat(status(ALICE, "Authorization", good)).as("somebody else's").isEqualTo(403);
    assertThat(status(ALICE, "Sec-WebSocket-Protocol", "bearer, " + bob)).isEqualTo(403);
    assertThat(status(ALICE, "Sec-WebSocket-Protocol", "ticket, " + ticket(bob))).isEqualTo(403);
    String used = ticket(alice);
    assertThat(status(ALICE, "Sec-WebSocket-Protocol", "ticket, " + used)).isEqualTo(101);
    assertThat(status(ALICE, "Sec-WebSocket-Protocol", "ticket, " + used))
        .as("used")
        .isEqualTo(401);
    assertThat(status(ALICE + "?ticket=" + used)).as("used").isEqualTo(401);
    assertThat(status(ALICE + "?ticket=guess")).isEqualTo(401);
    assertThat(status(ALICE + "?token=" + alice)).as("a token in the address").isEqualTo(400);
    assertThat(status(ALICE + "?ticket=" + ticket(alice), "Authorization", good))
        .as("two at once")
        .isEqualTo(400);
    String brief =
        service.token(
            new NewToken(
                "ws-brief",
                Set.of(Permission.RISK_READ),
                Scope.OWN,
                Instant.now().plusMillis(300)));
    Thread.sleep(400);
    String expired = "/notifications/ws/token:ws-brief";
    assertThat(status(expired, "Authorization", "Bearer " + brief)).isEqualTo(401);
    await(
        "verdict=DENY",
        "SQUID_IDENTITY_MISSING",
        "INVALID_TOKEN",
        "TOKEN_EXPIRED",
        "permission.denied",
        "\"permission\":\"qerberos:admin\"");
    Reply refused =
        service.get(ALICE, bob, "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", RawSocket.KEY);
    assertThat(refused.code()).isEqualTo("QONSENT_DENIED");
    assertThat(refused.header("X-Request-ID")).isNotEmpty();
  }

  @Test
  void aTicket_opensOnesOwnSocketOnce_inEitherPlace() throws Exception {
    try (var client =
        SocketClient.open(
            service.port(), ALICE, "Sec-WebSocket-Protocol", "ticket, " + ticket(alice))) {
      assertThat(client.protocol()).isEqualTo("ticket");
      assertThat(client.next()).contains("hello");
    }
    try (var client = SocketClient.open(service.port(), ALICE + "?ticket=" + ticket(alice))) {
      assertThat(client.next()).contains("hello");
      send("alice", "by ticket");
      assertThat(client.next()).contains("by ticket");
    }
    try (var client =
        SocketClient.open(service.port(), ALICE, "Sec-WebSocket-Protocol", "bearer, " + alice)) {
      assertThat(client.protocol()).isEqualTo("bearer");
    }
  }

  @Test
  void eachHearsTheirOwn_asItIsListed_andWhoSentIt() throws Exception {
    try (var hers = open(ALICE, alice);
        var his = open(BOB, bob)) {
      Reply sent = send("alice", "for <alice>");
      assertThat(sent.text()).contains("\"delivered\":true", "\"type\":\"system\"");
      send("bob", "for bob");
      String heard = hers.next();
      assertThat(heard)
          .contains("for \\u003calice\\u003e", "\"user_id\":\"did:squid:alice\"")
          .contains("\"fields\":{\"from\":\"token:admin\"}", "\"created_at\":");
      assertThat(his.next()).contains("for bob");
      long before = SocketClient.place(heard) - 1;
      assertThat(service.get("/notifications?since=" + before, alice).text()).contains(heard);
      assertThat(hers.rest()).isEmpty();
      assertThat(his.rest()).isEmpty();
      await(
          "ref=message:" + SocketClient.id(heard) + ".0",
          "notification.ws",
          "\"answer\":\"1 socket\"");
      await("ref=notification:" + SocketClient.id(heard), "notification.send", "token:admin");
    }
  }

  @Test
  void whatAnotherProcessKeeps_isHeardWithoutNews() throws Exception {
    try (var client = open(ALICE, alice);
        State other = State.open(StateSettings.in(service.data()), Clock.systemUTC())) {
      other
          .notices()
          .keep(
              List.of(
                  new Notice(
                      "elsewhere",
                      Notice.OPERATORS,
                      "alert",
                      Severity.INFO,
                      "s",
                      "kept elsewhere",
                      Instant.now(),
                      Map.of(),
                      List.of(Way.ws("did:squid:alice")))),
              Telling.NOTHING);
      assertThat(client.next())
          .as("she is no operator, and is told of it by a route")
          .contains("kept elsewhere", "group:operators");
    }
  }

  @Test
  void nobodyConnected_isNoFailure_itIsKept() throws Exception {
    Reply sent = send("carol", "later");
    assertThat(sent.text()).contains("\"delivered\":false");
    await("ref=message:" + sent.data().text("id") + ".0", "nobody is connected", "delivered");
    String carol = service.login("carol");
    assertThat(service.get("/notifications", carol).text()).contains("later");
  }

  @Test
  void operatorsHearAlerts_andAnAdministratorsLookAtAnother_isAnEvent() throws Exception {
    try (var admin = open("/notifications/ws/token:admin", service.admin);
        var hers = open(ALICE, alice);
        var seen = open(ALICE, service.admin)) {
      Reply told =
          service.post(
              "/notifications/admin-alert",
              service.admin,
              "{\"summary\":\"ws down\",\"severity\":\"critical\"}");
      assertThat(told.status()).isEqualTo(200);
      assertThat(admin.next()).contains("ws down", "\"user_id\":\"group:operators\"");
      send("alice", "both hear");
      assertThat(hers.next()).contains("both hear");
      String heard = seen.next();
      assertThat(heard).as("the alert is not for alice").contains("both hear");
      seen.say("{\"type\":\"read\",\"id\":\"" + SocketClient.id(heard) + "\"}");
      assertThat(seen.next()).contains("\"type\":\"error\"", "QONSENT_DENIED");
      await("type=notification.ws.open", "identity:did:squid:alice", "token:admin");
    }
  }

  @Test
  void onesOwnAreAcknowledged_anythingElseIsAnError() throws Exception {
    try (var client = open(ALICE, alice)) {
      send("alice", "to be read");
      String id = SocketClient.id(client.next());
      client.say("{\"type\":\"read\",\"id\":\"" + id + "\"}");
      assertThat(client.next()).isEqualTo("{\"type\":\"read\",\"id\":\"" + id + "\"}");
      assertThat(service.get("/notifications?limit=1000", alice).text())
          .containsPattern(id + ".*\"read_at\":\"2");
      String others = String.valueOf(send("bob", "not hers").data().text("id"));
      for (String wrong :
          List.of(
              "{\"type\":\"read\",\"id\":\"" + others + "\"}",
              "{\"type\":\"read\"}",
              "{\"type\":\"subscribe\"}",
              "[1]",
              "hello",
              "")) {
        client.say(wrong);
        assertThat(client.next()).as(wrong).contains("\"type\":\"error\"", "\"code\":");
      }
    }
  }

  @Test
  void whoeverGoesOnFromThePlaceTheySaw_missesNothing_andHearsNothingTwice() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("SocketsTest seed " + seed);
    Random random = new Random(seed);
    Set<String> sent = new HashSet<>();
    var ids = new ConcurrentLinkedQueue<String>();
    SocketClient client = open(ALICE, alice);
    long place = service.state.notices().lastPlace();
    List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      senders.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int n = 0; n < 60; n++) {
                      try {
                        ids.add(String.valueOf(send("alice", number + "-" + n).data().text("id")));
                        send("bob", "between");
                      } catch (Exception e) {
                        ids.add(e.toString());
                      }
                    }
                  }));
    }
    List<String> heard = new ArrayList<>();
    client.close();
    boolean over = false;
    while (!over) {
      over = senders.stream().noneMatch(Thread::isAlive) && heard.size() >= ids.size();
      client =
          SocketClient.open(
              service.port(),
              ALICE + "?last_event_id=" + place,
              "Authorization",
              "Bearer " + alice);
      assertThat(client.next()).isEqualTo("{\"type\":\"hello\",\"place\":" + place + "}");
      for (int more = random.nextInt(12); more > 0 && heard.size() < ids.size(); more--) {
        String next = client.next();
        heard.add(SocketClient.id(next));
        assertThat(SocketClient.place(next)).isGreaterThan(place);
        place = SocketClient.place(next);
      }
      client.close();
    }
    sent.addAll(ids);
    assertThat(heard).hasSize(180).doesNotHaveDuplicates();
    assertThat(new HashSet<>(heard)).isEqualTo(sent);
  }

  @ParameterizedTest
  @CsvSource({
    "unmasked,1002",
    "reserved,1002",
    "opcode,1002",
    "continues nothing,1002",
    "control in parts,1002",
    "long ping,1002",
    "bad code,1002",
    "binary,1003",
    "half a character,1007",
    "oversize,1009",
    "oversize announced,1009",
    "oversize in parts,1009"
  })
  void framesThatBreakTheRules_endTheConnectionWithTheirCode(String how, int code)
      throws Exception {
    try (var raw = RawSocket.open(service.port(), ALICE, alice)) {
      byte[] one = {'x'};
      raw.send(
          switch (how) {
            case "unmasked" -> new byte[] {(byte) TEXT, 1, 'x'};
            case "reserved" -> RawSocket.frame(0xc1, one);
            case "opcode" -> RawSocket.frame(0x83, one);
            case "continues nothing" -> RawSocket.frame(0x80, one);
            case "control in parts" -> RawSocket.frame(0x09, one);
            case "long ping" -> RawSocket.frame(0x89, new byte[126]);
            case "bad code" -> RawSocket.frame(0x88, new byte[] {3, (byte) 0xed});
            case "binary" -> RawSocket.frame(0x82, one);
            case "half a character" -> RawSocket.frame(TEXT, new byte[] {(byte) 0xc3});
            case "oversize" -> RawSocket.frame(TEXT, new byte[4_097]);
            case "oversize announced" ->
                new byte[] {(byte) TEXT, (byte) 0xff, 0x7f, -1, -1, -1, -1, -1, -1, -1};
            default -> {
              raw.send(RawSocket.frame(0x01, new byte[4_000]));
              raw.send(RawSocket.frame(0x89, one));
              yield RawSocket.frame(0x80, new byte[97]);
            }
          });
      assertThat(raw.next(8).code()).isEqualTo(code);
      assertThat(raw.ends()).isTrue();
    }
  }

  @Test
  void aMessageInParts_withAPingBetween_isOne_andACloseIsAnswered() throws Exception {
    try (var raw = RawSocket.open(service.port(), ALICE, alice)) {
      raw.send(RawSocket.frame(0x01, "{\"type\":".getBytes(StandardCharsets.UTF_8)));
      raw.send(RawSocket.frame(0x89, "beat".getBytes(StandardCharsets.UTF_8)));
      raw.send(RawSocket.frame(0x80, "\"x\"}".getBytes(StandardCharsets.UTF_8)));
      assertThat(raw.next(0xa).payload()).isEqualTo("beat");
      assertThat(raw.next(1).payload()).contains("want {\\\"type\\\":\\\"read\\\"");
      raw.send(RawSocket.frame(0x88, new byte[] {3, (byte) 0xe8}));
      assertThat(raw.next(8).code()).isEqualTo(1000);
      assertThat(raw.ends()).isTrue();
    }
  }

  @Test
  void theAnswerToAHandshake_isThatOfTheStandard_andWhatIsNone_isToldWhatIsWanted()
      throws Exception {
    String head =
        "GET "
            + ALICE
            + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + alice
            + "\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
    try (var raw =
        new RawSocket(service.port(), head + "Sec-WebSocket-Key: " + RawSocket.KEY + "\r\n\r\n")) {
      assertThat(raw.head())
          .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
          .contains("Sec-WebSocket-Accept: " + RawSocket.ACCEPT, "X-Request-ID: ", "RateLimit: ")
          .doesNotContain("Sec-WebSocket-Protocol", "Extensions");
    }
    try (var raw = new RawSocket(service.port(), head + "Sec-WebSocket-Key: x\r\n\r\n")) {
      assertThat(raw.head()).startsWith("HTTP/1.1 400 ");
    }
    String key = "Sec-WebSocket-Key: " + RawSocket.KEY + "\r\n\r\n";
    try (var raw = new RawSocket(service.port(), head.replace("13", "8") + key)) {
      assertThat(raw.head()).startsWith("HTTP/1.1 426 ").contains("Sec-WebSocket-Version: 13");
    }
    Reply plain = service.get(ALICE, alice);
    assertThat(plain.status()).isEqualTo(426);
    assertThat(plain.code()).isEqualTo("UPGRADE_REQUIRED");
    assertThat(status(ALICE + "?last_event_id=-1", "Authorization", "Bearer " + alice))
        .isEqualTo(400);
  }

  @Test
  void aTokenThatIsRevokedOrExpires_andAnIdentityThatIsBlocked_loseTheirSocket() throws Exception {
    String revoked = service.token("ws-revoked", Scope.OWN, Permission.RISK_READ);
    String expiring =
        service.token(
            new NewToken(
                "ws-expiring",
                Set.of(Permission.RISK_READ),
                Scope.OWN,
                Instant.now().plusSeconds(3)));
    String dora = service.login("dora");
    String id =
        service.gate.tokens().list().stream()
            .filter(one -> one.name().equals("ws-revoked"))
            .findFirst()
            .orElseThrow()
            .id();
    try (var first = open("/notifications/ws/token:ws-revoked", revoked);
        var second = open("/notifications/ws/token:ws-expiring", expiring);
        var third =
            SocketClient.open(
                service.port(), "/notifications/ws/did:squid:dora?ticket=" + ticket(dora))) {
      boolean ignored = service.gate.tokens().revoke(id, Instant.now(), Telling.NOTHING);
      assertThat(first.closedWith()).isEqualTo(1008);
      assertThat(second.closedWith()).isEqualTo(1008);
      assertThat(third.isClosed()).isFalse();
      service.send(
          service
              .request("/admin/blocks/did:squid:dora", service.admin)
              .PUT(BodyPublishers.ofString("{\"reason\":\"test\"}")));
      assertThat(third.closedWith()).isEqualTo(1008);
    }
  }

  @Test
  void whoeverLeaves_saysSo_andTakesNobodyMore(@TempDir Path own) throws Exception {
    try (var leaving = RunningService.in(own)) {
      String token = "Bearer " + leaving.login("alice");
      try (var client = SocketClient.open(leaving.port(), ALICE, "Authorization", token)) {
        assertThat(client.next()).contains("hello");
        leaving.api.drain();
        assertThat(client.closedWith()).isEqualTo(1001);
        assertThat(SocketClient.status(leaving.port(), ALICE, "Authorization", token))
            .isEqualTo(503);
      }
    }
  }

  @Test
  void pingsCome_andWhoeverAnswersNone_isLetGo(@TempDir Path own) throws Exception {
    try (var quick =
        RunningService.in(
            own,
            http -> http.withSockets(new SocketSettings(3, 2, Duration.ofMillis(100))),
            RunningService.WIDE,
            disk -> disk)) {
      String token = quick.login("alice");
      String header = "Bearer " + token;
      try (var client = SocketClient.open(quick.port(), ALICE, "Authorization", header);
          var silent = RawSocket.open(quick.port(), ALICE, token)) {
        assertThat(silent.next(9).payload()).isEmpty();
        assertThat(silent.next(8).code()).isEqualTo(1011);
        assertThat(silent.ends()).isTrue();
        assertThat(client.pings()).isPositive();
        assertThat(client.isClosed()).as("one that answers stays").isFalse();
      }
      theyAreCounted(quick, header);
    }
  }

  /// Two for each, three in all.
  private static void theyAreCounted(RunningService quick, String header) throws Exception {
    String bob = "Bearer " + quick.login("bob");
    String admin = "Bearer " + quick.admin;
    awaitOpen(quick, 0);
    try (var _ = SocketClient.open(quick.port(), ALICE, "Authorization", header);
        var _ = SocketClient.open(quick.port(), ALICE, "Authorization", header)) {
      assertThat(SocketClient.status(quick.port(), ALICE, "Authorization", header)).isEqualTo(429);
      try (var _ = SocketClient.open(quick.port(), BOB, "Authorization", bob)) {
        assertThat(SocketClient.status(quick.port(), BOB, "Authorization", admin)).isEqualTo(503);
      }
    }
    awaitOpen(quick, 0);
  }

  private static void awaitOpen(RunningService of, int wanted) throws Exception {
    String line = "qerberos_sockets_open " + wanted + ".0";
    Instant end = Instant.now().plusSeconds(60);
    while (!of.get("/metrics", of.admin).text().contains(line)) {
      assertThat(Instant.now()).as("never " + line).isBefore(end);
      Thread.sleep(50);
    }
  }

  @Test
  void oneThatTakesNothing_isLetGo_andHoldsNothing(@TempDir Path own) throws Exception {
    try (var other =
        RunningService.in(
            own,
            http -> http.withPatience(Duration.ofMillis(500)),
            RunningService.WIDE,
            disk -> disk)) {
      String token = other.login("alice");
      for (int i = 0; i < 200; i++) {
        other
            .state
            .notices()
            .keep(
                List.of(
                    new Notice(
                        "n" + i,
                        "did:squid:alice",
                        "bulk",
                        Severity.INFO,
                        "s",
                        "x".repeat(200_000),
                        Instant.now(),
                        Map.of(),
                        List.of())),
                Telling.NOTHING);
      }
      try (var raw = RawSocket.open(other.port(), ALICE + "?last_event_id=0", token)) {
        assertThat(raw.next(1).payload()).contains("hello");
        awaitOpen(other, 0);
      }
    }
  }

  @Test
  void aFlood_isLetGo(@TempDir Path own) throws Exception {
    var narrow =
        new LimitSettings(100_000, 30, 60, 60_000, 100_000, 100_000, 100_000, 100, 50, 10, 100_000);
    try (var other = RunningService.in(own, http -> http, narrow, disk -> disk)) {
      String token = other.login("alice");
      try (var raw = RawSocket.open(other.port(), ALICE, token)) {
        for (int i = 0; i < 200; i++) {
          raw.send(RawSocket.frame(TEXT, "{}".getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(raw.next(8).code()).isEqualTo(1008);
        assertThat(raw.ends()).isTrue();
      }
      awaitOpen(other, 0);
    }
  }

  @Test
  void maintenance_keepsPeopleOut(@TempDir Path own) throws Exception {
    try (var other = RunningService.in(own)) {
      String token = "Bearer " + other.login("alice");
      Reply on =
          other.send(
              other
                  .request("/admin/maintenance", other.admin, "X-Admin-Confirmation", "confirm")
                  .PUT(BodyPublishers.ofString("{\"enabled\":true,\"reason\":\"test\"}")));
      assertThat(on.status()).as(on.text()).isEqualTo(200);
      assertThat(SocketClient.status(other.port(), ALICE, "Authorization", token)).isEqualTo(503);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ws-send|{\"user_id\":\"did:squid:bob\",\"type\":\"note\",\"content\":\"c\"}|200",
        "ws-send|{\"user_id\":\"did:squid:bob\",\"type\":\"alert\",\"content\":\"c\"}|400",
        "ws-send|{\"user_id\":\"group:operators\",\"content\":\"c\"}|400",
        "ws-send|{\"user_id\":\"did:squid:bob\"}|400",
        "ws-send|{\"user_id\":\"did:squid:bob\",\"content\":\"c\",\"from\":\"x\"}|400",
        "ws-send|{\"user_id\":\"did:squid:bob\",\"content\":{}}|400",
        "email|{\"to\":\"a@example.org\",\"subject\":\"s\",\"body\":\"b\"}|202",
        "email|{\"to\":\"a@example.org\\nBcc:x@y\",\"subject\":\"s\",\"body\":\"b\"}|400",
        "email|{\"to\":\"a@example.org\",\"body\":\"b\"}|400"
      })
  void whatIsSent_isCheckedFieldByField(String route, String body, int status) throws Exception {
    Reply reply = service.post("/notifications/" + route, service.admin, body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    if (status == 400) {
      assertThat(reply.text()).contains("\"field\":");
    }
    assertThat(service.post("/notifications/" + route, alice, body).status()).isEqualTo(403);
  }

  @Test
  void aMailWithoutAServer_isKept_andTheCallerIsTold() throws Exception {
    Reply reply =
        service.post(
            "/notifications/email",
            service.admin,
            "{\"to\":\"a@example.org\",\"subject\":\"S\",\"body\":\"B\"}");
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.data().text("status")).isEqualTo("stored");
    assertThat(reply.json().text("message")).contains("no mail server is configured");
    await("ref=notification:" + reply.data().text("id"), "notification.send", "\"sent\":false");
  }
}
