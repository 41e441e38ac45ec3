package qerberos.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import qerberos.event.Json;
import qerberos.logs.Visible;

/// `tickets`: what people ask of whoever looks after the service.
@Command(
    name = "tickets",
    header = "List the support tickets, show one, or close it.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
final class TicketsCommand implements Runnable {
  private final Surroundings around;

  @Spec private CommandSpec spec = CommandSpec.create();

  TicketsCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "tickets: want list, show or close");
  }

  /// The newest first.
  @Command(
      name = "list",
      description = "List the tickets, the newest first.",
      mixinStandardHelpOptions = true)
  int list(
      @Mixin DataOption data,
      @Option(
              names = "--status",
              paramLabel = "STATUS",
              description = "Only these: open, in_progress, resolved or closed.")
          @Nullable String status)
      throws Failure {
    var asking = new Asking();
    asking.add("status", status);
    asking.add("limit", 1_000);
    try (Api api = Api.of(data, around)) {
      Reply all = api.get("/audit/support-tickets?" + asking).at("data");
      if (data.json()) {
        around.screen().out().println(JsonText.pretty(all.json()));
        return Exit.OK;
      }
      var table = new Table("ID", "STATUS", "CREATED", "BY", "ASSIGNEE", "SUBJECT");
      table.rows(all.at("tickets"), "id", "status", "created_at", "user", "assignee", "subject");
      table.print(around.screen());
      if (all.at("hasMore").text().equals("true")) {
        around.screen().err().println("of " + all.at("totalCount").text() + ", the newest 1000");
      }
      return Exit.OK;
    }
  }

  /// With its message and history.
  @Command(
      name = "show",
      description = "Show a ticket with its history.",
      mixinStandardHelpOptions = true)
  int show(
      @Mixin DataOption data,
      @Parameters(paramLabel = "ID", description = "As in the list.") String id)
      throws Failure {
    try (Api api = Api.of(data, around)) {
      return printed(data, api.get(path(id)).at("data"));
    }
  }

  /// Its owner finds that among their notifications.
  @Command(
      name = "close",
      description = "Close a ticket; its owner finds that among their notifications.",
      mixinStandardHelpOptions = true)
  int close(
      @Mixin DataOption data,
      @Parameters(paramLabel = "ID", description = "As in the list.") String id,
      @Option(names = "--note", paramLabel = "TEXT", description = "What its owner shall know.")
          @Nullable String note)
      throws Failure {
    Map<String, Json> body = new LinkedHashMap<>();
    body.put("status", Json.of("closed"));
    if (note != null) {
      body.put("note", Json.of(note));
    }
    try (Api api = Api.of(data, around)) {
      return printed(data, api.patch(path(id), new Json.Obj(body)).at("data"));
    }
  }

  private static String path(String id) {
    return "/audit/support-tickets/" + Api.encoded(id);
  }

  private int printed(DataOption data, Reply ticket) {
    var out = around.screen().out();
    if (data.json()) {
      out.println(JsonText.pretty(ticket.json()));
      return Exit.OK;
    }
    for (String name : new String[] {"id", "status", "user", "assignee", "created_at", "subject"}) {
      out.println(name.replace('_', ' ') + ": " + Visible.line(ticket.at(name).text()));
    }
    out.println();
    ticket.at("message").text().lines().forEach(line -> out.println(Visible.line(line)));
    out.println();
    var table = new Table("WHEN", "BY", "STATUS", "ASSIGNEE", "NOTE");
    table.rows(ticket.at("history"), "at", "by", "status", "assignee", "note");
    table.print(around.screen());
    return Exit.OK;
  }
}
