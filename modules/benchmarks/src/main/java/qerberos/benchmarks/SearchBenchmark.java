package qerberos.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.ObjBuilder;
import qerberos.event.Verdict;
import qerberos.query.Aggregate;
import qerberos.query.EventIndex;
import qerberos.query.IndexSettings;
import qerberos.query.Order;
import qerberos.query.Query;
import qerberos.query.QueryParser;
import qerberos.query.Search;

/// Builds an index and asks it. Used by one thread at a time.
///
/// The events are those of [SyntheticEvents] in shape and skew (10,000 identities, 24 types, 2,000
/// resources, about 600 bytes of JSON), but each has an address, request and trace ids of its own,
/// which is what makes an index large, and they are spread over 30 days, a few seconds out of
/// order.
///
/// CPU is that of the whole process, merges and garbage collection included, less what making the
/// same events alone costs in the same run.
final class SearchBenchmark {
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
  private static final int ACTORS = 10_000;

  private SearchBenchmark() {}

  static void run(Options options) throws Exception {
    int events = Math.toIntExact(options.number("events", 2_000_000));
    long seed = options.number("seed", 1);
    int buffer = Math.toIntExact(options.number("buffer", IndexSettings.DEFAULT.bufferMegabytes()));
    int commitEvery = Math.toIntExact(options.number("commit", 40_000));
    Path folder = Files.createTempDirectory("qerberos-search");
    System.out.printf(
        "search: %,d events, seed %d, buffer %d MB, commit every %,d, Java %s, %d processors, heap"
            + " %d MB%n",
        events,
        seed,
        buffer,
        commitEvery,
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory() >> 20);
    try {
      double making = making(events, seed);
      boolean words = options.number("words", 1) != 0;
      var settings = new IndexSettings(buffer, Duration.ofMillis(50), 256, words);
      try (var index = EventIndex.open(folder, settings)) {
        build(index, events, seed, commitEvery, making);
        if (words) {
          ask(index, new Random(seed));
        }
      }
      System.out.printf("bytes per event on disk      %10.1f%n", size(folder) / (double) events);
      long start = System.nanoTime();
      try (var index = EventIndex.open(folder, settings)) {
        System.out.printf(
            "open again, checksums read   %10.1f ms for %,d events%n",
            (System.nanoTime() - start) / 1e6, index.next());
      }
    } finally {
      delete(folder);
    }
  }

  /// CPU seconds per million for making the events and nothing else.
  private static double making(int events, long seed) {
    int some = Math.min(events, 400_000);
    var random = new Random(seed);
    int sum = 0;
    for (int i = 0; i < some; i++) {
      sum += event(random, i, events).id().length();
    }
    double before = cpu();
    for (int i = 0; i < some; i++) {
      sum += event(random, i, events).id().length();
    }
    double seconds = (cpu() - before) / some * 1e6;
    System.out.printf(
        "making events                %10.2f CPU s per million (%d)%n", seconds, sum & 1);
    return seconds;
  }

  private static void build(EventIndex index, int events, long seed, int commitEvery, double making)
      throws IOException {
    var random = new Random(seed);
    double start = cpu();
    double last = start;
    double lastOfThread = threadCpu();
    long wall = System.nanoTime();
    for (int i = 0; i < events; i++) {
      index.add(i, event(random, i, events));
      if ((i + 1) % commitEvery == 0) {
        index.commit();
      }
      if ((i + 1) % 500_000 == 0) {
        double now = cpu();
        double ofThread = threadCpu();
        System.out.printf(
            "index events to %,9d    %10.2f CPU s per million, %.2f of them in the writing"
                + " thread%n",
            i + 1, (now - last) / 0.5 - making, (ofThread - lastOfThread) / 0.5 - making);
        last = now;
        lastOfThread = ofThread;
      }
    }
    index.commit();
    index.refresh();
    System.out.printf(
        "index, all                   %10.2f CPU s per million, %,.0f events/s wall%n",
        (cpu() - start) / events * 1e6 - making, events / ((System.nanoTime() - wall) / 1e9));
  }

