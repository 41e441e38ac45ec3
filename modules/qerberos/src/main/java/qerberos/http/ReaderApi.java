package qerberos.http;

import static java.lang.System.Logger.Level.WARNING;

import io.helidon.http.HeaderNames;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.intake.AnyJson;
import qerberos.settings.HttpSettings;
import qerberos.trail.Ids;

/// What a process serves while another one of its folder writes: how itself is, and for everything
/// else what the writer says ([Passing]).
///
/// So who may do what, how much, what was taken back and what was seen before is decided in one
/// place for all processes, and a search finds whatever was acknowledged before it, by whomever.
///
/// It is well while the writer is, and for as long as a request would wait for the next one after
/// the last time the writer answered. Who asks for details or figures is known by the writer alone;
/// this process answers when the writer would have.
///
/// Safe for concurrent use.
public final class ReaderApi implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ReaderApi.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration LOOK_AT_MOST = Duration.ofSeconds(5);

  private final Door door;
  private final Writers writers;
  private final Duration wait;
  private final Clock clock;
  private final String version;
  private final Instant since;
  private final Metrics metrics = new Metrics();
  private final Passing passing;
  private final Tunnel tunnel;
  private final Reception reception;
  private final Thread watch;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private volatile @Nullable Seen seen;
  private volatile boolean leaving;
  private volatile boolean retired;

  /// What the writer last said about itself.
  private record Seen(WriterDoor writer, long nanos, int status, Json.Obj health, boolean ready) {}

  /// @param wait how long a request waits for somebody who writes
  public ReaderApi(
      HttpSettings settings,
      Door door,
      Writers writers,
      Duration wait,
      Clock clock,
      String version) {
    this.door = door;
    this.writers = writers;
    this.wait = wait;
    this.clock = clock;
    this.version = version;
    this.since = clock.instant();
    var ids = new Ids(clock, new SecureRandom());
    this.passing = new Passing(settings, writers, ids, wait, this::mayAnswer);
    this.tunnel = new Tunnel(writers, passing, wait);
    var routes =
        List.of(
            Route.open("GET", "/health", _ -> health()),
            Route.open("GET", "/health/live", _ -> live()),
            Route.open("GET", "/live", _ -> live()),
            Route.open("GET", "/health/ready", _ -> readiness()),
            Route.open("GET", "/ready", _ -> readiness()),
            Route.open("GET", "/health/detailed", this::detailed),
            Route.open("GET", "/metrics", this::figures),
            Route.open("GET", SocketRoutes.SOCKET, tunnel::pass));
    // HTTPS is enforced by the writer, which is told how the request came.
    this.reception =
        new Reception(
            new Router(routes, Route.open("*", "passed on", passing::pass)),
            (_, _) -> {},
            metrics,
            ids,
            clock,
            settings,
            new Transport(settings.trustProxy(), false),
            door::draining);
    this.watch = Thread.ofPlatform().name("writer-watch").daemon(true).unstarted(this::watch);
    metrics.gauge(
        "qerberos.ledger.size",
        "entries in the tree; NaN: the process that writes counts them",
        Tags.empty(),
        metrics,
        _ -> Double.NaN);
    metrics.gauge(
        "qerberos.writer.reached",
        "1 while the process that writes answers this one",
        Tags.empty(),
        this,
        one -> one.fresh().isPresent() ? 1 : 0);
  }

  /// Begins to listen, and to look after the writer.
  ///
  /// @throws IOException the address cannot be had
  public void start() throws IOException {
    door.answerWith(reception);
    watch.start();
  }

  private void watch() {
    try {
      while (true) {
        try {
          Optional<WriterDoor> writer = writers.now();
          if (writer.isPresent()) {
            look(writer.get());
          }
        } catch (RuntimeException e) {
          LOG.log(WARNING, "the health of the process that writes could not be read", e);
        }
        Thread.sleep(EVERY);
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private void look(WriterDoor writer) throws InterruptedException {
    try {
      HttpResponse<byte[]> health = ask(writer, "/health");
      if (AnyJson.read(health.body()) instanceof Json.Obj members) {
        boolean ready = members.text("status") != null && health.statusCode() == 200;
        seen = new Seen(writer, System.nanoTime(), health.statusCode(), members, ready);
      }
    } catch (IOException e) {
      writers.lost(writer);
    }
  }

  private HttpResponse<byte[]> ask(WriterDoor writer, String path)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(writer.inner() + path))
            .timeout(LOOK_AT_MOST)
            .headers(Transport.fromOurselves(writer.secret()))
            .build(),
        BodyHandlers.ofByteArray());
  }

  /// Whether this writer may answer: it did lately, or it is not the one that fell silent.
  private boolean mayAnswer(WriterDoor writer) {
    Seen last = seen;
    return retired || last == null || !last.writer().equals(writer) || fresh().isPresent();
  }

  /// What the writer said, if that was not too long ago.
  private Optional<Seen> fresh() {
    Seen last = seen;
    return last == null || System.nanoTime() - last.nanos() > wait.plus(EVERY).toNanos()
        ? Optional.empty()
        : Optional.of(last);
  }

  /// Whether the writer has answered lately and takes events.
  public boolean reached() {
    return fresh().map(Seen::ready).orElse(false);
  }

  private static Answer live() {
    return Answer.json(200, json -> json.name("status").value("ok").name("code").value("ALIVE"));
  }

  private Answer readiness() {
    boolean takes = !leaving && reached();
    return Answer.json(
        takes ? 200 : 503,
        json ->
            json.name("status")
                .value(takes ? "ok" : "error")
                .name("code")
                .value(takes ? "READY" : Code.NOT_READY.name()));
  }

  private Answer health() {
    Optional<Seen> last = fresh();
    return Answer.json(
        last.map(Seen::status).orElse(503),
        json -> {
          if (last.isPresent() && Json.of(true).equals(last.get().health().get("maintenance"))) {
            json.name("maintenance").value(true);
          }
          json.name("status")
              .value(last.map(one -> one.health().text("status")).orElse("unhealthy"))
              .name("timestamp")
              .value(now())
              .name("version")
              .value(version)
              .name("uptime")
              .value(Duration.between(since, clock.instant()).toSeconds())
              .name("dependencies")
              .value(last.map(one -> one.health().object("dependencies")).orElse(Json.EMPTY));
        });
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
  }

  /// The writer's own answer, with this process in its place where it is about one process.
  private Answer detailed(Exchange exchange) throws Exception {
    Answer answer = passing.pass(exchange);
    if (!answer.contentType().toLowerCase(Locale.ROOT).startsWith("application/json")
        || !(AnyJson.read(answer.body()) instanceof Json.Obj members)
        || members.get("role") == null) {
      return answer;
    }
    Json.Obj process =
        Json.EMPTY
            .with("url", Json.of(door.url().toString()))
            .with("pid", Json.of((double) ProcessHandle.current().pid()))
            .with("since", Json.of(since.truncatedTo(ChronoUnit.MILLIS).toString()));
    Json.Obj ours =
        members
            .with("role", Json.of("reader"))
            .with("process", process)
            .with("uptime", Json.of((double) Duration.between(since, clock.instant()).toSeconds()));
    return Answer.json(
        answer.status(),
        json -> ours.members().forEach((name, value) -> json.name(name).value(value)));
  }

  /// This process's figures, for whoever may see the writer's.
  private Answer figures(Exchange exchange) throws Exception {
    Answer answer = passing.pass(exchange);
    Answer.Flow flow = answer.flow();
    if (flow != null) {
      flow.close();
    }
    return answer.status() == 200
        ? metrics.scrape(exchange.header(HeaderNames.ACCEPT).orElse(""))
        : answer;
  }

  /// Not ready any more, and whoever is here is still served.
  public void leave() {
    leaving = true;
    door.drain();
  }

  /// Another one answers at the door from now on; what is on its way is still passed on.
  public void retire() {
    retired = true;
    watch.interrupt();
  }

  /// Ends what has no end of its own and, once the door is closed, all the rest.
  public void endStreams() {
    passing.endStreams();
    tunnel.end();
  }

  @Override
  public void close() {
    watch.interrupt();
    passing.close();
    client.shutdownNow();
    metrics.close();
  }
}
