package qerberos.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import qerberos.service.ServerFile;
import qerberos.settings.FolderSettings;

/// A server in a process and session of its own, that outlives the terminal it was started from.
///
/// Its output is appended to `qerberos.log` beside `error.log`. Used by one thread at a time.
final class Detached {
  private static final long PATIENCE_SECONDS = 120;

  private Detached() {}

  /// Starts it with these arguments of `start` and returns when it is ready; if it ends before, its
  /// own sentence and status are passed on.
  static ServerFile start(Surroundings around, FolderSettings folders, List<String> arguments)
      throws Failure, IOException {
    Path output = folders.logs().resolve("qerberos.log");
    long before;
    try {
      Files.createDirectories(folders.logs());
      before = Files.exists(output) ? Files.size(output) : 0;
    } catch (IOException e) {
      throw new Failure(Exit.CANNOT_WRITE, folders.logs() + ": " + Reasons.of(e));
    }
    List<String> command = new ArrayList<>(session());
    command.addAll(self(around));
    command.add("start");
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .directory(around.workingDirectory().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    boolean settled =
        new Wait(around.screen())
            .until(
                () -> !process.isAlive() || ready(folders.data(), process.pid()).isPresent(),
                PATIENCE_SECONDS,
                waited -> "waits for the server to be ready, " + waited + " s");
    Optional<ServerFile> ready = ready(folders.data(), process.pid());
    if (ready.isPresent()) {
      return ready.get();
    }
    if (settled && !process.isAlive()) {
      throw new Failure(process.exitValue() == 0 ? 1 : process.exitValue(), said(output, before));
    }
    throw new Failure(
        Exit.CANNOT_TELL,
        "process "
            + process.pid()
            + " is not ready after "
            + PATIENCE_SECONDS
            + " s and goes on starting; see "
            + output);
  }

  private static Optional<ServerFile> ready(Path data, long pid) throws IOException {
    return ServerFile.allIn(data).stream().filter(file -> file.pid() == pid).findFirst();
  }

  /// A session of its own, so that closing the terminal does not end the server.
  private static List<String> session() {
    for (String folder : List.of("/usr/bin", "/bin")) {
      if (Files.isExecutable(Path.of(folder, "setsid"))) {
        return List.of(folder + "/setsid");
      }
    }
    return Files.isExecutable(Path.of("/usr/bin/nohup")) ? List.of("/usr/bin/nohup") : List.of();
  }

  /// The launcher, which knows the JVM's options; without one, the way this process was started.
  private static List<String> self(Surroundings around) {
    if (Files.isExecutable(around.launcher())) {
      return List.of(around.launcher().toString());
    }
    List<String> command = new ArrayList<>();
    command.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElse(System.getProperty("java.home") + "/bin/java"));
    command.add("-Dqerberos.home=" + around.root());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("qerberos.Main");
    return command;
  }

  /// What the process said to people before it ended: its lines that are not log lines.
  private static String said(Path output, long before) throws IOException {
    byte[] all = Files.readAllBytes(output);
    String text = new String(all, (int) before, all.length - (int) before, StandardCharsets.UTF_8);
    List<String> sentences =
        text.lines()
            .filter(line -> !line.isBlank() && !line.startsWith("{"))
            .map(line -> line.replaceFirst("^qerberos: ", ""))
            .toList();
    return sentences.isEmpty()
        ? "the server ended while it started; see " + output
        : String.join("\n", sentences);
  }
}
