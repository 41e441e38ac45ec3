package qerberos.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import qerberos.cli.Screen.Colour;
import qerberos.event.Json;
import qerberos.ledger.LedgerReader;
import qerberos.service.ServerFile;

/// `status`: whether a server runs on a folder, where, and how it is.
@Command(
    name = "status",
    header = "Say whether a server runs, where, and how it is.",
    description = {
      "Say whether a server runs on the folder, where, and how it is. Where none runs, say what",
      "lies in the folder; the exit status is then 3."
    },
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  StatusCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure {
    Optional<ServerFile> running = data.server(around);
    Path folder = data.folder(around);
    if (running.isEmpty() && FolderReads.holdsLog(folder)) {
      return stopped(folder);
    }
    ServerFile server = data.requireServer(around);
    try (Api api = Api.of(data, around)) {
      Api.Answer answer = api.look("/health/detailed");
      Reply health = Api.read(answer);
      boolean well = answer.status() == 200;
      if (data.json()) {
        around.screen().out().println(JsonText.pretty(health.json()));
      } else {
        print(server, health);
      }
      return well ? Exit.OK : Exit.FAILED;
    }
  }

  /// What lies in the folder while nobody serves it.
  private int stopped(Path folder) throws Failure {
    Map<String, Json> log = new LinkedHashMap<>();
    try (var reads = new FolderReads(folder, null, data, around)) {
      LedgerReader ledger = reads.trail().ledger();
      log.put("origin", Json.of(ledger.origin()));
      log.put("size", Json.of((double) ledger.size()));
      log.put("root", Json.of(ledger.checkpoint().root().base64()));
      log.put("unpublished", Json.of((double) ledger.unpublished()));
      log.put("key", Json.of(ledger.keys().getFirst().toString()));
    }
    Screen screen = around.screen();
    if (data.json()) {
      var all =
          new Json.Obj(
              Map.of(
                  "status", Json.of("stopped"),
                  "data", Json.of(folder.toString()),
                  "ledger", new Json.Obj(log)));
      screen.out().println(JsonText.pretty(all));
    } else {
      screen.out().println(screen.paint(Colour.YELLOW, "stopped") + "  " + folder);
      screen.out().println();
      var table = new Table("LOG", "");
      log.forEach((name, value) -> table.row(name, new Reply(value).text()));
      table.print(screen);
      screen
          .err()
          .println("qerberos: no server runs; start one with: qerberos start --data " + folder);
    }
    return Exit.CANNOT_TELL;
  }

  private void print(ServerFile server, Reply health) {
    Screen screen = around.screen();
    String status = health.at("status").text();
    Colour colour =
        status.equals("healthy")
            ? Colour.GREEN
            : status.equals("degraded") ? Colour.YELLOW : Colour.RED;
    screen
        .out()
        .println(
            screen.paint(colour, status.isEmpty() ? "no answer" : status)
                + "  "
                + server.url()
                + "  process "
                + server.pid()
                + ", up "
                + inWords(Duration.between(server.startedAt(), Instant.now(around.clock()))));
    screen.out().println();
    var table = new Table("DEPENDENCY", "STATUS", "LATENCY", "");
    if (health.at("dependencies").json() instanceof Json.Obj(var dependencies)) {
      dependencies.forEach(
          (name, value) -> {
            Reply one = new Reply(value);
            String latency = one.at("latency").isMissing() ? "" : one.at("latency").text() + " ms";
            table.row(name, one.at("status").text(), latency, one.at("error").text());
          });
      table.print(screen);
    }
    if (health.at("ledger").json() instanceof Json.Obj(var ledger)) {
      screen.out().println();
      var log = new Table("LOG", "");
      ledger.forEach((name, value) -> log.row(name, new Reply(value).text()));
      log.print(screen);
    }
  }

  static String inWords(Duration time) {
    long seconds = Math.max(0, time.toSeconds());
    if (seconds < 120) {
      return seconds + " s";
    }
    if (seconds < 7200) {
      return seconds / 60 + " min";
    }
    return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
  }
}
