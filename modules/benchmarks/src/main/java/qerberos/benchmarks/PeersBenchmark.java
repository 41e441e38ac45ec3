package qerberos.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The same events to several products, one after the other: Qerberos, SQLite, PostgreSQL,
/// OpenSearch. Each acknowledges only what is on disk, indexes what answers the questions, and is
/// asked the same questions, whose answers must be equal.
///
/// CPU time is that of all processes of the product, from the first event after the warm-up until
/// it has come to rest, so that work which is put off counts as well. The client runs on the same
/// machine; its own is shown apart.
final class PeersBenchmark {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration SPAN = Duration.ofDays(30);
  private static final List<String> ALL = List.of("qerberos", "sqlite", "postgres", "opensearch");

  private final long events;
  private final long warm;
  private final int batch;
  private final int connections;
  private final long seed;
  private final List<Question.Round> rounds;

  private PeersBenchmark(Options options) {
    this.events = options.number("events", 1_000_000);
    this.warm = options.number("warm", 100_000);
    this.batch = (int) options.number("batch", 500);
    this.connections = (int) options.number("connections", 2);
    this.seed = options.number("seed", 1);
    int times = (int) options.number("questions", 200);
    this.rounds = Question.rounds(seed, times, START, START.plus(SPAN).plus(SPAN));
  }

  static void run(Options options) throws Exception {
    List<String> wanted = options.words("only", ALL);
    for (String name : wanted) {
      if (!ALL.contains(name)) {
        throw new IllegalArgumentException(
            "bench peers: only=" + name + ", want some of " + String.join(",", ALL));
      }
    }
    if (!ProcessTree.readable()) {
      throw new IllegalArgumentException("bench peers: reads CPU time from /proc, wants Linux");
    }
    var benchmark = new PeersBenchmark(options);
    System.out.printf(
        "peers: %,d events after %,d to warm up, in batches of %d over %d connections, seed %d,"
            + " Java %s, %d processors%n",
        benchmark.events,
        benchmark.warm,
        benchmark.batch,
        benchmark.connections,
        benchmark.seed,
        Runtime.version(),
        Runtime.getRuntime().availableProcessors());
    List<PeerFigures> figures = new ArrayList<>();
    for (String name : wanted) {
      figures.add(benchmark.measured(name));
    }
    System.out.println();
    PeerFigures.print(figures);
  }

