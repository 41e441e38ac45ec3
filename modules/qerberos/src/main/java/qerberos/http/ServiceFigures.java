package qerberos.http;

import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.util.List;
import qerberos.identity.UpstreamHealth;
import qerberos.ledger.Verification;
import qerberos.redis.RedisHealth;
import qerberos.state.State;
import qerberos.state.Switch;
import qerberos.trail.Follower;
import qerberos.trail.SelfCheck;
import qerberos.trail.Trail;
import qerberos.trail.TrailSearch;

/// What metrics say of the service as a whole.
final class ServiceFigures {
  private ServiceFigures() {}

  /// What the service is made of and depends on.
  static void measure(
      Metrics metrics,
      Trail trail,
      State state,
      SelfCheck selfCheck,
      HealthWatch watch,
      String version,
      Clock clock) {
    double startSeconds = clock.millis() / 1e3;
    Tags none = Tags.empty();
    metrics.gauge(
        "qerberos.build.info",
        "1, with the version as a label",
        Tags.of("version", version),
        metrics,
        _ -> 1);
    metrics.gauge("qerberos.up.since.seconds", "when we began", none, metrics, _ -> startSeconds);
    metrics.gauge(
        "qerberos.ledger.size", "entries in the tree", none, trail, one -> one.ledger().size());
    metrics.gauge(
        "qerberos.ledger.checkpoint.age.seconds",
        "since the last checkpoint was signed",
        none,
        trail,
        one -> one.ledger().status().checkpointAge().toMillis() / 1e3);
    metrics.gauge(
        "qerberos.ledger.writable",
        "1 while events are taken",
        none,
        trail,
        one -> one.ledger().status().writable() ? 1 : 0);
    metrics.gauge(
        "qerberos.queue.depth",
        "what waits",
        Tags.of("queue", "ledger"),
        trail,
        one -> one.ledger().status().queuedEntries());
    metrics.gauge(
        "qerberos.queue.depth",
        "what waits",
        Tags.of("queue", "own_events"),
        trail,
        one -> one.own().waiting());
    metrics.gauge(
        "qerberos.follower.lag.events",
        "how far a follower is behind the log",
        Tags.of("follower", "index"),
        trail,
        one -> one.indexing().lag());
    metrics.gauge(
        "qerberos.index.wrong.hits",
        "hits that were not what was asked for; more than 0: somebody changed the index",
        none,
        trail.search(),
        TrailSearch::wrongHits);
    metrics.gauge(
        "qerberos.audit.chain.valid",
        "1 when the last verification of the whole log held, 0 when not, NaN before the first",
        none,
        selfCheck,
        check ->
            check
                .last()
                .map(last -> last.verification() instanceof Verification.Holds ? 1.0 : 0.0)
                .orElse(Double.NaN));
    for (String name : List.of("squid", "qonsent")) {
      Tags tags = Tags.of("dependency", name);
      metrics.gauge(
          "qerberos.dependency.up",
          "1 when it answers",
          tags,
          watch,
          one -> upstream(one, name).status() == UpstreamHealth.Status.UP ? 1 : 0);
      metrics.gauge(
          "qerberos.dependency.latency.seconds",
          "of the last answer",
          tags,
          watch,
          one -> upstream(one, name).latencyMillis() / 1e3);
    }
    metrics.gauge(
        "qerberos.dependency.up",
        "1 when it answers",
        Tags.of("dependency", "database"),
        watch,
        one -> one.seen().state() == null ? 1 : 0);
    if (!(watch.redis() instanceof RedisHealth.Off)) {
      metrics.gauge(
          "qerberos.dependency.up",
          "1 when it answers",
          Tags.of("dependency", "redis"),
          watch,
          one -> one.redis() instanceof RedisHealth.Up ? 1 : 0);
    }
    metrics.gauge(
        "qerberos.dependency.latency.seconds",
        "of the last answer",
        Tags.of("dependency", "database"),
        watch,
        one -> one.seen().stateMillis() / 1e3);
    for (String what : List.of("active", "idle", "pending", "max")) {
      metrics.gauge(
          "qerberos.db.pool." + what,
          "connections to the state database",
          none,
          state,
          one ->
              switch (what) {
                case "active" -> one.pool().active();
                case "idle" -> one.pool().idle();
                case "pending" -> one.pool().pending();
                default -> one.pool().max();
              });
    }
    metrics.gauge(
        "qerberos.memory.utilization.ratio",
        "heap used over its maximum",
        none,
        Runtime.getRuntime(),
        runtime -> (double) (runtime.totalMemory() - runtime.freeMemory()) / runtime.maxMemory());
  }

  /// How far the bus is behind; where it is carried outside.
  static void measure(Metrics metrics, Follower bus) {
    metrics.gauge(
        "qerberos.bus.lag.events",
        "how many entries the bus has not carried yet",
        Tags.empty(),
        bus,
        Follower::lag);
  }

  /// What administrators have put on.
  static void measure(Metrics metrics, Switch maintenance, EvidenceLock evidence) {
    metrics.gauge(
        "qerberos.maintenance.mode",
        "1 while people are shut out",
        Tags.empty(),
        maintenance,
        one -> one.isOn() ? 1 : 0);
    metrics.gauge(
        "qerberos.evidence.lock",
        "1 while evidence is locked",
        Tags.empty(),
        evidence,
        one -> one.isOn() ? 1 : 0);
  }

  private static UpstreamHealth upstream(HealthWatch watch, String name) {
    return name.equals("squid") ? watch.seen().squid() : watch.seen().qonsent();
  }
}
