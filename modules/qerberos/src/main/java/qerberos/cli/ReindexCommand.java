package qerberos.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import qerberos.event.Json;

/// `reindex`: builds the index anew from the log, while the old one serves.
@Command(
    name = "reindex",
    header = "Build the search index anew from the log; searches go on meanwhile.",
    mixinStandardHelpOptions = true)
final class ReindexCommand implements Callable<Integer> {
  private static final long STEP_MILLIS = 200;

  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  ReindexCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    try (Api api = Api.of(data, around)) {
      Reply ignored = api.post("/admin/reindex", Json.EMPTY);
      Reply now = finished(api);
      String last = now.at("last").text();
      around.screen().out().println(data.json() ? JsonText.pretty(now.json()) : "reindex: " + last);
      return last.equals("done") ? Exit.OK : Exit.FAILED;
    }
  }

  private Reply finished(Api api) throws Failure, InterruptedException {
    try (var bar =
        new ProgressBar(around.screen(), around.clock(), "reindex", ProgressBar.Amount.ENTRIES)) {
      Reply now = api.get("/admin/reindex").at("data");
      while (now.at("running").text().equals("true")) {
        bar.at(now.at("done").number(), now.at("total").number());
        Thread.sleep(STEP_MILLIS);
        now = api.get("/admin/reindex").at("data");
      }
      return now;
    }
  }
}
