package qerberos.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import qerberos.event.Json;
import qerberos.logs.Visible;

/// `alerts`: what fires, who looks after it, and saying that one does. Alone it lists all of them.
@Command(
    name = "alerts",
    header = "List the alerts that were told, or acknowledge one.",
    mixinStandardHelpOptions = true)
final class AlertsCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption here = new DataOption();

  AlertsCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure {
    return list(here, null);
  }

  /// The last told first.
  @Command(
      name = "list",
      description = "List the alerts, the last told first.",
      mixinStandardHelpOptions = true)
  int list(
      @Mixin DataOption data,
      @Option(
              names = "--status",
              paramLabel = "STATUS",
              description = "Only these: firing or resolved.")
          @Nullable String status)
      throws Failure {
    var asking = new Asking();
    asking.add("status", status);
    asking.add("limit", 1_000);
    try (Api api = Api.of(data, around)) {
      Reply all = api.get("/notifications/admin-alert?" + asking).at("data");
      if (data.json()) {
        around.screen().out().println(JsonText.pretty(all.json()));
        return Exit.OK;
      }
      var table = new Table("ID", "STATUS", "SEVERITY", "LAST TOLD", "ACKNOWLEDGED BY", "SUMMARY");
      table.rows(
          all.at("alerts"), "id", "status", "severity", "lastSeen", "acknowledgedBy", "summary");
      table.print(around.screen());
      return Exit.OK;
    }
  }

  /// Its escalations are taken back.
  @Command(
      name = "ack",
      description = "Say that one looks after an alert; it is then not escalated.",
      mixinStandardHelpOptions = true)
  int acknowledge(
      @Mixin DataOption data,
      @Parameters(paramLabel = "ID", description = "As in the list.") String id,
      @Option(names = "--note", paramLabel = "TEXT", description = "What others shall know.")
          @Nullable String note)
      throws Failure {
    Json.Obj body = note == null ? Json.EMPTY : new Json.Obj(Map.of("note", Json.of(note)));
    try (Api api = Api.of(data, around)) {
      Reply alert =
          api.post("/notifications/admin-alert/" + Api.encoded(id) + "/acknowledge", body)
              .at("data");
      if (data.json()) {
        around.screen().out().println(JsonText.pretty(alert.json()));
        return Exit.OK;
      }
      around
          .screen()
          .out()
          .println(
              "acknowledged by "
                  + Visible.line(alert.at("acknowledgedBy").text())
                  + " at "
                  + alert.at("acknowledgedAt").text()
                  + ": "
                  + Visible.line(alert.at("summary").text()));
      return Exit.OK;
    }
  }
}
