package qerberos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.state.PostgresServer;
import qerberos.trail.TrailReader;

/// What the service leans on goes away while it is at work, and comes back: what then waits, what
/// goes on, and that nothing which was acknowledged is lost. Real processes on both sides.
class DependenciesTest {
  private static final int ROUNDS = Integer.getInteger("dependencies.rounds", 2);
  private static final Pattern INDEX = Pattern.compile("\"index\":(\\d+)");
  private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
  private static final Pattern MARK = Pattern.compile("\"ref\":\"(mark:[^\"]+)\"");

  @TempDir static Path shared;
  private static PostgresServer postgres;

  @TempDir Path folder;
  private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void startPostgres() throws IOException {
    postgres = new PostgresServer(Files.createDirectories(shared.resolve("postgres")));
  }

  @AfterAll
  static void stopPostgres() throws IOException {
    postgres.close();
  }

  @Test
  void postgresStoppedAndStartedUnderLoad_eventsGoOn_alertsAreAskedForAgain_andNothingIsLost()
      throws Exception {
    var events = new ConcurrentHashMap<String, Long>();
    Set<String> alerts = ConcurrentHashMap.newKeySet();
    var over = new AtomicBoolean();
    try (ServerProcess server = start(statePlace())) {
      List<Thread> load =
          List.of(
              Thread.ofVirtual().start(() -> send("one", server, events, over)),
              Thread.ofVirtual().start(() -> send("two", server, events, over)),
              Thread.ofVirtual().start(() -> tell(server, alerts, over)));
      for (int round = 0; round < ROUNDS; round++) {
        await("alerts are taken", () -> tell(server, "before").statusCode() == 200);
        postgres.stop();
        await("the loss shows", () -> text(server.get("/health")).contains("\"degraded\""));
        long before = events.size();
        assertThat(server.get("/health").statusCode()).isEqualTo(200);
        assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(server.get("/audit?limit=1").statusCode()).isEqualTo(200);
        HttpResponse<byte[]> refused = tell(server, "none");
        assertThat(refused.statusCode()).as(text(refused)).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(server.get("/audit/support-tickets").statusCode()).isEqualTo(503);
        await("events go on", () -> events.size() > before + 20);
        postgres.start();
        await("it comes back", () -> text(server.get("/health")).contains("\"healthy\""));
      }
      await("alerts go on", () -> tell(server, "last").statusCode() == 200);
      over.set(true);
      for (Thread each : load) {
        each.join();
      }
      assertThat(faults).isEmpty();
      System.out.printf(
          "DependenciesTest: %,d events and %d alerts acknowledged%n",
          events.size(), alerts.size());
      assertThat(alerts).isNotEmpty();
      for (String ref : alerts) {
        await(
            ref + " is one event",
            () -> text(server.get("/audit?ref=" + ref)).contains("\"totalCount\":1,"));
      }
      assertThat(server.stop()).isZero();
    }
    areEachThereOnce(events);
  }

  @Test
  void whoTakesOver_hasTheSamePostgres() throws Exception {
    List<String> place = statePlace();
    try (ServerProcess writer = start(place, "--join");
        ServerProcess reader = start(place, "--join")) {
      String ticket =
          id(
              reader.post(
                  "/notifications/support-ticket",
                  "application/json",
                  "{\"subject\":\"no access\",\"message\":\"since noon\"}"));
      String alert = id(tell(reader, "both"));
      writer.kill();
      await("the other one writes", () -> tell(reader, "both").statusCode() == 200);
      assertThat(text(tell(reader, "both"))).contains(alert).contains("\"change\":\"repeated\"");
      assertThat(text(reader.get("/audit/support-tickets"))).contains(ticket, "since noon");
      assertThat(reader.stop()).isZero();
    }
  }

