package qerberos.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// A real server with everything on, under three loads one after another: NDJSON batches, single
/// events over many connections, and single events that wait for their proof on an idle machine.
///
/// The generator shares the machine with the server; CPU seconds are those of the server's process
/// alone. The rate limit per token is on at its default, so the batch load is spread over as many
/// connections as asked, all with the administrator's token.
final class IngestBenchmark {
  private static final int WARM_UP = 100_000;
  private static final int SINGLES = 64;
  private static final int SINGLE_WARM_UP_SECONDS = 10;

  /// What the environment says beside defaults is handed on to the server; values may be secret.
  private static final Predicate<String> SETTING = Pattern.compile("^QERBEROS_").asPredicate();

  private IngestBenchmark() {}

  static void run(Options options) throws Exception {
    long events = options.number("events", 1_000_000);
    int connections = (int) options.number("connections", 2);
    int batch = (int) options.number("batch", 500);
    long seconds = options.number("single", 20);
    int proofs = (int) options.number("proofs", 200);
    long seed = options.number("seed", 1);
    Path folder = Files.createTempDirectory("qerberos-bench-");
    System.out.printf(
        "ingest: %,d events in batches of %d over %d connections, seed %d, %d processors%n",
        events, batch, connections, seed, Runtime.getRuntime().availableProcessors());
    List<String> settings = System.getenv().keySet().stream().filter(SETTING).sorted().toList();
    System.out.println("  settings: " + (settings.isEmpty() ? "none, all defaults" : settings));
    try (var server = ServerUnderLoad.start(folder.resolve("data"))) {
      System.out.printf("  idle: %,d MB resident%n", server.residentBytes() >> 20);
      batches(server, "warm", seed, WARM_UP, batch, connections);
      long million = 1_000_000;
      for (long sent = 0, part = 1; sent < events; sent += million, part++) {
        long now = Math.min(million, events - sent);
        batches(server, "batch" + part, seed + part, now, batch, connections);
      }
      long singles =
          singles(server, "warm", seed, SINGLE_WARM_UP_SECONDS)
              + singles(server, "single", seed, seconds);
      proofs(server, seed, proofs);
      long stored = 0;
      for (String part : List.of("ledger", "keys", "index")) {
        long bytes = server.bytesUnder(part);
        stored += bytes;
        System.out.printf("  %s: %,d MB%n", part, bytes >> 20);
      }
      System.out.printf(
          "  stored: %.0f bytes per event (preallocated space included)%n",
          (double) stored / (WARM_UP + events + singles + proofs));
      System.out.printf("  memory: %,d MB resident at most%n", server.peakResidentBytes() >> 20);
    } finally {
      ServerUnderLoad.delete(folder);
    }
  }

  private static void batches(
      ServerUnderLoad server, String name, long seed, long events, int batch, int connections)
      throws Exception {
    double cpu = server.cpuSeconds();
    StageTimes stages = server.stageTimes();
    long own = ownCpuNanos();
    long begin = System.nanoTime();
    long each = events / connections / batch;
    long sent =
        Senders.run(
            connections,
            worker -> {
              var source =
                  new SyntheticEvents(
                      seed * 100 + worker,
                      name + "-" + worker,
                      Instant.parse("2026-01-01T00:00:00Z"));
              long taken = 0;
              try (var sender = new HttpSender(server.port(), server.token())) {
                for (long i = 0; i < each; i++) {
                  taken += send(sender, source.batch(batch), batch);
                }
              }
              return taken;
            });
    double wall = (System.nanoTime() - begin) / 1e9;
    double used = server.cpuSeconds() - cpu;
    System.out.printf(
        "  %-8s %,9d events  %,8.0f/s  %6.2f CPU s per million  %,5d MB resident"
            + " (generator: %.2f CPU s per million)%n",
        name,
        sent,
        sent / wall,
        used / sent * 1e6,
        server.residentBytes() >> 20,
        (ownCpuNanos() - own) / 1e3 / sent);
    server.stageTimes().print(stages, used, sent);
  }

  private static long ownCpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
  }

  /// Sends one batch until it is taken: a server that says it is busy is asked again after a
  /// moment.
  private static int send(HttpSender sender, byte[] batch, int events)
      throws IOException, InterruptedException {
    while (true) {
      int status = sender.post("/audit/batch", "application/x-ndjson", batch);
      if (status == 200) {
        return events;
      }
      if (status != 429 && status != 503) {
        throw new IOException("batch answered " + status + ": " + sender.body());
      }
      Thread.sleep(20);
    }
  }

  private static long singles(ServerUnderLoad server, String name, long seed, long seconds)
      throws Exception {
    List<SyntheticEvents> sources = new ArrayList<>();
    for (int worker = 0; worker < SINGLES; worker++) {
      String prefix = "%s-%02d".formatted(name, worker);
      Instant start = Instant.parse("2026-02-01T00:00:00Z");
      sources.add(new SyntheticEvents(seed * 1000 + worker, prefix, start, 500));
    }
    double cpu = server.cpuSeconds();
    StageTimes stages = server.stageTimes();
    long own = ownCpuNanos();
    long begin = System.nanoTime();
    long end = begin + seconds * 1_000_000_000L;
    long sent =
        Senders.run(
            SINGLES,
            worker -> {
              long taken = 0;
              try (var sender = new HttpSender(server.port(), server.token())) {
                while (System.nanoTime() < end) {
                  byte[] event = sources.get(worker).batch(1);
                  int status = sender.post("/audit", "application/json", event);
                  if (status == 201) {
                    taken++;
                  } else if (status != 429 && status != 503) {
                    throw new IOException("single answered " + status + ": " + sender.body());
                  }
                }
              }
              return taken;
            });
    double wall = (System.nanoTime() - begin) / 1e9;
    double used = server.cpuSeconds() - cpu;
    System.out.printf(
        "  %-8s %,9d single events  %,8.0f/s  %6.2f CPU us each, %d connections"
            + " (generator: %.2f CPU us each)%n",
        name, sent, sent / wall, used / sent * 1e6, SINGLES, (ownCpuNanos() - own) / 1e3 / sent);
    server.stageTimes().print(stages, used, sent);
    return sent;
  }

  private static void proofs(ServerUnderLoad server, long seed, int count) throws Exception {
    var source = new SyntheticEvents(seed, "proof", Instant.parse("2026-03-01T00:00:00Z"));
    double[] millis = new double[count];
    try (var sender = new HttpSender(server.port(), server.token())) {
      for (int i = 0; i < count; i++) {
        byte[] event = source.batch(1);
        Thread.sleep(30);
        long begin = System.nanoTime();
        int status = sender.post("/audit?wait=proof", "application/json", event);
        millis[i] = (System.nanoTime() - begin) / 1e6;
        if (status != 201) {
          throw new IOException("wait=proof answered " + status + ": " + sender.body());
        }
      }
    }
    Arrays.sort(millis);
    System.out.printf(
        "  proof    %,9d answers with their inclusion proof: p50 %.1f ms, p99 %.1f ms%n",
        count, millis[count / 2], millis[(int) (count * 0.99)]);
  }
}
