package qerberos.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import qerberos.service.ServerFile;
import qerberos.settings.Loader;
import qerberos.settings.Settings;
import qerberos.settings.SettingsFaults;

/// `restart`: stops the server of a folder and starts it again with the arguments it had.
@Command(
    name = "restart",
    header = "Stop the server and start it again as it was started.",
    description = {
      "Stop the server and start it again, detached, with the options it was started with.",
      "New settings are checked before the old server is stopped. Connections are refused for",
      "less than two seconds meanwhile; behind a load balancer none is."
    },
    mixinStandardHelpOptions = true)
final class RestartCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  RestartCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure, IOException {
    Optional<ServerFile> server = data.server(around);
    List<String> arguments = new ArrayList<>();
    if (server.isPresent()) {
      arguments.addAll(server.get().arguments());
    } else {
      arguments.addAll(List.of("--data", data.folder(around).toString()));
    }
    Settings settings;
    try {
      settings =
          new Loader(
                  around.home(),
                  around.workingDirectory(),
                  around.environment(),
                  Flags.of(arguments))
              .load();
    } catch (SettingsFaults e) {
      throw new Failure(
          Exit.CONFIGURATION,
          "nothing was stopped, because the settings are wrong:\n" + String.join("\n", e.faults()));
    }
    if (server.isPresent()) {
      StopCommand.stop(around, server.get());
    }
    ServerFile again = Detached.start(around, settings.folders(), arguments);
    new Greeting(around).print(again, settings);
    return Exit.OK;
  }
}