  private interface Question {
    long ask(int i) throws IOException;
  }

  private static void ask(EventIndex index, Random random) throws IOException {
    int[] actors = random.ints(500, 0, ACTORS).map(a -> (int) ((long) a * a / ACTORS)).toArray();
    time("newest 100 of an actor", 500, i -> hits(index, actor(actors[i])));
    time("newest 100 of the busiest actor", 200, _ -> hits(index, actor(0)));
    time("newest 100, any", 200, _ -> hits(index, new Query.All()));
    time(
        "newest 100, rare type and DENY", 100, _ -> hits(index, q("type:key.rotate verdict:DENY")));
    time("newest 100, an actor and an hour", 200, i -> hits(index, and(actor(actors[i]), hour(i))));
    time("newest 100, words", 50, _ -> hits(index, q("quarterly \"shared documents\"")));
    time("newest 100, -actor", 50, _ -> hits(index, q("-actor:\"did:squid:person0\"")));
    time("newest 100, network /8", 20, _ -> hits(index, q("details.ip:10.0.0.0/8")));
    time("newest 100, network /16", 50, i -> hits(index, q("details.ip:10." + i + ".0.0/16")));
    time("newest 100, number range", 20, _ -> hits(index, q("details.durationMs:>=880")));
    time("newest 100, type prefix", 20, _ -> hits(index, q("type:document.*")));
    time("latest 100 by time, any", 50, _ -> latest(index, new Query.All()));
    time("latest 100 by time, one type", 50, _ -> latest(index, q("type:key.rotate")));
    time("count, one term", 200, _ -> count(index, q("verdict:DENY")));
    time("count, three terms", 50, _ -> count(index, q("verdict:DENY type:user.* layer:api")));
    time("count, an hour", 100, i -> count(index, hour(i)));
    time("histogram by hour", 20, _ -> bars(index, ChronoUnit.HOURS, null, new Query.All()));
    time(
        "histogram by hour and type",
        20,
        _ -> bars(index, ChronoUnit.HOURS, "type", new Query.All()));
    time("the same, of DENY", 20, _ -> bars(index, ChronoUnit.HOURS, "type", q("verdict:DENY")));
    time("top 10 types", 20, _ -> top(index, "type", new Query.All()));
    time("top 10 actors of DENY", 10, _ -> top(index, "actor", q("verdict:DENY")));
  }

  private static void time(String what, int times, Question question) throws IOException {
    long sum = 0;
    // Each question is asked in full before it is timed, so that code is compiled and pages are in.
    for (int i = 0; i < times; i++) {
      sum = question.ask(i);
    }
    double[] millis = new double[times];
    double cpu = threadCpu();
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      sum = question.ask(i);
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    double cpuMillis = (threadCpu() - cpu) * 1e3 / times;
    Arrays.sort(millis);
    System.out.printf(
        "%-34s p50 %8.3f ms  p99 %8.3f ms  CPU %8.3f ms  (%,d)%n",
        what, millis[times / 2], millis[Math.min(times - 1, times * 99 / 100)], cpuMillis, sum);
  }

  private static long hits(EventIndex index, Query query) throws IOException {
    return index.search(Search.of(query)).total();
  }

  private static long latest(EventIndex index, Query query) throws IOException {
    return index.search(Search.of(query).withOrder(Order.TIME)).total();
  }

  private static long count(EventIndex index, Query query) throws IOException {
    return switch (index.aggregate(new Aggregate.Count(), query, Search.ALL)) {
      case Aggregate.Total(var total, _) -> total;
      case Aggregate.Bars _, Aggregate.Values _, Aggregate.Different _ ->
          throw new IllegalStateException("not a count");
    };
  }

