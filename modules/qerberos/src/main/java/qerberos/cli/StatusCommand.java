package qerberos.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import qerberos.cli.Screen.Colour;
import qerberos.event.Json;
import qerberos.service.ServerFile;

/// `status`: whether a server runs on a folder, where, and how it is.
@Command(
    name = "status",
    header = "Say whether a server runs, where, and how it is.",
    description = "Say whether a server runs on the folder, where, and how it is.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  StatusCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure {
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
