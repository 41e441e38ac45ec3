package qerberos.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import qerberos.bus.Bus;
import qerberos.delivery.Deliverer;
import qerberos.delivery.Room;
import qerberos.delivery.SocketChannel;
import qerberos.event.Json;
import qerberos.event.Privacy;
import qerberos.identity.Gate;
import qerberos.identity.IssuedToken;
import qerberos.identity.Limits;
import qerberos.identity.NewToken;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.intake.AnyJson;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.LogStorage;
import qerberos.notice.Channel;
import qerberos.notice.Retries;
import qerberos.notice.Routes;
import qerberos.notice.Severity;
import qerberos.notice.Times;
import qerberos.notice.Way;
import qerberos.redis.RedisBuckets;
import qerberos.redis.RedisLink;
import qerberos.settings.HttpSettings;
import qerberos.settings.IdentitySettings;
import qerberos.settings.LimitSettings;
import qerberos.settings.RedisSettings;
import qerberos.settings.StateSettings;
import qerberos.settings.TrailSettings;
import qerberos.state.State;
import qerberos.state.Telling;
import qerberos.trail.SelfCheck;
import qerberos.trail.Trail;

/// The whole service on free ports and a folder of its own, and a client that speaks real HTTP to
/// it.
final class RunningService implements AutoCloseable {
  /// A status, headers and the body of an answer.
  record Reply(int status, HttpResponse<byte[]> response) {
    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    Json.Obj json() {
      return (Json.Obj) AnyJson.read(response.body());
    }

    String code() {
      return String.valueOf(json().text("code"));
    }

