package qerberos.benchmarks;

import java.util.Arrays;

/// Runs one benchmark by name, as `./qerberos bench NAME [OPTION...]` does.
public final class Bench {
  private static final String USAGE =
      """
      usage: qerberos bench NAME [KEY=VALUE...]

        ingest    a real server under load: events per second, CPU seconds per million,
                  memory, bytes per event
                    events=1000000 connections=2 batch=500 single=10 proofs=200 seed=1
        ledger    the ledger beside the bare loop that only hashes, appends and forces
                    entries=500000 rounds=4 callers=2
        search    building the index, then newest hits of one actor, counts and histograms
                    events=2000000 seed=1 buffer=16 commit=40000 words=1
        verify    filling a ledger million by million, opening it, and recomputing it from its bytes
                    millions=5 callers=2 batch=1024
        startup   from exec to ready, with data in the folder
                    events=1000000
        peers     the same events and questions to Qerberos, SQLite, PostgreSQL and OpenSearch; fetches
                  the last two once, about 90 MB
                    events=1000000 warm=100000 connections=2 batch=500 questions=200 seed=1
                    only=qerberos,sqlite,postgres,opensearch
      """;

  public static void main(String[] args) throws Exception {
    if (args.length == 0) {
      System.err.print(USAGE);
      System.exit(2);
    }
    var options = Options.of(Arrays.asList(args).subList(1, args.length));
    switch (args[0]) {
      case "ingest" -> IngestBenchmark.run(options);
      case "ledger" -> LedgerBenchmark.run(options);
      case "verify" -> LedgerBenchmark.flat(options);
      case "search" -> SearchBenchmark.run(options);
      case "startup" -> StartupBenchmark.run(options);
      case "peers" -> PeersBenchmark.run(options);
      default -> {
        System.err.println("bench: no benchmark is named " + args[0]);
        System.err.print(USAGE);
        System.exit(2);
      }
    }
  }

  private Bench() {}
}
