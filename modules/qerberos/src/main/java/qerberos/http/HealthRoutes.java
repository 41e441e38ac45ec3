package qerberos.http;

import io.helidon.http.HeaderNames;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import qerberos.bus.Bus;
import qerberos.delivery.Deliverer;
import qerberos.event.JsonBytes;
import qerberos.identity.Permission;
import qerberos.identity.UpstreamHealth;
import qerberos.ledger.LedgerStatus;
import qerberos.ledger.Verification;
import qerberos.redis.RedisHealth;
import qerberos.state.PoolFigures;
import qerberos.state.State;
import qerberos.trail.Follower;
import qerberos.trail.SelfCheck;
import qerberos.trail.Trail;

/// `/health`, its three sisters, and `/metrics`.
///
/// `/health` has the very shape that monitoring of others expects, without the envelope. It is 503
/// only when events cannot be taken; a dependency that is down makes it degraded, and still 200. So
/// do witnesses of whom too few have cosigned for too long ([qerberos.witness.Witnesses#fault]).
///
/// Safe for concurrent use.
final class HealthRoutes {
  private final HealthWatch watch;
  private final Trail trail;
  private final Bus bus;
  private final State state;
  private final SelfCheck selfCheck;
  private final Metrics metrics;
  private final Deliverer deliverer;
  private final InstantSource clock;
  private final Instant startedAt;
  private final String version;
  private final BooleanSupplier ready;
  private final Door door;

  HealthRoutes(
      HealthWatch watch,
      Trail trail,
      Bus bus,
      State state,
      SelfCheck selfCheck,
      Metrics metrics,
      Deliverer deliverer,
      InstantSource clock,
      String version,
      BooleanSupplier ready,
      Door door) {
    this.watch = watch;
    this.trail = trail;
    this.bus = bus;
    this.state = state;
    this.selfCheck = selfCheck;
    this.metrics = metrics;
    this.deliverer = deliverer;
    this.clock = clock;
    this.startedAt = clock.instant();
    this.version = version;
    this.ready = ready;
    this.door = door;
  }

  List<Route> routes() {
    return List.of(
        Route.internal("GET", "/health", _ -> health()),
        Route.internal("GET", "/health/live", _ -> live()),
        Route.internal("GET", "/live", _ -> live()),
        Route.internal("GET", "/health/ready", _ -> readiness()),
        Route.internal("GET", "/ready", _ -> readiness()),
        Route.of("GET", "/health/detailed", Permission.HEALTH, Route.Cost.FREE, _ -> detailed())
            .with(Route.Trait.INTERNAL),
        Route.of("GET", "/metrics", Permission.METRICS, Route.Cost.FREE, this::scrape)
            .with(Route.Trait.INTERNAL));
  }

  private Answer live() {
    return Answer.json(200, json -> json.name("status").value("ok").name("code").value("ALIVE"));
  }

  private Answer readiness() {
    boolean takes = ready.getAsBoolean() && watch.ledger().writable();
    return Answer.json(
        takes ? 200 : 503,
        json ->
            json.name("status")
                .value(takes ? "ok" : "error")
                .name("code")
                .value(takes ? "READY" : Code.NOT_READY.name()));
  }

  private Answer scrape(Exchange exchange) {
    return metrics.scrape(exchange.header(HeaderNames.ACCEPT).orElse(""));
  }

  private Answer health() {
    HealthWatch.Status status = watch.status();
    return Answer.json(code(status), json -> base(json, status, false));
  }

  private Answer detailed() {
    HealthWatch.Status status = watch.status();
    return Answer.json(
        code(status),
        json -> {
          base(json, status, true);
          role(json);
          figures(json);
          pools(json);
          workers(json);
          ledger(json);
          WitnessFigures.write(json, trail.witnesses());
          verification(json);
          certificate(json);
          json.name("build")
              .object()
              .name("version")
              .value(version)
              .name("java")
              .value(Runtime.version().toString())
              .end();
        });
  }

  /// This process is the one of its folder that writes; [ReaderApi] says the same of the others.
  private void role(JsonBytes json) {
    json.name("role").value("writer");
    for (String which : List.of("process", "writer")) {
      json.name(which)
          .object()
          .name("url")
          .value(door.url().toString())
          .name("pid")
          .value(ProcessHandle.current().pid())
          .name("since")
          .value(startedAt.truncatedTo(ChronoUnit.MILLIS).toString())
          .end();
    }
  }

  private static int code(HealthWatch.Status status) {
    return status == HealthWatch.Status.UNHEALTHY ? 503 : 200;
  }

  private void base(JsonBytes json, HealthWatch.Status status, boolean detailed) {
    HealthWatch.Seen seen = watch.seen();
    boolean maintenance = state.maintenance().isOn();
    if (maintenance || detailed) {
      json.name("maintenance").value(maintenance);
    }
    json.name("status")
        .value(status.name().toLowerCase(Locale.ROOT))
        .name("timestamp")
        .value(clock.instant().truncatedTo(ChronoUnit.MILLIS).toString())
        .name("version")
        .value(version)
        .name("uptime")
        .value(Duration.between(startedAt, clock.instant()).toSeconds())
        .name("dependencies")
        .object();
    upstream(json, "squid", seen.squid(), detailed);
    upstream(json, "qonsent", seen.qonsent(), detailed);
    redis(json, detailed);
    if (detailed) {
      json.name("database")
          .object()
          .name("status")
          .value(seen.state() == null ? "up" : "down")
          .name("latency")
          .value(seen.stateMillis())
          .name("lastCheck")
          .value(seen.at().toString());
      if (seen.state() != null) {
        json.name("error").value(seen.state());
      }
      json.end();
      witnesses(json);
      channel(json, "smtp", "email");
      channel(json, "webhooks", "webhook");
    }
    json.end();
  }

