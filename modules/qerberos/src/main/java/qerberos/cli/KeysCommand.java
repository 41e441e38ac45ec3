package qerberos.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import qerberos.event.Json;

/// `keys`: the public keys under which the log is verified.
@Command(
    name = "keys",
    header = "Print the log's public keys.",
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
        keys.lines().map(qerberos.logs.Visible::line).forEach(around.screen().out()::println);
      }
      return Exit.OK;
    }
  }
}
