package qerberos.http;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A process of its own that serves a folder, is sent one request, and ends as a power switch would
/// end it the moment the ledger's disk is to be written while an act's event is still in the state
/// database: the act is committed then, and its event is not in the ledger.
final class EndsBetween {
  /// The status of a process that was killed.
  static final int KILLED = 137;

  private EndsBetween() {}

  /// Runs it and returns its exit status.
  static int run(Path folder, String method, String path, String body)
      throws IOException, InterruptedException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            EndsBetween.class.getName(),
            folder.toString(),
            method,
            path,
            body)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("out").toFile())
        .start()
        .waitFor();
  }

  /// @param args the folder, then the request: method, path, body
  public static void main(String[] args) throws Exception {
    var running = new AtomicReference<@Nullable RunningService>();
    DiskThatFails.Before before =
        () -> {
          RunningService now = running.get();
          if (now != null && !now.state.outbox().all().isEmpty()) {
            Runtime.getRuntime().halt(KILLED);
          }
        };
    var service =
        RunningService.in(
            Path.of(args[0]),
            UnaryOperator.identity(),
            RunningService.WIDE,
            disk -> new DiskThatFails(disk, before));
    running.set(service);
    var answer =
        service.send(
            service
                .request(args[2], service.admin, "Content-Type", "application/json")
                .method(args[1], BodyPublishers.ofString(args[3])));
    System.err.println("answered " + answer.status() + ": " + answer.text());
    Runtime.getRuntime().halt(1);
  }
}
