package qerberos.http;

import io.helidon.http.Header;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import qerberos.settings.HttpSettings;
import qerberos.trail.Ids;

/// Passes a request on to the process that writes, as the client sent it, and its answer back.
///
/// **When the writer dies in between**, nobody knows whether what it was asked for is done. So what
/// may be asked twice is asked again, of whoever writes next, until an answer comes or the wait is
/// over: reads, and events. Events that have no id get one that way before the first try, from an
/// `Idempotency-Key` that is added where the sender gave none; a second try then finds what the
/// first has written, and adds nothing. Everything else is answered with 503: whether it was done
/// is for the client to find out. A request that no writer ever received is always tried again.
///
/// **When the writer hangs**, its lock stays its own and nobody can take over. A request that it
/// has not begun to answer waits for as long as the writer is believed to be there, and is then
/// like one whose writer died.
///
/// Safe for concurrent use.
final class Passing implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(50);
  static final Duration LOOK = Duration.ofMillis(500);

  /// An answer of up to this length is read whole before its first byte goes on, so that the
  /// request can still be made again.
  private static final int WHOLE_BYTES = 1 << 20;

  /// Are about one connection, or are set anew for the next one.
  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "http2-settings",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  /// Said by us, whatever the client says.
  private static final Set<String> OURS = Set.of("x-request-id");

  private static final String INNER = "x-qerberos-";

  /// What [Reception] says itself with every answer.
  private static final Set<String> OF_EVERY_ANSWER =
      Set.of(
          "content-type",
          "date",
          "x-request-id",
          "x-content-type-options",
          "x-frame-options",
          "referrer-policy",
          "content-security-policy",
          "permissions-policy",
          "strict-transport-security");

  private static final Router EVENTS =
      new Router(
          List.of(
              Route.open("POST", "/audit", _ -> Answer.text(204, "")),
              Route.open("POST", "/audit/batch", _ -> Answer.text(204, ""))));

  private static final HttpResponse.BodyHandler<InputStream> STREAMED =
      BodyHandlers.ofInputStream();

  private final Writers writers;
  private final Transport transport;
  private final Ids ids;
  private final Duration wait;
  private final Predicate<WriterDoor> answers;
  private final int maxBodyBytes;
  private final Budget budget = new Budget(Runtime.getRuntime().maxMemory() * 4);
  private final Set<InputStream> streams = ConcurrentHashMap.newKeySet();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(CONNECT)
          .build();

  /// @param wait how long a request may wait for somebody who writes
  /// @param answers whether the writer may be expected to answer
  Passing(
      HttpSettings settings,
      Writers writers,
      Ids ids,
      Duration wait,
      Predicate<WriterDoor> answers) {
    this.writers = writers;
    this.transport = new Transport(settings.trustProxy(), settings.enforceHttps());
    this.ids = ids;
    this.wait = wait;
    this.answers = answers;
    this.maxBodyBytes = Math.max(settings.maxBatchBytes(), settings.maxEventBytes());
  }

  /// The writer's answer to this request.
  ///
  /// @throws Refused 503: nobody writes, or it went away in the middle of what may not be repeated
  Answer pass(Exchange exchange) throws Exception {
    long expected = exchange.request().headers().contentLength().orElse(maxBodyBytes);
    Budget.Share share =
        budget.take(
            exchange.request().content().hasEntity() ? Math.min(expected, maxBodyBytes) : 0);
    try {
      return passed(exchange, exchange.rawBody(maxBodyBytes));
    } finally {
      share.close();
    }
  }

  private Answer passed(Exchange exchange, byte[] body) throws Exception {
    boolean events = EVENTS.match(exchange.method(), exchange.path()) instanceof Router.Match.Found;
    @Nullable String key =
        events && exchange.header("Idempotency-Key").isEmpty() ? ids.next() : null;
    boolean repeatable = events || Set.of("GET", "HEAD", "OPTIONS").contains(exchange.method());
    long end = System.nanoTime() + wait.toNanos();
    while (true) {
      WriterDoor writer = exchange.timed("writer", () -> await(end));
      try {
        return answer(exchange, answered(writer, request(exchange, writer, body, key)));
      } catch (ConnectException | HttpConnectTimeoutException e) {
        writers.lost(writer);
      } catch (IOException e) {
        writers.lost(writer);
        if (!repeatable) {
          throw Refused.unavailable(
              Code.SERVICE_UNAVAILABLE,
              "the process that writes went away; whether this was done, nobody knows",
              1);
        }
      }
      Thread.sleep(PAUSE);
    }
  }

  /// Whoever writes now, or comes to write.
  ///
  /// @param end of [System#nanoTime]
  /// @throws Refused 503 when nobody does until then
  WriterDoor await(long end) throws InterruptedException {
    while (System.nanoTime() < end) {
      var now = writers.now();
      if (now.isPresent()) {
        if (answers.test(now.get())) {
          return now.get();
        }
        throw Refused.unavailable(
            Code.SERVICE_UNAVAILABLE, "the process that writes does not answer just now", 1);
      }
      Thread.sleep(PAUSE);
    }
    throw Refused.unavailable(
        Code.SERVICE_UNAVAILABLE, "no process of this folder writes just now", 1);
  }

  /// Whether it may be expected to answer.
  boolean mayAnswer(WriterDoor writer) {
    return answers.test(writer);
  }

  /// The head of the writer's answer, for which nobody waits longer than the writer is there.
  private HttpResponse<InputStream> answered(WriterDoor writer, HttpRequest request)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<InputStream>> answer = client.sendAsync(request, STREAMED);
    try {
      while (true) {
        try {
          return answer.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
          if (!answers.test(writer)) {
            throw new IOException("the process that writes does not answer any more", e);
          }
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
    } finally {
      boolean ignored = answer.cancel(true);
    }
  }

  private HttpRequest request(
      Exchange exchange, WriterDoor writer, byte[] body, @Nullable String key) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(writer.inner() + target(exchange)));
    headers(exchange, writer, request::header);
    if (key != null) {
      request.header("Idempotency-Key", key);
    }
    return request
        .method(
            exchange.method(),
            body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
        .build();
  }

  /// What the client said in headers that count beyond its connection, and what we say about it.
  ///
  /// @param each takes name and value, or throws IllegalArgumentException for one it cannot
  void headers(Exchange exchange, WriterDoor writer, BiConsumer<String, String> each) {
    for (Header header : exchange.request().headers()) {
      String name = header.name().toLowerCase(Locale.ROOT);
      if (!OF_THE_CONNECTION.contains(name) && !OURS.contains(name) && !name.startsWith(INNER)) {
        try {
          header.allValues().forEach(value -> each.accept(header.name(), value));
        } catch (IllegalArgumentException e) {
          throw Refused.field(header.name(), "is not well-formed");
        }
      }
    }
    transport.passingOn(exchange.request(), writer.secret()).forEach(each);
    each.accept("X-Request-ID", exchange.requestId());
  }

  /// Path and query, as an address may hold them.
  static String target(Exchange exchange) {
    String query = exchange.rawQuery();
    return legal(exchange.path()) + (query.isEmpty() ? "" : "?" + legal(query));
  }

  /// What an address may not hold as it is, although clients send it, in percent form.
  private static String legal(String text) {
    StringBuilder legal = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean fine = c > ' ' && c < 0x7f && "\"<>\\^`{|}[]#".indexOf(c) < 0;
      if (!fine && legal == null) {
        legal = new StringBuilder(text.substring(0, i));
      }
      if (legal != null && fine) {
        legal.append(c);
      } else if (legal != null) {
        for (byte one : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
          legal.append('%').append(String.format("%02X", one));
        }
      }
    }
    return legal == null ? text : legal.toString();
  }

  private Answer answer(Exchange exchange, HttpResponse<InputStream> response) throws IOException {
    String type = response.headers().firstValue("Content-Type").orElse(Answer.BYTES);
    long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
    boolean bodiless =
        exchange.method().equals("HEAD")
            || response.statusCode() == 204
            || response.statusCode() == 304;
    Answer answer;
    if (bodiless || (length >= 0 && length <= WHOLE_BYTES)) {
      try (InputStream in = response.body()) {
        answer = Answer.of(response.statusCode(), type, in.readAllBytes());
      }
      if (exchange.method().equals("HEAD") && length >= 0) {
        answer = answer.with("Content-Length", Long.toString(length));
      }
    } else {
      exchange.waits();
      answer = Answer.flowing(response.statusCode(), type, new Streaming(response.body()));
    }
    return with(answer, response.headers().map());
  }

  /// The answer with the writer's headers, but those that we say ourselves.
  static Answer with(Answer answer, Map<String, List<String>> headers) {
    Answer more = answer;
    for (Map.Entry<String, List<String>> header : headers.entrySet()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!OF_THE_CONNECTION.contains(name) && !OF_EVERY_ANSWER.contains(name)) {
        more = more.with(header.getKey(), String.join(", ", header.getValue()));
      }
    }
    return more;
  }

  /// Hands on what comes, as it comes.
  private final class Streaming implements Answer.Flow {
    private final InputStream in;

    Streaming(InputStream in) {
      this.in = in;
      boolean ignored = streams.add(in);
    }

    @Override
    public void to(OutputStream out) throws Exception {
      byte[] piece = new byte[1 << 16];
      while (true) {
        int read;
        try {
          read = in.read(piece);
        } catch (IOException e) {
          throw new CloseConnectionException("the process that writes broke off", e);
        }
        if (read < 0) {
          return;
        }
        out.write(piece, 0, read);
        out.flush();
      }
    }

    @Override
    public void close() {
      boolean ignored = streams.remove(in);
      quietly(in);
    }
  }

  private static void quietly(InputStream in) {
    try {
      in.close();
    } catch (IOException e) {
      // It is given up either way.
    }
  }

  /// Ends what has no end of its own.
  void endStreams() {
    new HashSet<>(streams).forEach(Passing::quietly);
  }

  @Override
  public void close() {
    endStreams();
    client.shutdownNow();
  }
}
