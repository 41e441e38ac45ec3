package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpLogTest {
  private static final TilePath TILE = TilePath.parse("tile/0/000.p/2");

  @FunctionalInterface
  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private volatile Answer answer = exchange -> exchange.sendResponseHeaders(404, -1);

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          asked.add(
              exchange.getRequestURI()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Authorization"));
          try (exchange) {
            answer.to(exchange);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    client.shutdownNow();
  }

  private HttpLog log(@Nullable String token) {
    URI prefix = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/log");
    return new HttpLog(prefix, client, token, Duration.ofMillis(1));
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(bytes);
    }
    return packed.toByteArray();
  }

  @Test
  void pathsLieBelowThePrefix_andTheTokenIsSent() throws IOException {
    answer = exchange -> send(exchange, 200, "x".getBytes(UTF_8));
    assertThat(log("secret").checkpoint()).isEqualTo("x".getBytes(UTF_8));
    log(null).tile(TILE);
    assertThat(asked).containsExactly("/log/checkpoint Bearer secret", "/log/tile/0/000.p/2 null");
  }

  @Test
  void statusesSayWhatTheyMean() {
    answer = exchange -> send(exchange, 404, new byte[0]);
    assertThatExceptionOfType(LogReader.NotThere.class).isThrownBy(() -> log(null).tile(TILE));
    answer = exchange -> send(exchange, 401, new byte[0]);
    assertThatExceptionOfType(LogReader.NotAllowed.class).isThrownBy(() -> log(null).tile(TILE));
    answer = exchange -> send(exchange, 403, new byte[0]);
    assertThatExceptionOfType(LogReader.NotAllowed.class).isThrownBy(() -> log(null).tile(TILE));
    assertThat(asked).hasSize(3);
  }

  @Test
  void aBusyServer_isAskedThreeTimes() throws IOException {
    answer = exchange -> send(exchange, asked.size() < 3 ? 503 : 200, new byte[64]);
    assertThat(log(null).tile(TILE)).hasSize(64);
    assertThat(asked).hasSize(3);
    answer = exchange -> send(exchange, 503, new byte[64]);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> log(null).tile(TILE))
        .withMessageContaining("answered 503");
    assertThat(asked).hasSize(6);
  }

  @Test
  void aRedirect_isNotFollowed() {
    answer =
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          send(exchange, 302, new byte[0]);
        };
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> log("secret").tile(TILE))
        .withMessageContaining("302");
    assertThat(asked).noneMatch(line -> line.startsWith("/elsewhere"));
  }

  @Test
  void gzip_isUnpacked_butNotBeyondWhatMayBeThere() throws IOException {
    answer =
        exchange -> {
          exchange.getResponseHeaders().add("Content-Encoding", "gzip");
          send(exchange, 200, gzip(new byte[64]));
        };
    assertThat(log(null).tile(TILE)).hasSize(64);
    byte[] bomb = gzip(new byte[50_000_000]);
    answer =
        exchange -> {
          exchange.getResponseHeaders().add("Content-Encoding", "gzip");
          send(exchange, 200, bomb);
        };
    assertThatExceptionOfType(LogReader.Malformed.class).isThrownBy(() -> log(null).tile(TILE));
    answer =
        exchange -> {
          exchange.getResponseHeaders().add("Content-Encoding", "br");
          send(exchange, 200, new byte[64]);
        };
    assertThatExceptionOfType(LogReader.Malformed.class).isThrownBy(() -> log(null).tile(TILE));
  }

  @Test
  void anEndlessAnswer_isCutOff() {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] much = new byte[1 << 16];
          while (true) {
            exchange.getResponseBody().write(much);
          }
        };
    assertThatExceptionOfType(LogReader.Malformed.class)
        .isThrownBy(() -> log(null).tile(TILE))
        .withMessageContaining("more than 64 bytes");
  }

  @Test
  void nobodyThere_cannotTell() throws IOException {
    server.stop(0);
    MemoryLog memory = new MemoryLog(1);
    Verification verification = new Verifier(memory.trust()).log(log(null), Verifier.Entries.NONE);
    assertThat(verification).isInstanceOf(Verification.CannotTell.class);
  }

  @Test
  void aServedLog_holdsOverHttp() throws IOException {
    MemoryLog memory = new MemoryLog(5000);
    Verifier verifier = new Verifier(memory.trust());
    try (LogServer served = LogServer.start(memory)) {
      HttpLog log = new HttpLog(served.url(), client, null, Duration.ofMillis(1));
      assertThat(verifier.log(log, Verifier.Entries.ALL)).isInstanceOf(Verification.Holds.class);
      memory.flip(TilePath.parse("tile/entries/007"), 10);
      assertThat(verifier.log(log, Verifier.Entries.ALL)).isInstanceOf(Verification.Broken.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/data/ledger", "ftp://host/", "http:log", "http://h/?q=1", "http://h/#f"})
  void whatIsNoUrlOfALog_isRefused(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HttpLog(URI.create(url), client, null, Duration.ZERO))
        .withMessageStartingWith("url: ");
  }
}
