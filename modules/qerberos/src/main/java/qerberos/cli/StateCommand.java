package qerberos.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qerberos.event.Json;
import qerberos.logs.Logs;
import qerberos.logs.Visible;
import qerberos.service.ServerFile;
import qerberos.service.StartRefused;
import qerberos.service.StateRebuild;
import qerberos.settings.Settings;
import qerberos.state.Rebuild;

/// `state`: the state database as a whole.
@Command(
    name = "state",
    header = "Make the state database anew from the log.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
final class StateCommand implements Runnable {
  private final Surroundings around;

  @Spec private CommandSpec spec = CommandSpec.create();

  StateCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "state: want rebuild");
  }

  /// What is in the log comes back.
  @Command(
      name = "rebuild",
      description = {
        "Make a state that was lost anew from the log: alerts, tickets, tokens, blocked"
            + " identities,",
        "saved searches, switches and what there is to read. The server must be stopped. Every log",
        "here is verified first. What is not in the log does not come back: messages that were",
        "still to be sent, what people sent each other, what was marked as read, when a token was",
        "used last."
      },
      mixinStandardHelpOptions = true)
  int rebuild(
      @Mixin DataOption data,
      @Option(
              names = "--config",
              paramLabel = "DIR",
              description = "The configuration folder that the server has.")
          @Nullable Path config,
      @Option(
              names = {"--force", "--yes"},
              description = {
                "Also when the state holds something. An SQLite file is kept beside it as",
                "state.db.before-1; in PostgreSQL it is replaced in one transaction."
              })
          boolean force)
      throws Failure {
    Optional<ServerFile> server = data.server(around);
    Path folder = data.folder(around);
    if (server.isPresent()) {
      throw new Failure(
          Exit.TAKEN,
          "a server runs on "
              + folder
              + " (pid "
              + server.get().pid()
              + "); stop it first: qerberos stop --data "
              + folder);
    }
    if (!FolderReads.holdsLog(folder)) {
      throw new Failure(Exit.CANNOT_TELL, folder + ": holds no log to make a state from");
    }
    Settings settings = data.settings(around, config);
    try (Logs _ = CommandLog.open(settings, around);
        var bar =
            new ProgressBar(
                around.screen(), around.clock(), "rebuild", ProgressBar.Amount.ENTRIES)) {
      var rebuild =
          new StateRebuild(settings, around.clock(), (_, done, total) -> bar.at(done, total));
      return printed(data, rebuild.run(force));
    } catch (StartRefused e) {
      throw new Failure(StartCommand.status(e.reason()), e.sentence());
    }
  }

  private int printed(DataOption data, StateRebuild.Done done) {
    Rebuild.Rebuilt rebuilt = done.rebuilt();
    if (data.json()) {
      around.screen().out().println(JsonText.pretty(json(done)));
      return Exit.OK;
    }
    done.checked().forEach(this::say);
    done.aside().ifPresent(aside -> say("what was there before is in " + aside));
    rebuilt.kinds().forEach((kind, many) -> around.screen().out().println(kind + ": " + many));
    if (rebuilt.incomplete() > 0) {
      say(
          rebuilt.incomplete()
              + " events, of an earlier version, do not say all that the state keeps; what they say"
              + " is there");
    }
    if (rebuilt.erased() > 0) {
      say(rebuilt.erased() + " events have texts that were erased, and stay erased");
    }
    return Exit.OK;
  }

  private void say(String sentence) {
    around.screen().err().println("qerberos: " + Visible.line(sentence));
  }

  private static Json json(StateRebuild.Done done) {
    Map<String, Json> kinds = new LinkedHashMap<>();
    done.rebuilt().kinds().forEach((kind, many) -> kinds.put(kind, Json.of((double) many)));
    Map<String, Json> all = new LinkedHashMap<>();
    List<Json> checked = done.checked().stream().<Json>map(Json::of).toList();
    all.put("checked", new Json.Arr(checked));
    done.aside().ifPresent(aside -> all.put("before", Json.of(aside.toString())));
    all.put("rebuilt", new Json.Obj(kinds));
    all.put("incomplete", Json.of((double) done.rebuilt().incomplete()));
    all.put("erased", Json.of((double) done.rebuilt().erased()));
    return new Json.Obj(all);
  }
}
