package qerberos.http;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A process of its own that serves a folder, is sent one request, and ends as a power switch would
/// end it: the moment the ledger's disk is to be written while an act's event is still in the state
/// database, so that the act is committed and its event is not in the ledger; or the moment a file
/// of the ledger is to be written.
final class EndsBetween {
  /// The status of a process that was killed.
  static final int KILLED = 137;

  private EndsBetween() {}

  /// Instead of a file's name: while an act's event is still in the state database.
  static final String ACT = "-";

  /// Runs it and returns its exit status.
  ///
  /// @param at [#ACT], or the name of the file
  static int run(Path folder, String at, String method, String path, String body)
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
            at,
            method,
            path,
            body)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("out").toFile())
        .start()
        .waitFor();
  }

  /// @param args the folder, when to end, then the request: method, path, body
  public static void main(String[] args) throws Exception {
    var running = new AtomicReference<@Nullable RunningService>();
    DiskThatFails.Before before =
        name -> {
          RunningService now = running.get();
          boolean act = args[1].equals(ACT);
          if (now != null && (act ? !now.state.outbox().all().isEmpty() : name.equals(args[1]))) {
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
                .request(args[3], service.admin, "Content-Type", "application/json")
                .method(args[2], BodyPublishers.ofString(args[4])));
    System.err.println("answered " + answer.status() + ": " + answer.text());
    Runtime.getRuntime().halt(1);
  }
}
