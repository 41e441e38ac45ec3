package qerberos.identity;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A small HTTP listener that speaks JSON, for the bundled sQuid and Qonsent. Safe for concurrent
/// use.
final class LocalServer implements AutoCloseable {
  /// How much of a body that is too large is still read, in bytes, before it is refused.
  private static final int DRAINED_BYTES = 1 << 20;

  private final String name;
  private final String bind;
  private final int port;
  private final boolean allowInsecure;
  private final String portSetting;
  private @Nullable WebServer server;

  LocalServer(String name, String bind, int port, boolean allowInsecure, String portSetting) {
    this.name = name;
    this.bind = bind;
    this.port = port;
    this.allowInsecure = allowInsecure;
    this.portSetting = portSetting;
  }

  /// A status and a JSON object to answer with.
  record Answer(int status, Map<String, ?> body) {
    static Answer ok(Map<String, ?> body) {
      return new Answer(200, body);
    }
  }

  /// A question and how it is answered.
  interface Question {
    Answer answer(ServerRequest request) throws IOException;
  }

  /// Listens, or throws: IllegalArgumentException for an address that is not allowed, IOException
  /// when the port cannot be had; nothing listens then.
  void start(Consumer<HttpRouting.Builder> routes) throws IOException {
    InetAddress address = InetAddress.getByName(bind);
    if (!address.isLoopbackAddress() && !allowInsecure) {
      throw new IllegalArgumentException(
          "the bundled "
              + name
              + " hands out access over plain HTTP and listens on loopback addresses only; "
              + bind
              + " needs --allow-insecure");
    }
    probe(address);
    WebServer made =
        WebServer.builder()
            .address(address)
            .host(address.getHostAddress())
            .port(port)
            .shutdownHook(false)
            .maxPayloadSize(Message.MOST_BYTES + DRAINED_BYTES)
            .routing(routes)
            .build();
    WebServer started = made.start();
    // Helidon logs a listener that could not start and returns; it throws nothing.
    if (!started.isRunning()) {
      throw new IOException("the bundled " + name + " could not start on port " + port);
    }
    server = started;
  }

  /// Asks for the port first, because only a bind of our own says why it cannot be had.
  private void probe(InetAddress address) throws IOException {
    if (port == 0) {
      return;
    }
    try (var probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(address, port));
    } catch (BindException e) {
      throw new IOException(
          "port "
              + port
              + " on "
              + bind
              + " cannot be had ("
              + e.getMessage()
              + "), and the bundled "
              + name
              + " wants it; choose another with "
              + portSetting
              + ", 0 takes a free one",
          e);
    }
  }

  /// The port it listens on.
  int port() {
    return server == null ? port : server.port();
  }

  @Override
  public void close() {
    if (server != null) {
      WebServer ignored = server.stop();
      server = null;
    }
  }

  static Handler json(Clock clock, Question question) {
    return (request, response) -> {
      Answer answer;
      try {
        answer = question.answer(request);
      } catch (IOException e) {
        answer = error(clock, 400, "VALIDATION_ERROR", "body: " + e.getMessage(), List.of());
      }
      send(response, answer);
    };
  }

  /// The body as a JSON object; throws IOException for anything else.
  static Message body(ServerRequest request) throws IOException {
    if (!request.content().hasEntity()) {
      throw new IOException("missing");
    }
    try (var in = request.content().inputStream()) {
      byte[] bytes = in.readNBytes(Message.MOST_BYTES + 1);
      // What comes after is read and forgotten: whoever is still sending would not hear the answer.
      long forgotten = in.readNBytes(DRAINED_BYTES).length;
      if (forgotten > 0) {
        throw new IOException("more than " + Message.MOST_BYTES + " bytes");
      }
      return Message.read(bytes);
    }
  }

  static @Nullable String bearer(ServerRequest request) {
    String value = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
    return value.regionMatches(true, 0, "Bearer ", 0, 7) ? value.substring(7).strip() : null;
  }

  static InetAddress caller(ServerRequest request) throws IOException {
    SocketAddress peer = request.remotePeer().address();
    if (peer instanceof InetSocketAddress inet && inet.getAddress() != null) {
      return inet.getAddress();
    }
    throw new IOException("the caller has no address");
  }

  /// The error form of every Q service.
  static Answer error(
      Clock clock, int status, String code, String message, List<Map<String, String>> errors) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", "error");
    body.put("code", code);
    body.put("message", message);
    if (!errors.isEmpty()) {
      body.put("details", Map.of("errors", errors));
    }
    body.put("timestamp", now(clock));
    body.put("requestId", UUID.randomUUID().toString());
    body.put("retryable", status == 429 || status >= 500);
    return new Answer(status, body);
  }

  static Map<String, Object> health(Clock clock) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("status", "healthy");
    body.put("timestamp", now(clock));
    body.put("version", "1.0.0");
    body.put("dependencies", Map.of());
    return body;
  }

  static String now(Clock clock) {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static void send(ServerResponse response, Answer answer) {
    response.status(answer.status());
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    if (answer.status() == 401) {
      response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    response.send(Message.bytes(answer.body()));
  }
}