  @Test
  void mailRefusedAndAWebhookThatHangs_holdUpNothingElse_andAreReachedWhenTheyAreBack()
      throws Exception {
    int mailPort = freePort();
    var hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    int hookPort = hanging.getLocalPort();
    Queue<Socket> held = new ConcurrentLinkedQueue<>();
    Thread holding = Thread.ofVirtual().start(() -> hold(hanging, held));
    Thread refusing = null;
    var refusal = new AtomicReference<ServerSocket>();
    try (ServerProcess server = start(told(mailPort, hookPort))) {
      refusal.set(new ServerSocket(mailPort, 50, InetAddress.getLoopbackAddress()));
      refusing = Thread.ofVirtual().start(() -> refuse(refusal.get()));
      String alert = id(tell(server, "first"));
      await("mail fails", () -> recorded(server, "notification.email", "421 4.3.2 busy"));
      await("the webhook is called", () -> !held.isEmpty());
      assertThat(text(server.get("/health"))).contains("\"status\":\"");
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
      var events = new ConcurrentHashMap<String, Long>();
      for (int n = 0; n < 50; n++) {
        send("meanwhile-" + n, server, events);
      }
      assertThat(events).as("events are taken meanwhile").hasSize(50);
      await("the webhook is given up", () -> recorded(server, "notification.webhook", "failed"));

      refusal.get().close();
      refusing.join();
      hanging.close();
      held.forEach(DependenciesTest::quietly);
      holding.join();
      List<String> calls = new ArrayList<>();
      HttpServer hook = hook(hookPort, calls);
      var mail = new GreenMail(new ServerSetup(mailPort, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
      mail.start();
      try {
        await("the mail arrives", () -> recorded(server, "notification.email", "\"delivered\""));
        await("the call arrives", () -> recorded(server, "notification.webhook", "\"delivered\""));
        assertThat(mail.getReceivedMessages()).hasSize(1);
        assertThat(calls).hasSize(1).allMatch(call -> call.contains(alert));
      } finally {
        mail.stop();
        hook.stop(0);
      }
      assertThat(server.stop()).isZero();
      areEachThereOnce(events);
    } finally {
      hanging.close();
      if (refusal.get() != null) {
        refusal.get().close();
      }
    }
  }

  private ServerProcess start(List<String> settings, String... more) throws Exception {
    List<String> before = new ArrayList<>(List.of("/usr/bin/env"));
    before.addAll(settings);
    before.add("QERBEROS_RATE_LIMIT_MAX=1000000");
    before.add("QERBEROS_LEAVE_NOTICE=0s");
    before.add("QERBEROS_TAKEOVER_WAIT=60s");
    Path data = folder.resolve("data");
    return ServerProcess.start(before, data, data, more);
  }

  private static List<String> statePlace() throws Exception {
    var place = postgres.place();
    return List.of("QERBEROS_DB_URL=" + place.url() + "&user=postgres&password=postgres");
  }

  /// Everything critical goes to a mailbox and a webhook on these ports, which are slow to be
  /// believed gone, and are tried often.
  private List<String> told(int mailPort, int hookPort) throws IOException {
    Path config = Files.createDirectories(folder.resolve("config"));
    try (Stream<Path> shipped = Files.list(Path.of("config"))) {
      for (Path each : shipped.toList()) {
        Files.copy(each, config.resolve(each.getFileName()));
      }
    }
    Path secret = folder.resolve("ops.webhook");
    Files.writeString(
        secret, "whsec_" + Base64.getEncoder().encodeToString("k".repeat(32).getBytes(UTF_8)));
    Files.writeString(
        config.resolve("notices.yaml"),
        """
        webhooks:
          - name: ops
            url: http://127.0.0.1:%d/in
            secretFile: %s
        routes:
          - match: {severity: critical}
            to: {email: [ops@example.org], webhook: [ops]}
        """
            .formatted(hookPort, secret));
    return List.of(
        "QERBEROS_CONFIG_DIR=" + config,
        "QERBEROS_SMTP_HOST=127.0.0.1",
        "QERBEROS_SMTP_PORT=" + mailPort,
        "QERBEROS_SMTP_TLS=false",
        "QERBEROS_SMTP_FROM=qerberos@example.org",
        "QERBEROS_MAIL_GATHER=0s",
        "QERBEROS_WEBHOOK_TIMEOUT=2s",
        "QERBEROS_WEBHOOK_PRIVATE_HOSTS=127.0.0.1");
  }

  private static HttpServer hook(int port, List<String> calls) throws IOException {
    HttpServer hook =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    hook.createContext(
        "/",
        exchange -> {
          calls.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    hook.start();
    return hook;
  }

  /// Takes calls and never answers one.
  private static void hold(ServerSocket door, Queue<Socket> held) {
    while (true) {
      try {
        held.add(door.accept());
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void refuse(ServerSocket door) {
    while (true) {
      try (Socket socket = door.accept()) {
        socket.getOutputStream().write("421 4.3.2 busy\r\n".getBytes(UTF_8));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void quietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is given up either way.
    }
  }

  private static HttpResponse<byte[]> tell(ServerProcess server, String fingerprint)
      throws Exception {
    return server.post(
        "/notifications/admin-alert",
        "application/json",
        """
        {"version":"4","status":"firing","alerts":[{"status":"firing","fingerprint":"%s",\
        "startsAt":"2026-11-21T22:56:05.119Z","labels":{"alertname":"Down","severity":"critical"},\
        "annotations":{"summary":"%s is down"}}]}\
        """
            .formatted(fingerprint, fingerprint));
  }

  /// As Alertmanager does: the same again until it is taken.
  private void tell(ServerProcess server, Set<String> alerts, AtomicBoolean over) {
    try {
      for (int n = 0; !over.get(); n++) {
        HttpResponse<byte[]> answer = tell(server, "load" + n);
        while (answer.statusCode() == 503 && !over.get()) {
          Thread.sleep(100);
          answer = tell(server, "load" + n);
        }
        if (answer.statusCode() == 200) {
          alerts.add("alert:" + id(answer));
        } else {
          assertThat(answer.statusCode()).as(text(answer)).isEqualTo(503);
        }
        Thread.sleep(100);
      }
    } catch (Exception | AssertionError e) {
      faults.add(e);
    }
  }

  private void send(
      String sender, ServerProcess server, Map<String, Long> events, AtomicBoolean over) {
    try {
      for (int n = 0; !over.get(); n++) {
        send(sender + "-" + n, server, events);
        Thread.sleep(5);
      }
    } catch (Exception | AssertionError e) {
      faults.add(e);
    }
  }

  /// Takes no other answer than that it was done.
  private static void send(String mark, ServerProcess server, Map<String, Long> events)
      throws Exception {
    HttpResponse<byte[]> answer =
        server.post(
            "/audit",
            "application/json",
            "{\"type\":\"dependencies.test\",\"ref\":\"mark:"
                + mark
                + "\",\"layer\":\"test\",\"verdict\":\"ALLOW\",\"actor\":{\"squidId\":\"did:squid:a\"}}");
    assertThat(answer.statusCode()).as(text(answer)).isEqualTo(201);
    events.put("mark:" + mark, Long.parseLong(group(INDEX, text(answer))));
  }

  private static boolean recorded(ServerProcess server, String type, String what) throws Exception {
    return text(server.get("/audit?type=" + type)).contains(what);
  }

  private static String id(HttpResponse<byte[]> answer) {
    assertThat(answer.statusCode()).as(text(answer)).isIn(200, 201);
    return group(ID, text(answer));
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), UTF_8);
  }

  private static String group(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    assertThat(found.find()).as(pattern + " in " + text).isTrue();
    return found.group(1);
  }

  /// Waits for what must come by itself; only a test that would fail ever waits so long.
  private static void await(String what, Callable<Boolean> condition) throws Exception {
    Instant end = Instant.now().plusSeconds(120);
    while (!condition.call()) {
      assertThat(Instant.now()).as(what).isBefore(end);
      Thread.sleep(50);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void areEachThereOnce(Map<String, Long> events) throws Exception {
    Map<String, Long> found = new HashMap<>();
    try (TrailReader trail = TrailReader.open(folder.resolve("data"))) {
      trail
          .ledger()
          .entries(
              0,
              trail.ledger().size(),
              (index, leaf, attachment) -> {
                Matcher mark = MARK.matcher(new String(leaf, UTF_8));
                if (mark.find()) {
                  assertThat(found.put(mark.group(1), index)).as(mark.group(1)).isNull();
                }
              });
    }
    assertThat(found).containsAllEntriesOf(events);
  }
}
