package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Canonical;
import qerberos.event.Json;

/// Real calls to real servers on this machine.
class WebhookChannelTest {
  private static final WebhookSecrets SECRETS =
      WebhookSecrets.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_" + "QUFB".repeat(10));
  private static final WebhookFormat SIGNED = new WebhookFormat.Standard(SECRETS);
  private static final Duration PATIENT = Duration.ofSeconds(30);
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
  private static final Message MESSAGE = Messages.of("m-1", "ops", Severity.CRITICAL);

  @TempDir private static Path folder = Path.of(".");
  private static OwnCertificate named = new OwnCertificate(Path.of("."));

  private final SetClock clock = new SetClock(Messages.AT);
  private final AtomicInteger lookups = new AtomicInteger();

  @BeforeAll
  static void certificates() throws Exception {
    named = OwnCertificate.make(folder, "dns:hooks.example.org");
  }

  @Test
  void aCall_isSignedWithEverySecret_andSaysWhatTheSpecificationAsksFor() throws Exception {
    try (var receiver = new Receiver(null)) {
      WebhookChannel channel = channel(local(receiver.port(), "/in?key=1"), PATIENT);
      assertThat(channel.deliver(MESSAGE))
          .isEqualTo(new Delivery.Delivered("ops at localhost answered 204"));
      Receiver.Call call = receiver.calls.getFirst();
      assertThat(call.method() + " " + call.path()).isEqualTo("POST /in?key=1");
      assertThat(call.header("Content-type")).isEqualTo("application/json");
      assertThat(call.header("Host")).isEqualTo("localhost:" + receiver.port());
      assertThat(call.header("Webhook-id")).isEqualTo("m-1");
      assertThat(call.header("Webhook-timestamp"))
          .isEqualTo(String.valueOf(Messages.AT.getEpochSecond()));
      assertThat(call.header("Webhook-signature"))
          .isEqualTo(SECRETS.signatures("m-1", Messages.AT, call.body()))
          .matches("v1,\\S{44} v1,\\S{44}");
      assertThat(call.text())
          .isEqualTo(
              "{\"data\":{\"fields\":{\"count\":\"51\",\"type\":\"alert.raised\"},\"id\":\"m-1\","
                  + "\"severity\":\"critical\",\"subject\":\"subject of m-1\","
                  + "\"text\":\"text of m-1\",\"truncated\":false},"
                  + "\"timestamp\":\"2026-11-24T10:00:00Z\",\"type\":\"alert.raised\"}");
    }
  }

  @Test
  void tryingAgain_keepsTheId_andSignsTheNewTime() throws Exception {
    try (var receiver = new Receiver(null)) {
      WebhookChannel channel = channel(local(receiver.port(), "/"), PATIENT);
      receiver.status.set(500);
      assertThat(failed(channel.deliver(MESSAGE)).permanent()).isFalse();
      clock.move(Duration.ofMinutes(5));
      receiver.status.set(200);
      assertThat(channel.deliver(MESSAGE)).isInstanceOf(Delivery.Delivered.class);
      assertThat(receiver.calls).extracting(call -> call.header("Webhook-id")).containsOnly("m-1");
      assertThat(receiver.calls.get(1).header("Webhook-signature"))
          .isEqualTo(SECRETS.signatures("m-1", clock.instant(), receiver.calls.get(1).body()));
    }
  }

  @Test
  void anIdThatIsNoHeader_becomesItsDigest() throws Exception {
    try (var receiver = new Receiver(null)) {
      WebhookChannel channel = channel(local(receiver.port(), "/"), PATIENT);
      Message odd = Messages.of("a\r\nX: y.z", "ops", Severity.INFO);
      assertThat(channel.deliver(odd)).isInstanceOf(Delivery.Delivered.class);
      assertThat(receiver.calls.getFirst().header("Webhook-id")).matches("[0-9a-f]{64}");
      assertThat(receiver.calls.getFirst().headers()).doesNotContainKey("X");
    }
  }