  private static Peer start(String name, Path folder) throws Exception {
    return switch (name) {
      case "qerberos" -> QerberosPeer.start(folder);
      case "sqlite" -> SqlitePeer.start(folder);
      case "postgres" -> PostgresPeer.start(folder);
      case "opensearch" -> OpenSearchPeer.start(folder);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private PeerFigures measured(String name) throws Exception {
    Path folder = Files.createTempDirectory("qerberos-peers-");
    try (Peer peer = start(name, folder)) {
      var interrupted = new Thread(() -> abandon(peer, folder));
      Runtime.getRuntime().addShutdownHook(interrupted);
      try {
        return measured(peer);
      } finally {
        Runtime.getRuntime().removeShutdownHook(interrupted);
      }
    } finally {
      ServerUnderLoad.delete(folder);
    }
  }

  /// What is left to do when this program is interrupted. The measuring thread, whose peer is gone,
  /// may be deleting the same files.
  private static void abandon(Peer peer, Path folder) {
    peer.processes().end();
    for (int attempt = 0; attempt < 5 && Files.exists(folder); attempt++) {
      try {
        ServerUnderLoad.delete(folder);
      } catch (IOException | UncheckedIOException _) {
        // Another has taken a file away before us, or a process has just written one.
      }
    }
    if (Files.exists(folder)) {
      System.err.println("bench peers: " + folder + " is left behind");
    }
  }

  private PeerFigures measured(Peer peer) throws Exception {
    System.out.println(peer.name());
    peer.settings().forEach(setting -> System.out.println("  " + setting));
    System.out.println("  " + peer.character());
    ProcessTree processes = peer.processes();
    long idle = processes.residentBytes();
    long empty = peer.storedBytes();
    try (var loading = new Loading(peer, "warm", warm)) {
      loading.run();
    }
    double cpu = processes.cpuSeconds();
    double clientCpu;
    double seconds;
    long most;
    try (var loading = new Loading(peer, "load", events)) {
      clientCpu = clientCpuSeconds();
      seconds = loading.run();
      clientCpu = clientCpuSeconds() - clientCpu;
      most = loading.mostBytes();
    }
    peer.rest();
    boolean still = processes.settle();
    cpu = processes.cpuSeconds() - cpu;
    double all = events + warm;
    double bytes = (peer.storedBytes() - empty) / all;
    System.out.printf(
        "  %,.0f/s, %.1f CPU s per million, %.0f bytes per event%s%n",
        events / seconds, cpu / events * 1e6, bytes, still ? "" : ", NOT AT REST");
    double tidyCpu = processes.cpuSeconds();
    String tidied = peer.tidy();
    if (!tidied.isEmpty()) {
      boolean ignored = processes.settle();
      System.out.printf("  tidied: %s%n", tidied);
    }
    tidyCpu = tidied.isEmpty() ? 0 : processes.cpuSeconds() - tidyCpu;
    double tidyBytes = (peer.storedBytes() - empty) / all;
    List<PeerFigures.Asked> asked = new ArrayList<>();
    try (Peer.Client client = peer.connect()) {
      for (Question.Round round : rounds) {
        warmUp(client, round);
      }
      for (Question.Round round : rounds) {
        asked.add(asked(processes, client, round));
      }
    }
    return new PeerFigures(
        peer.name(),
        events / seconds,
        cpu / events * 1e6,
        clientCpu / events * 1e6,
        bytes,
        tidyCpu / all * 1e6,
        tidyBytes,
        idle,
        most,
        asked);
  }

  /// Asks every question once before any is measured: code is compiled then, and pages are in
  /// memory.
  private static void warmUp(Peer.Client client, Question.Round round) throws Exception {
    for (Question question : round.questions()) {
      Question.Answer ignored = client.ask(question).read();
    }
  }

  private static PeerFigures.Asked asked(
      ProcessTree processes, Peer.Client client, Question.Round round) throws Exception {
    List<Question.Answer> answers = new ArrayList<>();
    int times = round.questions().size();
    double[] millis = new double[times];
    double cpu = processes.cpuSeconds();
    for (int i = 0; i < times; i++) {
      long begin = System.nanoTime();
      Peer.Reply reply = client.ask(round.questions().get(i));
      millis[i] = (System.nanoTime() - begin) / 1e6;
      answers.add(reply.read());
    }
    cpu = processes.cpuSeconds() - cpu;
    Arrays.sort(millis);
    return new PeerFigures.Asked(
        round, millis[times / 2], millis[times * 99 / 100], cpu * 1e3 / times, answers);
  }

  private static double clientCpuSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  /// One load, prepared before the clock starts: connections are open, events are rendered.
  private final class Loading implements AutoCloseable {
    private final ProcessTree processes;
    private final long each;
    private final List<SyntheticEvents> sources = new ArrayList<>();
    private final List<Peer.Client> open = new ArrayList<>();
    private long mostBytes;

    Loading(Peer peer, String prefix, long count) throws Exception {
      this.processes = peer.processes();
      this.each = Math.max(1, count / connections / batch);
      Duration apart = SPAN.dividedBy(each * batch);
      for (int i = 0; i < connections; i++) {
        sources.add(SyntheticEvents.distinct(seed * 100 + i, prefix + "-" + i, START, apart));
        open.add(peer.connect());
      }
    }

    /// @return the seconds it took
    double run() throws Exception {
      long begin = System.nanoTime();
      long ignored =
          Senders.run(
              connections,
              worker -> {
                for (long i = 0; i < each; i++) {
                  open.get(worker).send(sources.get(worker).batch(batch));
                  if (worker == 0 && i % 100 == 99) {
                    mostBytes = Math.max(mostBytes, processes.residentBytes());
                  }
                }
                return each * batch;
              });
      double seconds = (System.nanoTime() - begin) / 1e9;
      mostBytes = Math.max(mostBytes, processes.residentBytes());
      return seconds;
    }

    long mostBytes() {
      return mostBytes;
    }

    @Override
    public void close() throws IOException, SQLException {
      for (Peer.Client client : open) {
        client.close();
      }
    }
  }
}
