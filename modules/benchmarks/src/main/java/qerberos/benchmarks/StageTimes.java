package qerberos.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// CPU time of a process by what its threads are for, so that the parts of a figure add up to it.
/// Immutable.
///
/// A thread's name says what it does (the operating system keeps 15 characters of it). What no
/// named thread used is the rest: above all merges of the index, each of which has a thread of its
/// own that ends with it and takes its time along.
///
/// @param nanos CPU time since the process began, by stage, in the order of [#STAGES]
record StageTimes(Map<String, Long> nanos) {
  private record Stage(String threadsFrom, String name) {}

  private static final String REST = "index: merge; other threads";

  private static final List<Stage> STAGES =
      List.of(
          new Stage("ForkJoinPool", "http"),
          new Stage("parser", "parse and seal"),
          new Stage("ledger-writer", "ledger: append and force"),
          new Stage("ledger-publish", "ledger: checkpoints"),
          new Stage("ledger", "ledger: compress, tidy, preallocate"),
          new Stage("follower-index", "index"),
          new Stage("follower-bus", "bus"),
          new Stage("VM Thread", "garbage collector"),
          new Stage("GC", "garbage collector"),
          new Stage("C1 Compiler", "compiler"),
          new Stage("C2 Compiler", "compiler"));

  /// What the threads of the process have used until now; empty where there is no `/proc`.
  static StageTimes of(long pid) throws IOException {
    Map<String, Long> nanos = new LinkedHashMap<>();
    for (Stage stage : STAGES) {
      nanos.put(stage.name(), 0L);
    }
    Path tasks = Path.of("/proc", Long.toString(pid), "task");
    if (!Files.isReadable(tasks.resolve(Long.toString(pid)).resolve("schedstat"))) {
      return new StageTimes(Map.of());
    }
    List<Path> threads = new ArrayList<>();
    try (Stream<Path> listed = Files.list(tasks)) {
      listed.forEach(threads::add);
    }
    for (Path thread : threads) {
      try {
        String name = Files.readString(thread.resolve("comm")).strip();
        String[] times = Files.readString(thread.resolve("schedstat")).split(" ", 2);
        String stage = stage(name);
        if (stage != null) {
          nanos.merge(stage, Long.parseLong(times[0]), Long::sum);
        }
      } catch (IOException _) {
        // The thread has ended since it was listed.
      }
    }
    return new StageTimes(nanos);
  }

  private static @Nullable String stage(String thread) {
    for (Stage stage : STAGES) {
      if (thread.startsWith(stage.threadsFrom())) {
        return stage.name();
      }
    }
    return null;
  }

  /// Prints what each stage used since then, per event, and what is missing of the whole.
  ///
  /// @param seconds CPU time of the whole process in the meantime
  void print(StageTimes since, double seconds, long events) {
    double shown = 0;
    for (Map.Entry<String, Long> stage : nanos.entrySet()) {
      long used = stage.getValue() - since.nanos.getOrDefault(stage.getKey(), 0L);
      shown += used / 1e9;
      line(stage.getKey(), used / 1e3 / events);
    }
    if (!nanos.isEmpty()) {
      line(REST, (seconds - shown) * 1e6 / events);
    }
  }

  private static void line(String stage, double micros) {
    System.out.printf("    %-38s %7.2f us%n", stage, micros);
  }
}
