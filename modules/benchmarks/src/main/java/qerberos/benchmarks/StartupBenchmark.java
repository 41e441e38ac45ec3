package qerberos.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;

/// From exec to ready: an empty folder first, then one that holds as many events as asked, each
/// several times; the launcher's own work is included, a build is not.
final class StartupBenchmark {
  private static final int STARTS = 5;
  private static final int BATCH = 1_000;

  private StartupBenchmark() {}

  static void run(Options options) throws Exception {
    long events = options.number("events", 1_000_000);
    Path folder = Files.createTempDirectory("qerberos-bench-");
    System.out.printf("startup: %d starts each, median and range%n", STARTS);
    try {
      Path empty = folder.resolve("empty");
      measure("first start, empty folder", empty, true);
      Path filled = folder.resolve("filled");
      try (var server = ServerUnderLoad.start(filled)) {
        fill(server, events);
      }
      measure("%,d events in the folder".formatted(events), filled, false);
    } finally {
      ServerUnderLoad.delete(folder);
    }
  }

  private static void measure(String what, Path data, boolean fresh)
      throws IOException, InterruptedException {
    long[] millis = new long[STARTS];
    double[] cpu = new double[STARTS];
    long resident = 0;
    for (int i = 0; i < STARTS; i++) {
      if (fresh) {
        ServerUnderLoad.delete(data);
      }
      try (var server = ServerUnderLoad.start(data)) {
        millis[i] = server.startTime().toMillis();
        cpu[i] = server.cpuSeconds();
        Thread.sleep(2_000);
        resident = server.residentBytes();
      }
    }
    Arrays.sort(millis);
    Arrays.sort(cpu);
    System.out.printf(
        "  %-32s %,d ms (%,d to %,d), %.2f CPU s, idle %,d MB resident%n",
        what, millis[STARTS / 2], millis[0], millis[STARTS - 1], cpu[STARTS / 2], resident >> 20);
  }

  private static void fill(ServerUnderLoad server, long events)
      throws IOException, InterruptedException {
    var source = new SyntheticEvents(1, "fill", Instant.parse("2026-01-01T00:00:00Z"));
    try (var sender = new HttpSender(server.port(), server.token())) {
      while (source.made() < events) {
        byte[] batch = source.batch(BATCH);
        while (sender.post("/audit/batch", "application/x-ndjson", batch) != 200) {
          Thread.sleep(20);
        }
      }
    }
  }
}