  @Test
  void whatIsNot2xx_isTriedAgain_whenTheOtherSideSays() throws Exception {
    Map<String, Duration> waits = new HashMap<>();
    waits.put("120", Duration.ofMinutes(2));
    waits.put("Tue, 24 Nov 2026 10:10:00 GMT", Duration.ofMinutes(10));
    waits.put("Tue, 24 Nov 2026 09:00:00 GMT", Duration.ZERO);
    waits.put("999999999", Duration.ofDays(1));
    try (var receiver = new Receiver(null)) {
      WebhookChannel channel = channel(local(receiver.port(), "/"), PATIENT);
      for (int status : List.of(400, 401, 404, 429, 500, 503)) {
        receiver.status.set(status);
        receiver.answerHeaders.clear();
        assertThat(channel.deliver(MESSAGE))
            .isEqualTo(new Delivery.Failed("ops at localhost answered " + status, false, null));
        waits.forEach(
            (said, wait) -> {
              receiver.answerHeaders.put("Retry-After", said);
              assertThat(retryAfter(channel)).as(said).isEqualTo(wait);
            });
        receiver.answerHeaders.put("Retry-After", "soon");
        assertThat(failed(channel.deliver(MESSAGE)).retryAfter()).isNull();
      }
    }
  }

  @Test
  void after410_itIsNotCalledAnyMore_untilItHasAnotherUrl() throws Exception {
    try (var receiver = new Receiver(null)) {
      Unwanted unwanted = Unwanted.inMemory();
      WebhookChannel channel = channel(local(receiver.port(), "/old"), PATIENT, unwanted);
      receiver.status.set(410);
      assertThat(failed(channel.deliver(MESSAGE)).permanent()).isTrue();
      assertThat(failed(channel.deliver(MESSAGE)).reason())
          .isEqualTo(
              "ops at localhost answered 410 and is not called any more; another URL would be");
      assertThat(receiver.calls).hasSize(1);
      receiver.status.set(200);
      WebhookChannel restarted = channel(local(receiver.port(), "/old"), PATIENT, unwanted);
      assertThat(restarted.deliver(MESSAGE)).isInstanceOf(Delivery.Failed.class);
      WebhookChannel moved = channel(local(receiver.port(), "/new"), PATIENT, unwanted);
      assertThat(moved.deliver(MESSAGE)).isInstanceOf(Delivery.Delivered.class);
    }
  }

  @Test
  void aRedirect_isNotFollowed() throws Exception {
    try (var receiver = new Receiver(null);
        var secret = new Receiver(null)) {
      receiver.answerHeaders.put("Location", "http://127.0.0.1:" + secret.port() + "/");
      WebhookChannel channel = channel(local(receiver.port(), "/"), PATIENT);
      for (int status : List.of(301, 302, 303, 307, 308)) {
        receiver.status.set(status);
        assertThat(channel.deliver(MESSAGE))
            .isEqualTo(
                new Delivery.Failed(
                    "ops at localhost answered " + status + ", a redirect, which is not followed",
                    false,
                    null));
      }
      assertThat(secret.calls).isEmpty();
    }
  }

  @Test
  void addressesOfOurOwnNetwork_areNotCalled_whateverTheNameSays() throws Exception {
    InetAddress elsewhere = InetAddress.ofLiteral("1.1.1.1");
    for (List<InetAddress> found :
        List.of(
            List.of(HERE),
            List.of(elsewhere, HERE),
            List.of(InetAddress.ofLiteral("169.254.169.254")),
            List.of(InetAddress.ofLiteral("fd00::1")))) {
      WebhookChannel channel =
          channel(atExample(443), PATIENT, Unwanted.inMemory(), named, host -> found);
      Delivery.Failed failed = failed(channel.deliver(MESSAGE));
      assertThat(failed.reason()).endsWith("which is not of the public internet");
      assertThat(failed.permanent()).isTrue();
    }
    for (String literal : List.of("127.0.0.1", "[::1]", "2130706433", "0x7f000001")) {
      var hook = new Webhook("ops", URI.create("https://" + literal + "/"), SIGNED, false);
      var channel =
          new WebhookChannel(
              List.of(hook), Unwanted.inMemory(), Duration.ofMillis(300), tls(named), clock);
      String reason = failed(channel.deliver(MESSAGE)).reason();
      assertThat(reason)
          .as(literal)
          .matches(".*(not of the public internet|the host has no address)");
    }
  }