  /// Left out where there is none, unless all is asked for.
  private void redis(JsonBytes json, boolean detailed) {
    RedisHealth redis = watch.redis();
    if (!detailed && redis instanceof RedisHealth.Off) {
      return;
    }
    json.name("redis").object().name("status");
    switch (redis) {
      case RedisHealth.Off _ -> json.value("off");
      case RedisHealth.Up(long millis) -> json.value("up").name("latency").value(millis);
      case RedisHealth.Down(String reason) -> {
        json.value("down");
        if (detailed) {
          json.name("error").value(reason);
        }
      }
    }
    json.end();
  }

  /// Down when nothing has had enough cosignatures for too long; who of them is, `witnesses` says.
  private void witnesses(JsonBytes json) {
    if (!trail.witnesses().any()) {
      return;
    }
    Optional<String> fault = trail.witnesses().fault();
    json.name("witnesses")
        .object()
        .name("status")
        .value(fault.isEmpty() ? "up" : "down")
        .name("lastCheck")
        .value(clock.instant().toString());
    fault.ifPresent(sentence -> json.name("error").value(sentence));
    json.end();
  }

  /// Down when the last attempt to deliver failed.
  private void channel(JsonBytes json, String name, String channel) {
    if (!deliverer.has(channel)) {
      off(json, name);
      return;
    }
    Optional<String> fault = deliverer.fault(channel);
    json.name(name).object().name("status").value(fault.isEmpty() ? "up" : "down");
    fault.ifPresent(reason -> json.name("error").value(reason));
    json.end();
  }

  private static void off(JsonBytes json, String name) {
    json.name(name).object().name("status").value("off").end();
  }

  private static void upstream(
      JsonBytes json, String name, UpstreamHealth health, boolean detailed) {
    json.name(name)
        .object()
        .name("status")
        .value(health.status().name().toLowerCase(Locale.ROOT))
        .name("latency")
        .value(health.latencyMillis());
    if (detailed) {
      json.name("lastCheck").value(health.lastCheck().toString());
      if (health.error() != null) {
        json.name("error").value(health.error());
      }
    }
    json.end();
  }

  private void figures(JsonBytes json) {
    Runtime runtime = Runtime.getRuntime();
    json.name("metrics")
        .object()
        .name("uptime")
        .value(Duration.between(startedAt, clock.instant()).toSeconds())
        .name("requestCount")
        .value(metrics.requestCount())
        .name("errorRate")
        .value(metrics.errorRate())
        .name("avgResponseTime")
        .value(metrics.averageMillis())
        .name("memoryUsage")
        .value((double) (runtime.totalMemory() - runtime.freeMemory()) / runtime.maxMemory())
        .name("cpuUsage")
        .value(cpu())
        .end();
  }

  private static double cpu() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? Math.max(0, system.getProcessCpuLoad())
        : 0;
  }

  private void pools(JsonBytes json) {
    PoolFigures pool = state.pool();
    json.name("pools")
        .object()
        .name("db")
        .object()
        .name("active")
        .value(pool.active())
        .name("idle")
        .value(pool.idle())
        .name("pending")
        .value(pool.pending())
        .name("max")
        .value(pool.max())
        .end()
        .end();
  }

  private void workers(JsonBytes json) {
    json.name("workers").object();
    follower(json, trail.indexing());
    bus.follower().ifPresent(carrying -> follower(json, carrying));
    json.name("ownEvents")
        .object()
        .name("state")
        .value("running")
        .name("queueDepth")
        .value(trail.own().waiting())
        .end()
        .end();
  }

  private static void follower(JsonBytes json, Follower follower) {
    json.name(follower.name())
        .object()
        .name("state")
        .value(follower.failure().isPresent() ? "failing" : "running")
        .name("queueDepth")
        .value(follower.lag());
    follower.failure().ifPresent(failure -> json.name("error").value(failure));
    json.end();
  }

  private void ledger(JsonBytes json) {
    LedgerStatus status = watch.ledger();
    json.name("ledger")
        .object()
        .name("origin")
        .value(trail.ledger().origin())
        .name("writable")
        .value(status.writable());
    if (status.stopped() != null) {
      json.name("stopped").value(status.stopped());
    }
    json.name("size")
        .value(status.size())
        .name("checkpointSize")
        .value(status.checkpointSize())
        .name("checkpointAgeSeconds")
        .value(status.checkpointAge().toSeconds())
        .name("queued")
        .value(status.queuedEntries())
        .name("subjects")
        .value(trail.subjectKeys().size());
    trail.anchorFailure().ifPresent(failure -> json.name("anchorFile").value(failure));
    trail.anchorPostFailure().ifPresent(failure -> json.name("anchorUrl").value(failure));
    json.end();
  }

  private void certificate(JsonBytes json) {
    TlsDoor tls = door.tls();
    if (tls == null) {
      return;
    }
    TlsDoor.Served served = tls.served();
    json.name("tls")
        .object()
        .name("subject")
        .value(served.pair().chain().getFirst().getSubjectX500Principal().getName())
        .name("expires")
        .value(served.pair().expires().toString())
        .name("fingerprint")
        .value(served.pair().fingerprint())
        .name("servedSince")
        .value(served.since().toString());
    if (served.fault() != null) {
      json.name("error").value(served.fault());
    }
    json.end();
  }

  private void verification(JsonBytes json) {
    selfCheck
        .last()
        .ifPresent(
            result ->
                json.name("verification")
                    .object()
                    .name("at")
                    .value(result.at().toString())
                    .name("holds")
                    .value(result.verification() instanceof Verification.Holds)
                    .name("size")
                    .value(result.size())
                    .end());
  }
}
