package qerberos.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import qerberos.service.ServerFile;
import qerberos.settings.Catalog;
import qerberos.settings.Loader;
import qerberos.settings.Settings;
import qerberos.settings.SettingsFaults;

/// `restart`: stops the server of a folder and starts it again with the arguments it had.
///
/// Of several processes on one folder one after the other, the one that writes last, each waiting
/// until the one before is ready: behind a load balancer no request fails.
@Command(
    name = "restart",
    header = "Stop the server and start it again as it was started.",
    description = {
      "Stop the server and start it again, detached, with the options it was started with.",
      "New settings are checked before the old server is stopped. Connections are refused for",
      "less than two seconds meanwhile. Several processes on one folder (start --join) are",
      "restarted one after the other; behind a load balancer no request fails."
    },
    mixinStandardHelpOptions = true)
final class RestartCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  RestartCommand(Surroundings around) {
    this.around = around;
  }

  /// What is started again, with what.
  private record Again(List<String> arguments, Settings settings) {}

  @Override
  public Integer call() throws Failure, IOException {
    List<ServerFile> servers = data.servers(around);
    if (servers.isEmpty()) {
      start(checked(List.of("--data", data.folder(around).toString())));
      return Exit.OK;
    }
    Map<ServerFile, Again> all = new LinkedHashMap<>();
    for (ServerFile server : servers) {
      Again again = checked(server.arguments());
      all.put(server, servers.size() == 1 ? again : joining(server, again));
    }
    for (Map.Entry<ServerFile, Again> one : all.entrySet()) {
      StopCommand.stop(around, one.getKey());
      start(one.getValue());
    }
    return Exit.OK;
  }

  private Again checked(List<String> arguments) throws Failure {
    try {
      return new Again(
          arguments,
          new Loader(
                  around.home(),
                  around.workingDirectory(),
                  around.environment(),
                  Flags.of(arguments))
              .load());
    } catch (SettingsFaults e) {
      throw new Failure(
          Exit.CONFIGURATION,
          "nothing was stopped, because the settings are wrong:\n" + String.join("\n", e.faults()));
    }
  }

  /// One of several comes back to the others, who have the folder meanwhile, and at the port where
  /// a load balancer knows it.
  private Again joining(ServerFile server, Again again) throws Failure {
    Map<String, String> flags = new LinkedHashMap<>(Flags.of(again.arguments()));
    flags.put(Catalog.JOIN.flag(), "true");
    if (again.settings().http().port() == 0) {
      flags.put(Catalog.PORT.flag(), Integer.toString(server.port()));
    }
    return checked(Flags.words(flags));
  }

  private void start(Again again) throws Failure, IOException {
    ServerFile started = Detached.start(around, again.settings().folders(), again.arguments());
    new Greeting(around).print(started, again.settings());
  }
}