    Json.Obj data() {
      return json().object("data");
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  static final LimitSettings WIDE =
      new LimitSettings(
          1_000_000, 100_000, 200_000, 60_000, 100_000, 100_000, 100_000, 100, 50, 10, 100_000);

  private interface Closing {
    void close() throws IOException;
  }

  private final Path folder;
  private final Deque<Closing> open = new ArrayDeque<>();
  private final HttpClient client;
  private final String scheme;
  private final SecureRandom random = new SecureRandom();
  final Metrics metrics = new Metrics();
  final State state;
  final RedisLink redis;
  final Gate gate;
  final Trail trail;
  final Bus bus;
  final SelfCheck selfCheck;
  final HttpApi api;
  final String admin;

  /// What it is started with, where it is not as usual.
  private static final class Setup {
    HttpSettings http = HttpSettings.defaults().onPort(0);
    LimitSettings limits = WIDE;
    UnaryOperator<LogStorage> storage = UnaryOperator.identity();
    UnaryOperator<TrailSettings> trail = UnaryOperator.identity();
    List<Channel> channels = List.of();
    Routes told = Routes.NONE;
    Optional<RedisSettings> redis = Optional.empty();
  }

  static RunningService in(Path folder) throws IOException {
    return new RunningService(folder, new Setup());
  }

  static RunningService in(
      Path folder,
      UnaryOperator<HttpSettings> http,
      LimitSettings limits,
      UnaryOperator<LogStorage> storage)
      throws IOException {
    var setup = new Setup();
    setup.http = http.apply(setup.http);
    setup.limits = limits;
    setup.storage = storage;
    return new RunningService(folder, setup);
  }

  /// The same with other settings of the trail.
  static RunningService following(Path folder, UnaryOperator<TrailSettings> trail)
      throws IOException {
    var setup = new Setup();
    setup.trail = trail;
    return new RunningService(folder, setup);
  }

  /// The same, and operators hear of what is critical by these channels.
  static RunningService telling(Path folder, List<Channel> channels) throws IOException {
    return telling(folder, channels, toOperators(channels));
  }

  /// The same, and people hear of what these routes say, by these channels.
  static RunningService telling(Path folder, List<Channel> channels, Routes told)
      throws IOException {
    var setup = new Setup();
    setup.channels = channels;
    setup.told = told;
    return new RunningService(folder, setup);
  }

  /// The same with the limits of a process that shares them by Redis.
  static RunningService sharing(Path folder, LimitSettings limits, RedisSettings redis)
      throws IOException {
    var setup = new Setup();
    setup.limits = limits;
    setup.redis = Optional.of(redis);
    return new RunningService(folder, setup);
  }

  /// What is critical goes out by every channel there is.
  private static Routes toOperators(List<Channel> channels) {
    List<Way> ways = channels.stream().map(one -> new Way(one.name(), "operators")).toList();
    return ways.isEmpty()
        ? Routes.NONE
        : new Routes(
            List.of(new qerberos.notice.Route(Severity.CRITICAL, "*", "*", Times.always(), ways)));
  }

  private RunningService(Path folder, Setup setup) throws IOException {
    HttpSettings http = setup.http;
    this.folder = folder;
    this.scheme = http.tls() == null ? "http" : "https";
    this.client =
        http.tls() == null
            ? HttpClient.newHttpClient()
            : HttpClient.newBuilder().sslContext(OwnPair.client(http.tls().certificate())).build();
    Path config = Files.createDirectories(folder.resolve("config"));
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.writeString(
        config.resolve("identities.yaml"),
        """
        identities:
          - squidId: did:squid:alice
            daoId: dao:red
          - squidId: did:squid:bob
            daoId: dao:blue
          - squidId: did:squid:carol
            daoId: dao:red
          - squidId: did:squid:dora
            daoId: dao:green
            subIds: [north, south]
        """);
    Files.writeString(
        config.resolve("grants.yaml"),
        """
        grants:
          - identity: did:squid:alice
            permissions: [qerberos:audit:read, qerberos:audit:write]
            scope: own
          - identity: did:squid:bob
            permissions: [qerberos:audit:read]
            scope: own
          - identity: did:squid:carol
            permissions: [qerberos:audit:read]
            scope: dao
          - identity: did:squid:dora
            permissions: [qerberos:audit:read]
            scope: subidentity
        """);
    Clock clock = Clock.systemUTC();
    state = State.open(StateSettings.in(data), clock);
    open.push(state::close);
    LogStorage disk = setup.storage.apply(new FolderStorage(data.resolve("ledger")));
    trail =
        Trail.open(
            setup.trail.apply(TrailSettings.in(data)),
            Privacy.defaults(),
            disk,
            metrics.ledgerObserver(),
            state,
            clock,
            random);
    open.push(trail::close);
    redis = RedisLink.open(setup.redis, trail.ledger().origin());
    open.push(redis::close);
    var limits = new Limits(setup.limits, clock, System::nanoTime, RedisBuckets.over(redis));
    gate =
        Gate.open(
            IdentitySettings.standalone(config, data.resolve("secrets")).withPorts(0, 0),
            state,
            limits,
            random,
            clock,
            change -> Records.changed(trail.acts(), change));
    open.push(gate::close);
    selfCheck =
        new SelfCheck(
            trail.ledger(),
            disk,
            state.documents(),
            clock,
            Duration.ofHours(24),
            Duration.ofHours(24));
    selfCheck.start();
    open.push(selfCheck::close);
    var room = new Room();
    List<Channel> all = new ArrayList<>(setup.channels);
    boolean ignored = all.add(new SocketChannel(room));
    var deliverer =
        new Deliverer(
            state.notices(), all, setup.told, Retries.usual(), trail.acts(), clock, random);
    deliverer.start();
    open.push(deliverer::close);
    bus = Bus.inside(trail);
    open.push(bus::close);
    api =
        HttpApi.start(
            http,
            new Parts(trail, bus, gate, state, redis, metrics, selfCheck, deliverer, room),
            clock,
            "1.0.0");
    open.push(api::close);
    admin = Files.readString(gate.adminToken()).strip();
  }

  Path data() {
    return folder.resolve("data");
  }

  int port() {
    return api.port();
  }

  /// Waits until everything in the log can be found.
  void awaitIndexed() throws IOException, InterruptedException {
    if (!trail.search().awaitIndexed(trail.ledger().size(), Duration.ofSeconds(30))) {
      throw new AssertionError("the index does not come to " + trail.ledger().size());
    }
  }

  /// A new service token with these permissions.
  String token(String name, Scope scope, Permission... permissions) throws IOException {
    Set<Permission> all = EnumSet.noneOf(Permission.class);
    all.addAll(Set.of(permissions));
    return token(new NewToken(name, all, scope, null));
  }

  String token(NewToken wanted) throws IOException {
    IssuedToken made = gate.tokens().make(wanted, "test");
    gate.tokens().issue(made, Telling.NOTHING);
    return made.text();
  }

  /// Logs in at the bundled sQuid.
  String login(String name) throws IOException, InterruptedException {
    return loginWith(name, "");
  }

  /// The same as one of their subidentities.
  String login(String name, String subId) throws IOException, InterruptedException {
    return loginWith(name, ",\"subId\":\"" + subId + "\"");
  }

  private String loginWith(String name, String more) throws IOException, InterruptedException {
    String password =
        Files.readString(data().resolve("secrets/identities/" + name + ".password")).strip();
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + gate.squidPort().orElseThrow() + "/auth/login"))
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"username\":\""
                        + name
                        + "\",\"password\":\""
                        + password
                        + "\""
                        + more
                        + "}"))
            .build();
    HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    Json.Obj json = (Json.Obj) AnyJson.read(answer.body());
    String token = json.text("access_token");
    return String.valueOf(token == null ? json.object("data").text("access_token") : token);
  }

  Reply get(String path, String token, String... headers) throws IOException, InterruptedException {
    return send(request(path, token, headers).GET());
  }

  Reply post(String path, String token, String body, String... headers)
      throws IOException, InterruptedException {
    return post(path, token, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  Reply post(String path, String token, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return send(request(path, token, headers).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return send(request, StreamStart.TO_AN_EMPTY_LINE);
  }

  /// A stream has no end; of that one answers, what comes before this is read.
  Reply send(HttpRequest.Builder request, Pattern end) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = client.send(request.build(), StreamStart.orAll(end));
    return new Reply(response.statusCode(), response);
  }

  HttpRequest.Builder request(String path, String token, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port() + path))
            .timeout(Duration.ofSeconds(30));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request;
  }

  /// An event as a sender writes it.
  static String event(String id, String type, String actor) {
    return """
    {"id":"%s","type":"%s","ref":"document:42","layer":"application","verdict":"ALLOW",\
    "actor":{"squidId":"%s"},"details":{"ip":"192.0.2.7","with":"partner"}}\
    """
        .formatted(id, type, actor);
  }

  @Override
  public void close() throws IOException {
    client.close();
    while (!open.isEmpty()) {
      open.pop().close();
    }
    metrics.close();
  }
}
