package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import qerberos.identity.UpstreamHealth.Status;
import qerberos.state.SettableClock;

final class UpstreamTest {
  private final SettableClock clock = new SettableClock();
  private final FakeService service;
  private final Upstream upstream;

  UpstreamTest() throws IOException {
    service = new FakeService();
    upstream = new Upstream("sQuid", service.url(), Duration.ofSeconds(10), clock);
  }

  @AfterEach
  void close() {
    upstream.close();
    service.close();
  }

  @Test
  void health_takesBothShapes() {
    service.on("GET /health", 200, "{\"status\":\"ok\"}");
    assertThat(upstream.health().status()).isEqualTo(Status.UP);
    clock.advance(Duration.ofSeconds(3));
    service.on(
        "GET /health",
        200,
        "{\"status\":\"healthy\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"version\":\"1.0.0\","
            + "\"dependencies\":{}}");
    assertThat(upstream.health().status()).isEqualTo(Status.UP);
    assertThat(upstream.health().error()).isNull();
  }

  @Test
  void health_saysWhatIsWrong() {
    service.on("GET /health", 200, "{\"status\":\"degraded\"}");
    assertThat(upstream.health().status()).isEqualTo(Status.DEGRADED);
    clock.advance(Duration.ofSeconds(3));
    service.on("GET /health", 503, "{\"status\":\"unhealthy\"}");
    assertThat(upstream.health())
        .satisfies(
            health -> {
              assertThat(health.status()).isEqualTo(Status.DOWN);
              assertThat(health.error()).isEqualTo("sQuid answered 503");
            });
    clock.advance(Duration.ofSeconds(3));
    service.on("GET /health", 200, "<html>hello</html>");
    assertThat(upstream.health().status()).isEqualTo(Status.DOWN);
    clock.advance(Duration.ofSeconds(3));
    service.close();
    assertThat(upstream.health().error()).contains("no connection");
  }

  @Test
  void health_isAskedAtMostEveryTwoSeconds() {
    service.on("GET /health", 200, "{\"status\":\"ok\"}");
    for (int i = 0; i < 10; i++) {
      assertThat(upstream.health().status()).isEqualTo(Status.UP);
    }
    assertThat(service.asked("GET /health")).isEqualTo(1);
  }

  @Test
  void slowAnswer_isGivenUp() {
    service.on("POST /x", 200, "{}", 5000);
    try (Upstream hasty = upstream(service.url().toString(), Duration.ofMillis(400))) {
      assertThatThrownBy(() -> hasty.post("/x", null, Map.of()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("sQuid")
          .hasMessageContaining("no answer");
    }
    assertThat(service.asked("POST /x")).as("a time-out is not tried again").isEqualTo(1);
  }

  @Test
  void bodyThatNeverEnds_isGivenUp() throws Exception {
    try (var slow = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket socket = slow.accept()) {
                  socket
                      .getOutputStream()
                      .write(
                          "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
                              .getBytes(StandardCharsets.US_ASCII));
                  Thread.sleep(5000);
                } catch (IOException | InterruptedException e) {
                  // the test is over
                }
              });
      try (var one = upstream("http://127.0.0.1:" + slow.getLocalPort(), Duration.ofMillis(300))) {
        assertThatThrownBy(() -> one.get("/x")).hasMessage("sQuid gave no answer within 300 ms");
      }
    }
  }

  @Test
  void oddAnswers_areFailuresNotVerdicts() {
    service.on("GET /html", 200, "<html>");
    service.on("GET /list", 200, "[1]");
    service.on("GET /twice", 200, "{\"valid\":false,\"valid\":true}");
    service.on("GET /huge", 200, "{\"a\":\"" + "x".repeat(70_000) + "\"}");
    service.on("GET /deep", 200, "{\"a\":" + "[".repeat(80) + "]".repeat(80) + "}");
    for (String path : new String[] {"/html", "/list", "/twice", "/huge", "/deep"}) {
      assertThatThrownBy(() -> upstream.get(path)).as(path).isInstanceOf(IOException.class);
    }
  }

  @Test
  void redirect_isNotFollowed() throws Exception {
    service.on("GET /moved", 302, "");
    assertThat(upstream.get("/moved").status()).isEqualTo(302);
  }

  @Test
  void nobodyListens_isTriedTwice_thenFails() throws Exception {
    int port;
    try (var socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (var one = upstream("http://127.0.0.1:" + port, Duration.ofSeconds(10))) {
      assertThatThrownBy(() -> one.get("/x"))
          .hasMessage("sQuid at http://127.0.0.1:" + port + ": no connection");
    }
  }

  @Test
  void connectionDroppedBeforeAnyAnswer_isTriedOnceMore() throws Exception {
    var accepted = new AtomicInteger();
    try (var flaky = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  while (true) {
                    try (Socket socket = flaky.accept()) {
                      if (accepted.incrementAndGet() == 1) {
                        continue;
                      }
                      socket.getInputStream().read(new byte[4096]);
                      socket
                          .getOutputStream()
                          .write(
                              "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                                  .getBytes(StandardCharsets.US_ASCII));
                    }
                  }
                } catch (IOException e) {
                  // the test is over
                }
              });
      try (var one = upstream("http://127.0.0.1:" + flaky.getLocalPort(), Duration.ofSeconds(10))) {
        assertThat(one.post("/x", null, Map.of()).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void breaker_opensAfterFailures_andClosesWhenItWorksAgain() throws Exception {
    service.on("GET /x", 500, "");
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(() -> upstream.get("/x")).hasMessage("sQuid answered 500");
    }
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> upstream.get("/x"))
          .hasMessage("sQuid failed too often and is left alone for a moment");
    }
    assertThat(service.asked("GET /x")).isEqualTo(5);

    // half open: one call is let through, fails, and it is left alone again
    clock.advance(Upstream.OPEN_FOR.plusMillis(1));
    assertThatThrownBy(() -> upstream.get("/x")).hasMessage("sQuid answered 500");
    assertThatThrownBy(() -> upstream.get("/x")).hasMessageContaining("left alone");
    assertThat(service.asked("GET /x")).isEqualTo(6);

    service.on("GET /x", 200, "{}");
    clock.advance(Upstream.OPEN_FOR.plusMillis(1));
    for (int i = 0; i < 10; i++) {
      assertThat(upstream.get("/x").status()).isEqualTo(200);
    }
  }

  @Test
  void refusals_doNotOpenTheBreaker() throws Exception {
    service.on("GET /x", 401, "{\"valid\":false}");
    for (int i = 0; i < 30; i++) {
      assertThat(upstream.get("/x").status()).isEqualTo(401);
    }
  }

  private Upstream upstream(String url, Duration timeout) {
    return new Upstream("sQuid", URI.create(url), timeout, clock);
  }
}
