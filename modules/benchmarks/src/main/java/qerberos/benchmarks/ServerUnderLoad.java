package qerberos.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A real server in a process of its own and a folder of its own, whose CPU time and memory are
/// read from the operating system.
///
/// Used by one thread at a time.
final class ServerUnderLoad implements AutoCloseable {
  private final Process process;
  private final Path data;
  private final int port;
  private final Duration start;

  private ServerUnderLoad(Process process, Path data, int port, Duration start) {
    this.process = process;
    this.data = data;
    this.port = port;
    this.start = start;
  }

  /// Starts the jar this program runs beside, with the options the launcher would give it, and
  /// returns when it is ready.
  static ServerUnderLoad start(Path data) throws IOException, InterruptedException {
    return start(data, Map.of());
  }

  /// The same with settings of its own, by the names of environment variables.
  static ServerUnderLoad start(Path data, Map<String, String> settings)
      throws IOException, InterruptedException {
    Path launcher = Path.of(System.getProperty("qerberos.home", ".")).resolve("qerberos");
    List<String> command = new ArrayList<>(List.of(launcher.toAbsolutePath().toString(), "start"));
    command.addAll(List.of("--data", data.toString(), "--port", "0"));
    command.addAll(List.of("--squid-port", "0", "--qonsent-port", "0"));
    Path output = data.resolveSibling(data.getFileName() + ".out");
    long begin = System.nanoTime();
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(settings);
    Process process = builder.start();
    Path where = data.resolve("server.json");
    while (process.isAlive() && System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(60)) {
      int port = Files.exists(where) ? portIn(Files.readString(where), process.pid()) : 0;
      if (port > 0 && ready(port)) {
        var took = Duration.ofNanos(System.nanoTime() - begin);
        return new ServerUnderLoad(process, data, port, took);
      }
      Thread.sleep(2);
    }
    process.destroy();
    throw new IOException("the server did not start: " + Files.readString(output));
  }

  private static boolean ready(int port) {
    try (var sender = new HttpSender(port, "none")) {
      return sender.get("/health/ready") == 200;
    } catch (IOException _) {
      return false;
    }
  }

  private static int portIn(String json, long pid) {
    var ports = java.util.regex.Pattern.compile("\"port\"\\s*:\\s*(\\d+)").matcher(json);
    boolean ours = json.matches("(?s).*\"pid\"\\s*:\\s*" + pid + "\\b.*");
    return ours && ports.find() ? Integer.parseInt(ports.group(1)) : 0;
  }

  int port() {
    return port;
  }

  ProcessTree processes() {
    return new ProcessTree(process.pid());
  }

  /// From exec until `/health/ready` answered 200.
  Duration startTime() {
    return start;
  }

  String token() throws IOException {
    return Files.readString(data.resolve("secrets/admin.token")).strip();
  }

  /// CPU seconds used since the process began, all threads, kernel time included.
  double cpuSeconds() {
    return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  /// The same by stage, as the operating system counts it for each thread; Linux only, else empty.
  StageTimes stageTimes() throws IOException {
    return StageTimes.of(process.pid());
  }

  /// Resident memory in bytes, now.
  long residentBytes() throws IOException {
    return status("VmRSS:");
  }

  /// The most resident memory there ever was, in bytes.
  long peakResidentBytes() throws IOException {
    return status("VmHWM:");
  }

  private long status(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("\\D+", "")) * 1024;
      }
    }
    return 0;
  }

  /// Bytes allocated on disk below a folder of the data, preallocated space included.
  long bytesUnder(String folder) throws IOException {
    return DiskUse.of(data.resolve(folder));
  }

  /// Asks the server to stop and waits for its exit status.
  int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  @Override
  public void close() throws IOException {
    try {
      stop();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /// Removes a folder and all that is in it.
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