  /// The second answer of the name would lead elsewhere; it is never asked for.
  @Test
  void aName_isLookedUpOnce_andTheConnectionGoesThere_withTlsForTheName() throws Exception {
    try (var receiver = new Receiver(named.server())) {
      var hook =
          new Webhook(
              "ops",
              URI.create("https://hooks.example.org:" + receiver.port() + "/"),
              SIGNED,
              true);
      WebhookChannel channel =
          channel(
              hook,
              PATIENT,
              Unwanted.inMemory(),
              named,
              host -> {
                assertThat(host).isEqualTo("hooks.example.org");
                return List.of(
                    lookups.incrementAndGet() == 1 ? HERE : InetAddress.ofLiteral("192.0.2.1"));
              });
      assertThat(channel.deliver(MESSAGE)).isInstanceOf(Delivery.Delivered.class);
      assertThat(lookups).hasValue(1);
      assertThat(receiver.calls.getFirst().header("Host"))
          .isEqualTo("hooks.example.org:" + receiver.port());
    }
  }

  @Test
  void aCertificateForAnotherName_orOfAStranger_isNotBelieved() throws Exception {
    OwnCertificate stranger = OwnCertificate.make(folder, "dns:localhost,ip:127.0.0.1");
    try (var receiver = new Receiver(named.server())) {
      var hook =
          new Webhook(
              "ops", URI.create("https://localhost:" + receiver.port() + "/"), SIGNED, true);
      for (OwnCertificate believed : List.of(named, stranger)) {
        WebhookChannel channel =
            channel(hook, PATIENT, Unwanted.inMemory(), believed, host -> List.of(HERE));
        assertThat(failed(channel.deliver(MESSAGE)).reason())
            .startsWith("ops at localhost: no TLS: ");
      }
      assertThat(receiver.calls).isEmpty();
    }
  }

  @Test
  void whoeverNeverFinishesAnswering_isLeftAfterTheTimeLimit() throws Exception {
    for (String slowly : List.of("", "HTTP/1.1 100 Continue\r\n\r\n", "X")) {
      try (var server = new Slow(slowly)) {
        Delivery.Failed failed =
            failed(channel(local(server.port(), "/"), Duration.ofMillis(300)).deliver(MESSAGE));
        assertThat(failed.reason()).as(slowly).startsWith("ops at localhost: ");
        assertThat(failed.permanent()).isFalse();
        if (!slowly.startsWith("HTTP")) {
          assertThat(failed.reason()).endsWith("no answer within 300 ms");
        }
      }
    }
  }

  @Test
  void whatIsNoAnswer_isSaid_andNeverTakesMoreThanItsHead() throws Exception {
    Map<String, String> cases =
        Map.of(
            "SSH-2.0-x\r\n\r\n",
            "what came is not an answer of HTTP/1.1",
            "HTTP/1.1 2000 OK\r\n\r\n",
            "what came is not an answer of HTTP/1.1",
            "HTTP/1.1 200 OK\r\n",
            "the connection ended before the answer did",
            "HTTP/1.1 200 OK\r\nX: " + "x".repeat(20_000),
            "the answer's head is larger than 16384 bytes");
    for (var each : cases.entrySet()) {
      try (var server = new Once(each.getKey())) {
        assertThat(failed(channel(local(server.port(), "/"), PATIENT).deliver(MESSAGE)).reason())
            .isEqualTo("ops at localhost: " + each.getValue());
      }
    }
  }

