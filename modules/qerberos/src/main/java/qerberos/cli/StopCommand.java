package qerberos.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import qerberos.service.ServerFile;

/// `stop`: asks all processes that serve a folder to finish, and waits until they have; the one
/// that writes comes last, so that none of the others takes over meanwhile.
@Command(
    name = "stop",
    header = "Stop the server; nothing accepted is lost.",
    description = {
      "Stop the server: it takes nothing new, finishes what is in flight, forces it to disk,",
      "publishes a last checkpoint and exits. Of several processes on one folder, all of them."
    },
    mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
  private static final long PATIENCE_SECONDS = 40;

  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  StopCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure, IOException {
    List<ServerFile> servers = data.servers(around);
    if (servers.isEmpty()) {
      around.screen().err().println("qerberos: no server runs on " + data.folder(around));
      return Exit.OK;
    }
    List<ServerFile> others = servers.subList(0, servers.size() - 1);
    for (ServerFile other : others) {
      ask(other);
    }
    for (ServerFile other : others) {
      await(around, other);
    }
    stop(around, servers.getLast());
    for (ServerFile server : servers) {
      String said =
          data.json()
              ? "{\"stopped\":" + server.pid() + "}"
              : "stopped (process " + server.pid() + ")";
      around.screen().out().println(said);
    }
    return Exit.OK;
  }

  /// Sends SIGTERM and returns when the process is gone.
  static void stop(Surroundings around, ServerFile server) throws Failure, IOException {
    ask(server);
    await(around, server);
  }

  private static void ask(ServerFile server) throws Failure {
    Optional<ProcessHandle> process = ProcessHandle.of(server.pid());
    if (process.isPresent() && !process.get().destroy()) {
      throw new Failure(
          Exit.FAILED, "process " + server.pid() + " may not be stopped by this user");
    }
  }

  private static void await(Surroundings around, ServerFile server) throws Failure, IOException {
    Optional<ProcessHandle> process = ProcessHandle.of(server.pid());
    if (process.isEmpty()) {
      return;
    }
    boolean gone =
        new Wait(around.screen())
            .until(
                () -> !process.get().isAlive(),
                PATIENCE_SECONDS,
                waited ->
                    "waits for process "
                        + server.pid()
                        + " to finish what is in flight and publish its last checkpoint, "
                        + waited
                        + " s");
    if (!gone) {
      throw new Failure(
          Exit.FAILED,
          "process "
              + server.pid()
              + " still runs after "
              + PATIENCE_SECONDS
              + " s; nothing that was accepted is lost if you end it with: kill -9 "
              + server.pid());
    }
  }
}
