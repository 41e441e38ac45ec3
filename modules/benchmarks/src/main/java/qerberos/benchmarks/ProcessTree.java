package qerberos.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A process with all that it started, as Linux counts them in `/proc`. Immutable; what it tells is
/// of the moment.
///
/// CPU time of children that have ended is in the figures of the parent that waited for them, so
/// the sum over the living never goes back, but for what a child used in the instant it ends.
///
/// @param root its process id
record ProcessTree(long root) {
  /// What Linux calls USER_HZ, 100 on every processor that a JDK runs on.
  private static final double TICKS_PER_SECOND = 100;

  // Places in /proc/PID/stat behind the name of the program.
  private static final int USER = 11;
  private static final int ENDED_CHILDREN_SYSTEM = 14;

  /// Whether this system has what is read here.
  static boolean readable() {
    return Files.isReadable(Path.of("/proc/self/smaps_rollup"));
  }

  /// CPU seconds, in steps of a hundredth: user and system, ended children included.
  double cpuSeconds() throws IOException {
    long ticks = 0;
    for (long process : living()) {
      String stat = read(process, "stat");
      if (!stat.isEmpty()) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        for (int i = USER; i <= ENDED_CHILDREN_SYSTEM; i++) {
          ticks += Long.parseLong(fields[i]);
        }
      }
    }
    return ticks / TICKS_PER_SECOND;
  }

  /// Resident memory in bytes; a page that several processes share counts once.
  long residentBytes() throws IOException {
    long bytes = 0;
    for (long process : living()) {
      for (String line : read(process, "smaps_rollup").lines().toList()) {
        if (line.startsWith("Pss:")) {
          bytes += Long.parseLong(line.replaceAll("\\D+", "")) * 1024;
        }
      }
    }
    return bytes;
  }

  /// Waits until it does nearly nothing for a whole second, two minutes at most.
  ///
  /// @return whether it came to rest
  boolean settle() throws IOException, InterruptedException {
    double before = cpuSeconds();
    for (int second = 0; second < 120; second++) {
      Thread.sleep(1_000);
      double now = cpuSeconds();
      if (now - before <= 0.1) {
        return true;
      }
      before = now;
    }
    return false;
  }

  /// Kills all of it, and returns when the first process is gone.
  void end() {
    ProcessHandle.of(root)
        .ifPresent(
            handle -> {
              List<ProcessHandle> children = handle.descendants().toList();
              boolean asked = handle.destroyForcibly();
              children.forEach(ProcessHandle::destroyForcibly);
              if (asked) {
                ProcessHandle ignored = handle.onExit().join();
              }
            });
  }

  private List<Long> living() {
    List<Long> processes = new ArrayList<>(List.of(root));
    ProcessHandle.of(root)
        .ifPresent(handle -> handle.descendants().forEach(child -> processes.add(child.pid())));
    return processes;
  }

  /// Empty when the process has ended meanwhile.
  private static String read(long process, String file) throws IOException {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process), file));
    } catch (NoSuchFileException _) {
      return "";
    }
  }
}
