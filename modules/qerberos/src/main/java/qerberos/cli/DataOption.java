package qerberos.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import qerberos.service.ServerFile;
import qerberos.settings.Catalog;
import qerberos.settings.Loader;
import qerberos.settings.Settings;
import qerberos.settings.SettingsFaults;

/// Which data folder a command is about: `--data`, else `QERBEROS_DATA_DIR`, else the
/// configuration, else `data` in [Surroundings#home]. Used by one thread at a time.
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = {
        "The data folder (default: QERBEROS_DATA_DIR, else the configured one, else",
        "modules/qerberos/data in a checkout and data/ in an installed tree)."
      })
  private @Nullable Path data;

  @Option(names = "--json", description = "Print JSON for programs instead of tables.")
  private boolean json;

  boolean json() {
    return json;
  }

  /// The option as a flag for the loader; empty when it was not given.
  Map<String, String> flags(Surroundings around) {
    return data == null
        ? Map.of()
        : Map.of(
            Catalog.DATA_DIR.flag(),
            around.workingDirectory().resolve(data).normalize().toString());
  }

  /// The folder, absolute. A configuration that does not load is no obstacle to reaching a server.
  Path folder(Surroundings around) {
    if (data != null) {
      return around.workingDirectory().resolve(data).normalize();
    }
    try {
      return new Loader(
              around.home(), around.workingDirectory(), around.environment(), flags(around))
          .load()
          .folders()
          .data();
    } catch (SettingsFaults _) {
      String variable = around.environment().get(Catalog.DATA_DIR.name());
      return variable == null
          ? around.home().resolve(Catalog.DATA_DIR.standard())
          : around.workingDirectory().resolve(variable).normalize();
    }
  }

  /// All settings, for a command that works on the folder itself.
  ///
  /// @param config the configuration folder; null for the usual one
  Settings settings(Surroundings around, @Nullable Path config) throws Failure {
    Map<String, String> flags = new LinkedHashMap<>(flags(around));
    if (config != null) {
      Path folder = around.workingDirectory().resolve(config).normalize();
      flags.put(Catalog.CONFIG_DIR.flag(), folder.toString());
    }
    try {
      return new Loader(around.home(), around.workingDirectory(), around.environment(), flags)
          .load();
    } catch (SettingsFaults e) {
      throw new Failure(Exit.CONFIGURATION, String.join("\n", e.faults()));
    }
  }

  /// All processes that serve the folder now, the one that writes last.
  List<ServerFile> servers(Surroundings around) throws Failure {
    try {
      return ServerFile.allIn(folder(around));
    } catch (IOException e) {
      throw new Failure(
          Exit.CANNOT_TELL, folder(around) + ": what runs on it cannot be read: " + Reasons.of(e));
    }
  }

  /// The server that runs on the folder now; of several, the one that writes.
  Optional<ServerFile> server(Surroundings around) throws Failure {
    List<ServerFile> all = servers(around);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /// The same, or a sentence that says how to get one.
  ServerFile requireServer(Surroundings around) throws Failure {
    Optional<ServerFile> server = server(around);
    if (server.isEmpty()) {
      throw noServer(around);
    }
    return server.get();
  }

  /// That none runs on the folder, and how to get one.
  Failure noServer(Surroundings around) {
    Path folder = folder(around);
    return new Failure(
        Exit.CANNOT_TELL,
        "no server runs on "
            + folder
            + (Files.isDirectory(folder) ? "" : " (there is no such folder)")
            + "; start one with: qerberos start --data "
            + folder);
  }
}
