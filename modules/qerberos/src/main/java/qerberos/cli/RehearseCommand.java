package qerberos.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import qerberos.logs.Logs;
import qerberos.service.Service;
import qerberos.service.StartRefused;
import qerberos.settings.Loader;
import qerberos.settings.Settings;
import qerberos.settings.SettingsFaults;

/// `rehearse`: a whole short life of the service in a folder of its own, so that the JVM can note
/// which classes a start and the first requests need (its start-up cache). The launcher calls it
/// once after a build.
@Command(
    name = "rehearse",
    hidden = true,
    header = "Start, serve and stop in a temporary folder; for the launcher.",
    mixinStandardHelpOptions = true)
final class RehearseCommand implements Callable<Integer> {
  private final Surroundings around;

  RehearseCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("qerberos-rehearsal");
    try {
      Settings settings = settings(folder);
      try (Logs _ =
          Logs.open(
              settings.logs(),
              settings.folders().logs(),
              around.screen().out(),
              ZoneId.systemDefault())) {
        play(settings, folder);
      }
      return Exit.OK;
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /// The shipped configuration; nothing of the environment, which may be wrong just now.
  private Settings settings(Path folder) throws SettingsFaults {
    Map<String, String> flags =
        Map.of(
            "--data", folder.resolve("data").toString(),
            "--port", "0",
            "--squid-port", "0",
            "--qonsent-port", "0");
    return new Loader(around.home(), folder, Map.of(), flags).load();
  }

  private void play(Settings settings, Path folder) throws StartRefused, IOException {
    Service service = Service.start(settings, Optional.empty(), List.of(), false, around.clock());
    try {
      String data = folder.resolve("data").toString();
      var commands = new Commands(around);
      for (String[] words :
          new String[][] {
            {"status"},
            {"log", "--id", "r-1", "--type", "a.b", "--ref", "c:1", "--actor", "did:squid:d"},
            {"log", "--id", "r-2", "--type", "a.b", "--ref", "c:2", "--actor", "did:squid:d"},
            {"search", "type:a.b"},
            {"show", "r-1"},
            {"proof", "r-1"},
            {"keys"},
            {"verify", data}
          }) {
        String[] all = java.util.Arrays.copyOf(words, words.length + 2);
        all[words.length] = "--data";
        all[words.length + 1] = data;
        int ignored = commands.run(all);
      }
    } finally {
      service.close();
    }
  }
}