  private static long bars(EventIndex index, ChronoUnit unit, @Nullable String by, Query query)
      throws IOException {
    return switch (index.aggregate(new Aggregate.Histogram(unit, by, 50), query, Search.ALL)) {
      case Aggregate.Bars(var bars, _) -> bars.size();
      case Aggregate.Total _, Aggregate.Values _, Aggregate.Different _ ->
          throw new IllegalStateException("not bars");
    };
  }

  private static long top(EventIndex index, String field, Query query) throws IOException {
    return switch (index.aggregate(new Aggregate.Top(field, 10), query, Search.ALL)) {
      case Aggregate.Values(var values, _) -> values.getFirst().events();
      case Aggregate.Total _, Aggregate.Bars _, Aggregate.Different _ ->
          throw new IllegalStateException("not values");
    };
  }

  private static Query q(String text) {
    return QueryParser.parse(text);
  }

  private static Query actor(int actor) {
    return new Query.Term("actor", "did:squid:person" + actor);
  }

  private static Query hour(int i) {
    Instant from = START.plus(i % 600, ChronoUnit.HOURS);
    return new Query.Range(
        "time",
        new Query.Bound(from.toString(), true),
        new Query.Bound(from.plus(1, ChronoUnit.HOURS).toString(), false));
  }

  private static Query and(Query one, Query other) {
    return new Query.And(List.of(one, other));
  }

  private static AuditEvent event(Random random, int i, int events) {
    long span = Duration.ofDays(30).toMillis();
    Instant time = START.plusMillis(span * i / events - random.nextInt(3_000));
    Instant received = START.plusNanos(span * i / events * 1_000_000 + random.nextInt(1_000_000));
    double skew = random.nextDouble();
    int actor = (int) (skew * skew * ACTORS);
    int type = random.nextInt(SyntheticEvents.TYPES.length);
    boolean refused = random.nextInt(20) == 0;
    int revision = random.nextInt(50);
    var details = new ObjBuilder();
    details.add("after", state("published", revision + 1));
    details.add("before", state("draft", revision));
    details.add("durationMs", Json.of(random.nextInt(900)));
    details.add("ip", Json.of(address(random, actor)));
    details.add("method", Json.of("POST"));
    details.add("path", Json.of(path(random)));
    details.add("reason", Json.of(refused ? "the role does not allow it" : REASON));
    details.add(
        "userAgent", Json.of(SyntheticEvents.AGENTS[actor % SyntheticEvents.AGENTS.length]));
    var context = new ObjBuilder();
    context.add("request_id", Json.of(hex(random.nextLong())));
    context.add("trace_id", Json.of(hex(random.nextLong()) + hex(random.nextLong())));
    EventDraft draft =
        EventDraft.builder()
            .type(SyntheticEvents.TYPES[type])
            .ref("document:" + random.nextInt(2_000))
            .actor("did:squid:person" + actor, "device" + actor % 7, "team" + actor % 40)
            .layer(SyntheticEvents.LAYERS[type % SyntheticEvents.LAYERS.length])
            .verdict(refused ? Verdict.DENY : Verdict.ALLOW)
            .details(details.build())
            .context(context.build())
            .timestamp(time)
            .build();
    return new AuditEvent("bench-" + i, "gateway", received, draft);
  }

  private static final String REASON = "quarterly review of shared documents";

  private static Json state(String state, int revision) {
    return new ObjBuilder().add("revision", Json.of(revision)).add("state", Json.of(state)).build();
  }

  private static String address(Random random, int actor) {
    return "10." + (actor & 0xff) + "." + random.nextInt(256) + "." + random.nextInt(256);
  }

  private static String path(Random random) {
    return "/v2/projects/" + random.nextInt(300) + "/documents/" + random.nextInt(100_000);
  }

  private static String hex(long value) {
    return HexFormat.of().toHexDigits(value);
  }

  private static double cpu() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }

  private static double threadCpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      long size = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        size += Files.size(file);
      }
      return size;
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : new ArrayList<>(files.toList()).reversed()) {
        Files.delete(file);
      }
    }
  }
}
