package qerberos.http;

import static java.lang.System.Logger.Level.WARNING;

import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import qerberos.bus.Bus;
import qerberos.delivery.Deliverer;
import qerberos.delivery.Room;
import qerberos.identity.Gate;
import qerberos.redis.RedisLink;
import qerberos.settings.FollowSettings;
import qerberos.settings.HttpSettings;
import qerberos.state.Notices;
import qerberos.state.State;
import qerberos.state.StateUnavailable;
import qerberos.trail.SelfCheck;
import qerberos.trail.Trail;

/// Everything that is served over HTTP, put together and running.
///
/// Takes the [Door] over and closes it. Does not own what else it is given: trail, gate and state
/// are closed by whoever opened them, after this.
///
/// Beside the door there is an inner one, on the loopback address and a free port: there come
/// requests that other processes of the folder pass on ([ReaderApi]), as their clients sent them.
/// Who knows the secret, which is made anew at each start, is believed about where a request came
/// from; everybody else finds nothing there.
///
/// Safe for concurrent use.
public final class HttpApi implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HttpApi.class.getName());

  /// Whoever asks for our health first shall hear how we are, not that nobody has looked yet.
  private static final Duration FIRST_LOOK = Duration.ofSeconds(2);

  private static final int INNER_CONNECTIONS = 20_000;

  private final Door door;
  private final HttpServer inner;
  private final String secret;
  private final Reception reception;
  private final Instant since;
  private final Metrics metrics;
  private final Trail trail;
  private final Records records;
  private final Gate gate;
  private final Deque<AutoCloseable> open;
  private final Clock clock;
  private final HealthWatch watch;
  private final Seats streams;
  private final AuditExport export;
  private final SocketRoutes sockets;
  private final String version;
  private final List<Route> routes;
  private final SwitchRoutes switches;
  private volatile boolean ready;

  private HttpApi(
      HttpSettings settings,
      Door door,
      Parts parts,
      Clock clock,
      String version,
      Deque<AutoCloseable> open) {
    Trail trail = parts.trail();
    Bus bus = parts.bus();
    Gate gate = parts.gate();
    State state = parts.state();
    RedisLink redis = parts.redis();
    Metrics metrics = parts.metrics();
    SelfCheck selfCheck = parts.selfCheck();
    Deliverer deliverer = parts.deliverer();
    Room room = parts.room();
    this.metrics = metrics;
    this.gate = gate;
    this.open = open;
    this.clock = clock;
    this.version = version;
    this.trail = trail;
    this.records = new Records(trail.own(), trail.acts());
    this.door = door;
    this.since = clock.instant();
    var admission =
        new GateAdmission(gate.access(), gate.limits(), records, metrics, clock, settings);
    var parsers = new Parsers(Math.max(2, Runtime.getRuntime().availableProcessors()));
    open.push(parsers);
    this.watch = new HealthWatch(trail.ledger(), gate, state, redis, trail.witnesses(), clock);
    open.push(watch);
    watch.start();
    ServiceFigures.measure(metrics, trail, state, selfCheck, watch, version, clock);
    WitnessFigures.measure(metrics, trail.witnesses());
    bus.follower().ifPresent(follower -> ServiceFigures.measure(metrics, follower));
    List<Route> routes = new ArrayList<>();
    routes.addAll(new AuditWrites(trail, admission, parsers, metrics, settings).routes());
    var searches = new SearchRoutes(state.searches(), records);
    routes.addAll(searches.routes());
    routes.addAll(new AuditReads(trail, records, searches).routes());
    routes.addAll(new AuditStats(trail.search(), records, searches).routes());
    FollowSettings follow = settings.follow();
    this.streams = new Seats("streams", follow.streams(), follow.streamsEach());
    routes.addAll(
        new AuditStream(trail, admission, records, searches, clock, streams, follow).routes());
    routes.addAll(
        new BusStream(bus, trail.ledger(), admission, records, clock, streams, follow).routes());
    metrics.gauge("qerberos.streams.open", "live tails", Tags.empty(), streams, Seats::open);
    this.export = new AuditExport(trail, admission, records, searches, clock, follow);
    routes.addAll(export.routes());
    routes.addAll(new VerifyRoutes(selfCheck, records, parsers).routes());
    routes.addAll(
        new LogRoutes(
                trail.ledger(), trail.proofs(), trail.witnesses(), admission, settings.logPublic())
            .routes());
    routes.addAll(
        new HealthRoutes(
                watch,
                trail,
                bus,
                state,
                selfCheck,
                metrics,
                deliverer,
                clock,
                version,
                () -> ready,
                door)
            .routes());
    routes.addAll(new AdminRoutes(gate, records).routes());
    routes.addAll(new ReindexRoutes(trail, records).routes());
    routes.addAll(new KeyRoutes(trail, selfCheck).routes());
    var evidence = new EvidenceLock(state.evidenceLock(), settings.evidenceLock());
    this.switches =
        new SwitchRoutes(
            state.maintenance(), evidence, records, settings.adminConfirmationPhrase());
    routes.addAll(switches.routes());
    ServiceFigures.measure(metrics, state.maintenance(), evidence);
    routes.addAll(new DescriptionRoutes().routes());
    Notices notices = state.notices();
    routes.addAll(new AlertRoutes(notices, deliverer, records, metrics, trail.ids()).routes());
    routes.addAll(new TicketRoutes(notices, deliverer, records, trail.ids()).routes());
    NoticeFigures.measure(metrics, notices, deliverer);
    routes.addAll(new NoticeRoutes(notices, admission).routes());
    routes.addAll(new SendRoutes(notices, deliverer, room, records, trail.ids()).routes());
    this.sockets =
        new SocketRoutes(
            notices, room, admission, gate.socketTickets(), records, settings.sockets(), clock);
    notices.tell(room);
    routes.addAll(sockets.routes());
    metrics.gauge("qerberos.sockets.open", "WebSockets", Tags.empty(), sockets, SocketRoutes::open);
    this.routes = List.copyOf(routes);
    var router = new Router(routes);
    var restrictions =
        new SocketAdmission(
            new Restrictions(admission, state.maintenance(), evidence, clock),
            gate.socketTickets());
    this.reception =
        new Reception(
            router,
            restrictions,
            metrics,
            trail.ids(),
            clock,
            settings,
            new Transport(settings.trustProxy(), settings.enforceHttps()),
            door::draining);
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.secret = HexFormat.of().formatHex(random);
    var passedOn =
        new Reception(
            router,
            restrictions,
            metrics,
            trail.ids(),
            clock,
            settings,
            Transport.passedOn(settings.enforceHttps(), secret),
            () -> false);
    this.inner = new HttpServer(inside(settings), passedOn, trail.ids(), clock, null);
  }

  /// The inner door lets in what other doors have let in already.
  private static HttpSettings inside(HttpSettings settings) {
    return settings
        .withBind("127.0.0.1")
        .onPort(0)
        .withTls(null)
        .withMaxConnections(INNER_CONNECTIONS)
        .withMaxHeaderBytes(Math.min(1 << 20, settings.maxHeaderBytes() + 4_096));
  }

  /// Builds the routes and opens a door of its own.
  ///
  /// @throws IOException the address cannot be had; nothing is left running
  public static HttpApi start(HttpSettings settings, Parts parts, Clock clock, String version)
      throws IOException {
    return start(settings, Door.of(settings, clock), _ -> {}, parts, clock, version);
  }

  /// Tells the other processes of the folder where to pass on what they are asked.
  @FunctionalInterface
  public interface Announcement {
    void announce(WriterDoor inner) throws IOException;
  }

  /// Builds the routes and answers at this door from now on.
  ///
  /// @param announcement made before anybody is answered, at a door that was open already
  /// @throws IOException the address cannot be had; nothing is left running but the door, if it was
  public static HttpApi start(
      HttpSettings settings,
      Door door,
      Announcement announcement,
      Parts parts,
      Clock clock,
      String version)
      throws IOException {
    Deque<AutoCloseable> open = new ArrayDeque<>();
    var api = new HttpApi(settings, door, parts, clock, version, open);
    open.push(api.inner);
    try {
      api.inner.start();
      boolean opening = !door.isOpen();
      if (!opening) {
        // What cannot be announced must not close a door that was open. It was ready, and stays so.
        announcement.announce(api.inner());
        api.ready = true;
      }
      door.answerWith(api.reception);
      // Closed first: what other processes pass on is served until this one's own clients are.
      open.push(door);
      api.measureCertificate();
      api.tick();
      if (opening) {
        announcement.announce(api.inner());
        api.watch.awaitFirst(FIRST_LOOK);
      }
      api.records.system("qerberos.start", clock.instant(), version);
      api.ready = true;
      return api;
    } catch (IOException | RuntimeException e) {
      api.closeAll();
      throw e;
    }
  }

  /// Says in one sentence why the certificate and key cannot be served, before anything is opened.
  ///
  /// @throws IllegalArgumentException with that sentence
  public static void check(HttpSettings settings, InstantSource clock) {
    if (settings.tls() != null) {
      CertificatePair ignored = CertificatePair.read(settings.tls(), clock.instant());
    }
  }

  private void measureCertificate() {
    TlsDoor tls = door.tls();
    if (tls == null) {
      return;
    }
    metrics.gauge(
        "qerberos.tls.certificate.expiry.timestamp.seconds",
        "when the certificate that is served, or one that signed it, ends",
        Tags.empty(),
        tls,
        door -> door.served().pair().expires().getEpochSecond());
  }

  /// SHA-256 of the certificate that is served, in hex; empty for plain HTTP.
  Optional<String> certificate() {
    return door.certificate();
  }

  /// Tells the fingerprint of each certificate that is served from now on.
  void onCertificate(Consumer<String> listener) {
    door.onCertificate(listener);
  }

  /// Where other processes of the folder pass on what they are asked.
  public WriterDoor inner() {
    return new WriterDoor(
        URI.create("http://127.0.0.1:" + inner.port()),
        secret,
        door.url(),
        ProcessHandle.current().pid(),
        since);
  }

  /// Everything that can be asked for.
  List<Route> routes() {
    return routes;
  }

  /// Where it listens.
  public int port() {
    return door.port();
  }

  /// Not ready any more: whoever asks is told to go elsewhere, whoever is here is still served.
  public void leave() {
    ready = false;
    door.drain();
  }

  /// The same, and the end of streams, which have none of their own, and of exports, which may take
  /// longer than we have.
  public void drain() {
    leave();
    streams.close();
    sockets.end();
    export.end();
  }

  /// What is due every few seconds: merged refusals, and what the gate need not remember.
  private void tick() {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("http-timer").daemon(true).factory());
    open.push(timer::shutdownNow);
    ScheduledFuture<?> ignored =
        timer.scheduleWithFixedDelay(
            () -> quietly(() -> gate.refusals().due().forEach(records::counted)),
            2,
            2,
            TimeUnit.SECONDS);
    ignored =
        timer.scheduleWithFixedDelay(() -> quietly(this::endSwitches), 1, 1, TimeUnit.SECONDS);
    ignored = timer.scheduleWithFixedDelay(() -> quietly(this::prune), 5, 5, TimeUnit.MINUTES);
  }

  private void endSwitches() {
    try {
      switches.endThoseOver(clock.instant());
    } catch (StateUnavailable e) {
      LOG.log(WARNING, "what is over is not recorded as ended yet: " + e.getMessage());
    }
  }

  private void prune() {
    int ignored = gate.prune();
    trail.acts().appendLeft();
  }

  private static void quietly(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      LOG.log(WARNING, "what is done every few seconds failed, and will be tried again", e);
    }
  }

  /// Drains, finishes what is in flight, stops listening, and records what was still counted.
  @Override
  public void close() {
    drain();
    closeAll();
    gate.refusals().rest().forEach(records::counted);
    records.system("qerberos.stop", clock.instant(), version);
  }

  private void closeAll() {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (Exception e) {
        LOG.log(WARNING, "a part of the API did not close well", e);
      }
    }
  }
}
