package qerberos.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.LedgerObserver;

/// What we count and measure about ourselves, in Prometheus' words.
///
/// Safe for concurrent use.
public final class Metrics implements AutoCloseable {
  private record Served(String method, String route, int status) {}

  private static final int EVENT_SERIES = 1_000;

  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ConcurrentHashMap<Served, Counter> requests = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Timer> durations = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Counter> counters = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Counter> events = new ConcurrentHashMap<>();
  private final Counter allowed =
      Counter.builder("qerberos.auth").tags("result", "allowed").register(registry);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final AtomicInteger active = new AtomicInteger();
  private final LongAdder total = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder timedTotal = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  public Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    collections.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    gauge(
        "qerberos.active.connections",
        "requests being served",
        Tags.empty(),
        this,
        _ -> active.get());
  }

  /// Adds a figure that is asked for at each scrape. `thing` must stay alive elsewhere.
  public <T> void gauge(
      String name, String description, Tags tags, T thing, ToDoubleFunction<T> figure) {
    Meter ignored =
        Gauge.builder(name, thing, figure)
            .description(description)
            .tags(tags)
            .strongReference(true)
            .register(registry);
  }

  /// Adds something that is counted elsewhere, and only ever grows.
  <T> void counter(String name, String description, Tags tags, T thing, ToDoubleFunction<T> count) {
    Meter ignored =
        FunctionCounter.builder(name, thing, count)
            .description(description)
            .tags(tags)
            .register(registry);
  }

  /// Counts one; `labels` are name and value in turn.
  public void count(String name, long amount, String... labels) {
    counters
        .computeIfAbsent(
            name + '\n' + String.join("\n", labels),
            _ -> Counter.builder(name).tags(labels).register(registry))
        .increment((double) amount);
  }

  /// Somebody was let in.
  void allowed() {
    allowed.increment();
  }

  /// Counts an event that was recorded. Senders choose types, so only the first thousand get a
  /// series of their own; the rest share one.
  void event(String type, String verdict) {
    Counter known = events.get(type + '\n' + verdict);
    if (known == null) {
      String action = events.size() < EVENT_SERIES ? type : "other";
      known =
          events.computeIfAbsent(
              action + '\n' + verdict,
              _ ->
                  Counter.builder("qerberos.audit.events")
                      .description("events recorded")
                      .tags("action", action, "verdict", verdict)
                      .register(registry));
    }
    known.increment();
  }

  /// Measures the ledger's disk.
  public LedgerObserver ledgerObserver() {
    Timer forces =
        Timer.builder("qerberos.ledger.force")
            .description("time to force one frame to disk")
            .serviceLevelObjectives(BUCKETS)
            .register(registry);
    Counter published =
        Counter.builder("qerberos.ledger.checkpoints")
            .description("checkpoints signed and published")
            .register(registry);
    return new LedgerObserver() {
      @Override
      public void forced(long nanos, int entries) {
        forces.record(Duration.ofNanos(nanos));
      }

      @Override
      public void published(Checkpoint checkpoint) {
        published.increment();
      }
    };
  }

  /// The registry, for parts that measure themselves.
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  void started() {
    active.incrementAndGet();
  }

  void finished(String method, String route, int status, long tookNanos, boolean timed) {
    active.decrementAndGet();
    total.increment();
    if (timed) {
      timedTotal.increment();
      nanos.add(tookNanos);
    }
    requests
        .computeIfAbsent(
            new Served(method, route, status),
            served ->
                Counter.builder("qerberos.requests")
                    .description("requests answered")
                    .tags(
                        "method",
                        served.method(),
                        "route",
                        served.route(),
                        "status",
                        Integer.toString(served.status()))
                    .register(registry))
        .increment();
    if (status >= 500) {
      failed.increment();
    }
    if (timed) {
      durations
          .computeIfAbsent(
              route,
              name ->
                  Timer.builder("qerberos.request.duration")
                      .description("time from the request's head to its answer; waits excluded")
                      .tags("route", name)
                      .serviceLevelObjectives(BUCKETS)
                      .register(registry))
          .record(Duration.ofNanos(tookNanos));
    }
  }

  long requestCount() {
    return total.sum();
  }

  /// Answers with 5xx over all answers, 0 to 1.
  double errorRate() {
    long all = total.sum();
    return all == 0 ? 0 : (double) failed.sum() / all;
  }

  /// Of the answers that nobody had to wait for.
  double averageMillis() {
    long all = timedTotal.sum();
    return all == 0 ? 0 : nanos.sum() / 1e6 / all;
  }

  /// Prometheus text, or OpenMetrics when `accept` asks for it.
  Answer scrape(String accept) {
    String type =
        accept.contains("application/openmetrics-text")
            ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
            : "text/plain; version=0.0.4; charset=utf-8";
    return Answer.of(
        200, type, registry.scrape(type).getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
