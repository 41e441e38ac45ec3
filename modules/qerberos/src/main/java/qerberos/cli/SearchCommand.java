package qerberos.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import qerberos.event.Json;

/// `search`: finds events.
@Command(
    name = "search",
    header = "Find events.",
    description = {
      "Find events. Example: qerberos search 'type:auth.login verdict:DENY details.ip:10.0.0.0/8'",
      "Words are joined by AND; OR, NOT, -, ( ), prefixes (type:auth.*) and ranges work too.",
      "Where no server runs the folder itself is read, event by event, up to its last checkpoint."
    },
    mixinStandardHelpOptions = true)
final class SearchCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  @Parameters(arity = "0..*", paramLabel = "QUERY", description = "What to find; nothing: all.")
  private List<String> words = new ArrayList<>();

  @Option(names = "--limit", paramLabel = "N", description = "How many at most; default 100.")
  private int limit = 100;

  @Option(names = "--order", paramLabel = "newest|oldest|time", description = "Default newest.")
  private @Nullable String order;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Not earlier than this (event time).")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Earlier than this (event time).")
  private @Nullable String to;

  @Option(
      names = "--epoch",
      paramLabel = "ORIGIN",
      description = "Read a log that has ended (start --new-epoch) instead of the present one.")
  private @Nullable String epoch;

  SearchCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure {
    if (limit < 1) {
      throw new Failure(Exit.USAGE, "--limit: " + limit + ", want 1 or more");
    }
    try (Reads reads = Reads.of(epoch, data, around)) {
      Reads.Hits hits = reads.search(asked(), limit);
      show(hits.events(), hits.total());
      return Exit.OK;
    }
  }

  private String asked() {
    var asked = new StringBuilder();
    add(asked, "q", words.isEmpty() ? null : String.join(" ", words));
    add(asked, "order", order);
    add(asked, "startDate", from);
    add(asked, "endDate", to);
    return asked.toString();
  }

  private static void add(StringBuilder asked, String name, @Nullable String value) {
    if (value != null) {
      asked.append(asked.isEmpty() ? "" : "&").append(name).append('=').append(Api.encoded(value));
    }
  }

  private void show(List<Reply> events, long total) {
    Screen screen = around.screen();
    if (data.json()) {
      Json all = new Json.Arr(events.stream().map(Reply::json).toList());
      screen.out().println(JsonText.pretty(all));
      return;
    }
    if (events.isEmpty()) {
      screen.out().println("nothing found");
      return;
    }
    var table = new Table("INDEX", "TIME", "TYPE", "VERDICT", "ACTOR", "REF", "ID");
    for (Reply event : events) {
      table.row(
          event.at("seq").text(),
          event.at("timestamp").text(),
          event.at("type").text(),
          event.at("verdict").text(),
          event.at("actor", "squidId").text(),
          event.at("ref").text(),
          event.at("id").text());
    }
    table.print(screen);
    screen.err().println(events.size() + " of " + total);
  }
}
