package qerberos.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import qerberos.event.Json;

/// `show`: one event with everything that is known about it.
@Command(
    name = "show",
    header = "Show one event whole.",
    description = {
      "Show one event whole: what was sent, where it stands in the log, what covers it.",
      "Where no server runs the folder itself is read, up to its last checkpoint."
    },
    mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  @Parameters(paramLabel = "ID", description = "The event's id.")
  private String id = "";

  @Option(
      names = "--epoch",
      paramLabel = "ORIGIN",
      description = "Read a log that has ended (start --new-epoch) instead of the present one.")
  private @Nullable String epoch;

  ShowCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure {
    try (Reads reads = Reads.of(epoch, data, around)) {
      Reply event = reads.event(id);
      if (data.json()) {
        around.screen().out().println(JsonText.pretty(event.json()));
      } else {
        var table = new Table("FIELD", "VALUE");
        rows(table, "", event.json());
        table.print(around.screen());
      }
      return Exit.OK;
    }
  }

  /// One row per value, nested names joined by dots.
  private static void rows(Table table, String name, Json value) {
    switch (value) {
      case Json.Obj(var members) ->
          members.forEach(
              (member, inner) -> rows(table, name.isEmpty() ? member : name + "." + member, inner));
      case Json.Null() -> table.row(name, "-");
      case Json.Arr _, Json.Str _, Json.Num _, Json.Bool _ ->
          table.row(name, new Reply(value).text());
    }
  }
}
