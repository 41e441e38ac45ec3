package qerberos.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qerberos.event.Json;
import qerberos.logs.Logs;
import qerberos.logs.Visible;
import qerberos.service.AtRest;
import qerberos.service.StartRefused;
import qerberos.settings.Settings;

/// `keys`: the public keys under which the log is verified.
@Command(
    name = "keys",
    header = "Print the log's public keys, or give it a new one.",
    description = {
      "Print the log's public keys, one C2SP verifier key per line, the current ones first.",
      "Give one to whoever is to verify: qerberos verify ... --key KEY"
    },
    mixinStandardHelpOptions = true)
final class KeysCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  KeysCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure {
    try (Reads reads = Reads.of(data, around)) {
      String keys = reads.keys();
      if (data.json()) {
        List<Json> all = keys.lines().filter(line -> !line.isBlank()).<Json>map(Json::of).toList();
        around.screen().out().println(JsonText.pretty(new Json.Arr(all)));
      } else {
        keys.lines().map(Visible::line).forEach(around.screen().out()::println);
      }
      return Exit.OK;
    }
  }

  /// A new key, announced in the log under the old one.
  @Command(
      name = "rotate",
      header = "Give the log a new key.",
      description = {
        "Give the log a new key and print all keys, the new one first. An event announces it under",
        "a checkpoint of the old key; the old one stays in the list, and what it signed stays"
            + " good.",
        "Give the new one to whoever verifies the log. Refused while something about the log is"
            + " not",
        "right, such as an older copy of the log. Works with a running server, and on a folder",
        "without one; that is opened with the configuration that its server has."
      },
      mixinStandardHelpOptions = true)
  int rotate(
      @Mixin DataOption data,
      @Option(
              names = "--config",
              paramLabel = "DIR",
              description = "The configuration folder, for a folder without a server.")
          @Nullable Path config)
      throws Failure {
    List<Json> keys = new ArrayList<>();
    if (data.server(around).isPresent()) {
      try (Api api = Api.of(data, around)) {
        Reply all = api.post("/admin/keys/rotate", Json.EMPTY).at("data", "keys");
        all.items().forEach(key -> keys.add(key.json()));
      }
    } else {
      if (!FolderReads.holdsLog(data.folder(around))) {
        throw data.noServer(around);
      }
      Settings settings = data.settings(around, config);
      try (Logs _ = CommandLog.open(settings, around)) {
        AtRest.rotateKeys(settings, around.clock())
            .forEach(key -> keys.add(Json.of(key.toString())));
        around.screen().err().println("qerberos: " + opened(settings));
      } catch (StartRefused e) {
        throw new Failure(StartCommand.status(e.reason()), e.sentence());
      }
    }
    if (data.json()) {
      around.screen().out().println(JsonText.pretty(new Json.Arr(keys)));
    } else {
      around
          .screen()
          .err()
          .println("qerberos: an event, ledger.keys.rotate, announced the key under the old one");
      around.screen().err().println("qerberos: the log signs with the first of these keys now:");
      keys.forEach(key -> around.screen().out().println(Visible.line(new Reply(key).text())));
    }
    return Exit.OK;
  }

  private static String opened(Settings settings) {
    return "no server runs on "
        + settings.folders().data()
        + "; its log was opened and is not behind what is kept in the state database"
        + settings.trail().anchorFile().map(file -> " and in " + file).orElse("");
  }
}
