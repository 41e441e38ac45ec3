package qerberos.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qerberos.event.Json;
import qerberos.logs.Visible;

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

  @Mixin private Filters filters = new Filters();

  @Option(names = "--limit", paramLabel = "N", description = "How many at most; default 100.")
  private int limit = 100;

  @Option(names = "--order", paramLabel = "newest|oldest|time", description = "Default newest.")
  private @Nullable String order;

  @Option(
      names = "--facets",
      paramLabel = "FIELDS",
      description = "Also the most frequent values of each field among all that match.")
  private @Nullable String facets;

  @Option(
      names = "--save",
      paramLabel = "NAME",
      description = "Keep QUERY and --order under this name, then search.")
  private @Nullable String save;

  @Option(names = "--shared", description = "With --save: others may use it too.")
  private boolean shared;

  @Option(names = "--list", description = "List the saved searches.")
  private boolean list;

  @Option(names = "--forget", paramLabel = "NAME", description = "Delete this saved search.")
  private @Nullable String forget;

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
    if (shared && save == null) {
      throw new Failure(Exit.USAGE, "--shared: belongs to --save");
    }
    if (list || forget != null) {
      return kept();
    }
    String asked = asked();
    if (save != null) {
      keep(save);
    }
    try (Reads reads = Reads.of(epoch, data, around)) {
      if (facets != null && reads instanceof FolderReads) {
        throw new Failure(
            Exit.CANNOT_TELL, "--facets: counted by the server; start one, or leave them out");
      }
      Reads.Hits hits = reads.search(asked, limit);
      show(hits);
      return Exit.OK;
    }
  }

  /// Keeps the query; what belongs to this one search only cannot be kept with it.
  private void keep(String name) throws Failure {
    if (filters.narrowed()) {
      throw new Failure(
          Exit.USAGE,
          "--save: keeps QUERY and --order; write a time into the query, time:[2026-01 TO *], and"
              + " leave --from, --to and --saved out");
    }
    Map<String, Json> body = new LinkedHashMap<>();
    body.put("q", Json.of(filters.query()));
    if (order != null) {
      body.put("order", Json.of(order));
    }
    body.put("shared", Json.of(shared));
    try (Api api = Api.of(data, around)) {
      Reply answer = api.put("/audit/searches/" + Api.encoded(name), new Json.Obj(body));
      if (!data.json()) {
        around.screen().err().println(answer.at("message").text() + ": " + Visible.line(name));
      }
    }
  }

  private int kept() throws Failure {
    Screen screen = around.screen();
    try (Api api = Api.of(data, around)) {
      if (forget != null) {
        Reply ignored = api.delete("/audit/searches/" + Api.encoded(forget));
        screen.out().println("deleted: " + Visible.line(forget));
        return Exit.OK;
      }
      Reply all = api.get("/audit/searches").at("data", "searches");
      if (data.json()) {
        screen.out().println(JsonText.pretty(all.json()));
        return Exit.OK;
      }
      var table = new Table("NAME", "OWNER", "SHARED", "ORDER", "QUERY");
      for (Reply one : all.items()) {
        table.row(
            one.at("name").text(),
            one.at("owner").text(),
            one.at("shared").text().equals("true") ? "yes" : "no",
            one.at("order").text(),
            one.at("q").text());
      }
      table.print(screen);
      return Exit.OK;
    }
  }

  private String asked() throws Failure {
    var asking = new Asking();
    filters.into(asking);
    asking.add("order", order);
    asking.add("facets", facets);
    return asking.toString();
  }

  private void show(Reads.Hits hits) {
    Screen screen = around.screen();
    List<Reply> events = hits.events();
    if (data.json()) {
      Json all = new Json.Arr(events.stream().map(Reply::json).toList());
      Json shown =
          facets == null
              ? all
              : new Json.Obj(
                  Map.of(
                      "events", all,
                      "totalCount", Json.of((double) hits.total()),
                      "facets", hits.facets().json()));
      screen.out().println(JsonText.pretty(shown));
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
    screen.err().println(events.size() + " of " + hits.total());
    StatsCommand.values(hits.facets(), screen);
  }
}
