package qerberos.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qerberos.logs.Visible;

/// `stats`: counts events.
@Command(
    name = "stats",
    header = "Count events: over time, by value, different values.",
    description = {
      "Count events. Example: qerberos stats 'verdict:DENY' --interval 1h --by type --top actor",
      "Without options: the most frequent types, verdicts and actors, and how many actors.",
      "A field is one of the query language: type, actor, details.ip. The server must run."
    },
    mixinStandardHelpOptions = true)
final class StatsCommand implements Callable<Integer> {
  private static final int BAR = 30;

  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  @Mixin private Filters filters = new Filters();

  @Option(
      names = "--interval",
      paramLabel = "1h",
      description = "How many in each such stretch of time: a number and s, m, h, d, w or M.")
  private @Nullable String interval;

  @Option(
      names = "--by",
      paramLabel = "FIELD",
      description = "Count the most frequent values of this field apart in each stretch.")
  private @Nullable String by;

  @Option(
      names = "--top",
      paramLabel = "FIELDS",
      description = "The most frequent values of each field; commas between fields.")
  private @Nullable String top;

  @Option(names = "--size", paramLabel = "N", description = "How many values; default 10.")
  private @Nullable Integer size;

  @Option(
      names = "--distinct",
      paramLabel = "FIELDS",
      description = "How many different values each field has.")
  private @Nullable String distinct;

  StatsCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure {
    String asked = asked();
    try (Api api = Api.of(data, around)) {
      Reply answer = api.get("/audit/stats" + (asked.isEmpty() ? "" : "?" + asked)).at("data");
      if (data.json()) {
        around.screen().out().println(JsonText.pretty(answer.json()));
      } else {
        show(answer);
      }
      return Exit.OK;
    }
  }

  private String asked() throws Failure {
    boolean nothing = interval == null && by == null && top == null && distinct == null;
    var asking = new Asking();
    filters.into(asking);
    asking.add("interval", interval);
    asking.add("by", by);
    asking.add("top", nothing ? "type,verdict,actor" : top);
    asking.add("size", size);
    asking.add("distinct", nothing ? "actor" : distinct);
    return asking.toString();
  }

  private void show(Reply answer) {
    var out = around.screen().out();
    out.println("count  " + answer.at("count").text());
    for (String field : answer.at("distinct").names()) {
      Reply one = answer.at("distinct").at(field);
      boolean exact = one.at("exact").text().equals("true");
      out.println(
          "different values of "
              + Visible.line(field)
              + "  "
              + (exact ? "" : "at least ")
              + one.at("count").text());
    }
    Reply histogram = answer.at("histogram");
    if (!histogram.isMissing()) {
      out.println();
      bars(histogram);
    }
    values(answer.at("top"), around.screen());
  }

  private void bars(Reply histogram) {
    List<Reply> bars = histogram.at("bars").items();
    boolean apart = !histogram.at("by").isMissing();
    long highest = 1;
    for (Reply bar : bars) {
      highest = Math.max(highest, bar.at("count").number());
    }
    var table =
        apart
            ? new Table("TIME", "COUNT", "", histogram.at("by").text())
            : new Table("TIME", "COUNT", "");
    for (Reply bar : bars) {
      long count = bar.at("count").number();
      String drawn = "=".repeat((int) Math.max(1, Math.round((double) count * BAR / highest)));
      String time = bar.at("start").text();
      if (apart) {
        table.row(time, Long.toString(count), drawn, apart(bar.at("by")));
      } else {
        table.row(time, Long.toString(count), drawn);
      }
    }
    table.print(around.screen());
  }

  /// The values of one stretch, the most frequent first.
  private static String apart(Reply counts) {
    List<String> names = new ArrayList<>(counts.names());
    names.sort(
        (one, other) ->
            Long.compare(counts.at(other).number(), counts.at(one).number()) != 0
                ? Long.compare(counts.at(other).number(), counts.at(one).number())
                : one.compareTo(other));
    List<String> shown = new ArrayList<>();
    for (String name : names) {
      shown.add(name + " " + counts.at(name).number());
    }
    return String.join(", ", shown);
  }

  /// A table for each field: its most frequent values and how many events have each.
  static void values(Reply fields, Screen screen) {
    for (String field : fields.names()) {
      screen.out().println();
      var table = new Table("COUNT", field);
      for (Reply value : fields.at(field).items()) {
        table.row(value.at("count").text(), value.at("value").text());
      }
      table.print(screen);
    }
  }
}