  @Test
  void nobodyListens_orTheHostHasNoAddress_orTheNameIsUnknown() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, HERE)) {
      port = free.getLocalPort();
    }
    Delivery.Failed refused = failed(channel(local(port, "/"), PATIENT).deliver(MESSAGE));
    assertThat(refused.reason()).startsWith("ops at localhost: ").containsIgnoringCase("refused");
    assertThat(refused.permanent()).isFalse();
    WebhookChannel lost =
        channel(
            atExample(443),
            PATIENT,
            Unwanted.inMemory(),
            named,
            host -> {
              throw new UnknownHostException(host);
            });
    assertThat(lost.deliver(MESSAGE))
        .isEqualTo(
            new Delivery.Failed("ops at hooks.example.org: the host has no address", false, null));
    assertThat(failed(lost.deliver(Messages.of("m", "other", Severity.INFO))))
        .isEqualTo(new Delivery.Failed("there is no webhook \"other\"", true, null));
  }

  @Test
  void theFirstAddressThatAnswers_isTaken() throws Exception {
    try (var receiver = new Receiver(null)) {
      WebhookChannel channel =
          channel(
              local(receiver.port(), "/"),
              PATIENT,
              Unwanted.inMemory(),
              named,
              host -> List.of(InetAddress.ofLiteral("127.0.0.2"), HERE));
      assertThat(channel.deliver(MESSAGE)).isInstanceOf(Delivery.Delivered.class);
    }
  }

  @Test
  void whatIsTooLong_isCutAndSaysSo_andStaysJson() {
    Map<String, String> fields = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      fields.put("name" + i, "\u0001".repeat(700));
    }
    String hostile = "\"}\ud800\u0000\ud83d\ude00".repeat(9_000);
    var message = new Message("m", "ops", Severity.INFO, hostile, hostile, Messages.AT, fields);
    byte[] body = WebhookBody.of(message);
    assertThat(body).hasSizeLessThanOrEqualTo(WebhookBody.MOST_BYTES);
    var data = ((Json.Obj) Canonical.read(body)).object("data");
    assertThat(data.get("truncated")).isEqualTo(Json.of(true));
    assertThat(data.text("text")).startsWith("\"}\ufffd\u0000\ud83d\ude00\"");
  }

  @Test
  void aUrlThatIsNotToBeCalled_isRefusedAtOnce() {
    for (String bad :
        List.of(
            "http://hooks.example.org/",
            "ftp://hooks.example.org/",
            "https://user:word@hooks.example.org/",
            "https://hooks.example.org/#x",
            "https:///x",
            "https://hooks.example.org:0/",
            "hooks.example.org")) {
      assertThatThrownBy(() -> new Webhook("ops", URI.create(bad), SIGNED, false))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("url: ");
    }
    var secretPath = new Webhook("ops", URI.create("https://h.example/T0/secret"), SIGNED, false);
    assertThat(secretPath.toString() + secretPath.key()).doesNotContain("secret");
  }

  private Duration retryAfter(WebhookChannel channel) {
    try {
      Duration wait = failed(channel.deliver(MESSAGE)).retryAfter();
      return wait == null ? Duration.ofMillis(-1) : wait;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Delivery.Failed failed(Delivery delivery) {
    assertThat(delivery).isInstanceOf(Delivery.Failed.class);
    return (Delivery.Failed) delivery;
  }

  private static Webhook local(int port, String path) {
    return new Webhook("ops", URI.create("http://localhost:" + port + path), SIGNED, true);
  }

  private static Webhook atExample(int port) {
    return new Webhook("ops", URI.create("https://hooks.example.org:" + port + "/"), SIGNED, false);
  }

  private WebhookChannel channel(Webhook hook, Duration timeout) throws Exception {
    return channel(hook, timeout, Unwanted.inMemory());
  }

  private WebhookChannel channel(Webhook hook, Duration timeout, Unwanted unwanted)
      throws Exception {
    return channel(hook, timeout, unwanted, named, host -> List.of(HERE));
  }

  private WebhookChannel channel(
      Webhook hook,
      Duration timeout,
      Unwanted unwanted,
      OwnCertificate believed,
      WebhookChannel.Lookup lookup)
      throws Exception {
    return new WebhookChannel(List.of(hook), unwanted, timeout, tls(believed), clock, lookup);
  }

  private static SSLSocketFactory tls(OwnCertificate believed) throws Exception {
    return believed.client().getSocketFactory();
  }

  /// Says the same again and again, slowly, and never comes to an end; or says nothing.
  private static final class Slow implements AutoCloseable {
    private final ServerSocket door = new ServerSocket(0, 5, HERE);

    Slow(String what) throws IOException {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket socket = door.accept()) {
                  OutputStream out = socket.getOutputStream();
                  while (!door.isClosed()) {
                    out.write(what.getBytes(StandardCharsets.US_ASCII));
                    Thread.sleep(20);
                  }
                } catch (IOException | InterruptedException _) {
                  // The other side has left.
                }
              });
    }

    int port() {
      return door.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      door.close();
    }
  }

  /// Says one thing, when it has heard all, and ends the connection.
  private static final class Once implements AutoCloseable {
    private final ServerSocket door = new ServerSocket(0, 5, HERE);

    Once(String what) throws IOException {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket socket = door.accept()) {
                  byte[] seen = new byte[WebhookBody.MOST_BYTES * 2];
                  int length = 0;
                  byte[] end = "\"alert.raised\"}".getBytes(StandardCharsets.US_ASCII);
                  while (length < end.length
                      || !Arrays.equals(seen, length - end.length, length, end, 0, end.length)) {
                    length += socket.getInputStream().read(seen, length, seen.length - length);
                  }
                  socket.getOutputStream().write(what.getBytes(StandardCharsets.US_ASCII));
                } catch (IOException _) {
                  // The other side has left.
                }
              });
    }

    int port() {
      return door.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      door.close();
    }
  }
}
