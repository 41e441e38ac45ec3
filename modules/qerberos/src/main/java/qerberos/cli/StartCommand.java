package qerberos.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import qerberos.logs.LogField;
import qerberos.logs.Logs;
import qerberos.service.Service;
import qerberos.service.StartRefused;
import qerberos.settings.Catalog;
import qerberos.settings.ConfigRestore;
import qerberos.settings.Loader;
import qerberos.settings.Settings;
import qerberos.settings.SettingsFaults;

/// `start`: reads the settings, starts everything, says where it is, and runs until it is told to
/// stop.
///
/// The options are the flags of [Catalog]; a value given here goes through the same checks as one
/// in a file.
@Command(
    name = "start",
    header = "Start everything on this machine.",
    description = {
      "Start everything: the API, the log, and, unless real ones are configured, a bundled sQuid",
      "and Qonsent. In the foreground; Ctrl-C or \"qerberos stop\" ends it."
    },
    mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
  private static final System.Logger LOG = System.getLogger("qerberos.cli");

  private final Surroundings around;

  @Option(names = "--data", paramLabel = "DIR", description = "The data folder.")
  private @Nullable String data;

  @Option(names = "--config", paramLabel = "DIR", description = "The configuration folder.")
  private @Nullable String config;

  @Option(names = "--logs", paramLabel = "DIR", description = "Where error.log lies.")
  private @Nullable String logs;

  @Option(names = "--bind", paramLabel = "ADDRESS", description = "Default 127.0.0.1.")
  private @Nullable String bind;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The API; default 3000, 0 takes a free one and prints it.")
  private @Nullable String port;

  @Option(
      names = "--squid-port",
      paramLabel = "N",
      description = "The bundled sQuid; default 3010, 0 takes a free one.")
  private @Nullable String squidPort;

  @Option(
      names = "--qonsent-port",
      paramLabel = "N",
      description = "The bundled Qonsent; default 3030, 0 takes a free one.")
  private @Nullable String qonsentPort;

  @Option(
      names = "--allow-insecure",
      description = "Let the bundled sQuid and Qonsent listen beyond this machine.")
  private boolean allowInsecure;

  @Option(
      names = "--join",
      description = {
        "Be one more process on a data folder that others have: one of them writes, the others"
            + " pass",
        "on to it, and the next one takes over when it leaves or dies. Each has its own --port."
      })
  private boolean join;

  @Option(
      names = "--log-format",
      paramLabel = "json|text",
      description = "How log lines look; default json.")
  private @Nullable String logFormat;

  @Option(
      names = "--detach",
      description = "Return when the server is ready, and leave it running.")
  private boolean detach;

  @Option(
      names = "--new-epoch",
      description = {
        "End the log in the folder and begin another one, with another name and key, whose first",
        "entry names the old one. For a log that must not be gone on with, such as an older copy.",
        "The old one is verified and kept beside it as ledger-NAME: search, show and proof read it",
        "with --epoch NAME, \"qerberos verify\" by its folder. Ids that it has may be used again.",
        "Counts for this start, not for a restart."
      })
  private boolean newEpoch;

  StartCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure, IOException {
    return detach ? detached() : foreground();
  }

  private record Ready(Settings settings, Optional<ConfigRestore.Restored> restored) {}

  /// The flags as typed, for the loader and for a later restart.
  private Map<String, String> flags() {
    Map<String, @Nullable String> typed = new LinkedHashMap<>();
    typed.put("--data", absolute(data));
    typed.put("--config", absolute(config));
    typed.put("--logs", absolute(logs));
    typed.put("--bind", bind);
    typed.put("--port", port);
    typed.put("--squid-port", squidPort);
    typed.put("--qonsent-port", qonsentPort);
    typed.put("--log-format", logFormat);
    typed.put("--allow-insecure", allowInsecure ? "true" : null);
    typed.put("--join", join ? "true" : null);
    Map<String, String> given = new LinkedHashMap<>();
    typed.forEach(
        (flag, value) -> {
          if (value != null) {
            given.put(flag, value);
          }
        });
    return given;
  }

  /// Absolute, so that a restart from another folder means the same.
  private @Nullable String absolute(@Nullable String path) {
    return path == null || path.isBlank()
        ? path
        : around.workingDirectory().resolve(path).normalize().toString();
  }

  private Ready settings() throws Failure {
    Map<String, String> flags = flags();
    var loader = new Loader(around.home(), around.workingDirectory(), around.environment(), flags);
    try {
      Path folder = loader.configFolder();
      var restore = new ConfigRestore(folder);
      Optional<ConfigRestore.Restored> restored =
          restore.promote(around.clock().instant(), source -> loadFrom(source, flags));
      Settings settings = loader.load();
      if (folder.equals(around.home().resolve("config"))) {
        restore.keepLatest(around.home().resolve("backup"));
      }
      return new Ready(settings, restored);
    } catch (SettingsFaults e) {
      throw new Failure(
          Exit.CONFIGURATION,
          e.faults().size() == 1
              ? e.faults().getFirst()
              : e.faults().size()
                  + " mistakes in the settings:\n  "
                  + String.join("\n  ", e.faults()));
    } catch (IOException e) {
      throw new Failure(Exit.CANNOT_WRITE, "the configuration: " + Reasons.of(e));
    }
  }

  private void loadFrom(Path folder, Map<String, String> flags) throws SettingsFaults {
    Map<String, String> there = new LinkedHashMap<>(flags);
    there.put(Catalog.CONFIG_DIR.flag(), folder.toString());
    Settings ignored =
        new Loader(around.home(), around.workingDirectory(), around.environment(), there).load();
  }

  private int foreground() throws Failure {
    Ready ready = settings();
    Settings settings = ready.settings();
    Logs opened;
    try {
      opened =
          Logs.open(
              settings.logs(),
              settings.folders().logs(),
              around.screen().out(),
              ZoneId.systemDefault());
    } catch (IOException e) {
      throw new Failure(
          Exit.CANNOT_WRITE, settings.folders().logs().resolve("error.log") + ": " + Reasons.of(e));
    }
    tell(settings, ready.restored());
    var end = new GracefulEnd(opened);
    end.install();
    try {
      Service service =
          Service.start(settings, ready.restored(), Flags.words(flags()), newEpoch, around.clock());
      end.serves(service);
      LOG.log(
          System.Logger.Level.INFO,
          "ready",
          new LogField("url", service.file().url()),
          new LogField("port", service.file().port()),
          new LogField("squidPort", service.file().squidPort()),
          new LogField("qonsentPort", service.file().qonsentPort()),
          new LogField("data", settings.folders().data()));
      new Greeting(around).print(service.file(), settings);
      return end.forever();
    } catch (StartRefused e) {
      end.cancel();
      LOG.log(System.Logger.Level.ERROR, e.sentence());
      opened.close();
      throw new Failure(status(e.reason()), e.sentence());
    } catch (RuntimeException | Error e) {
      end.cancel();
      LOG.log(System.Logger.Level.ERROR, "the start failed", e);
      opened.close();
      throw new Failure(
          Exit.BUG,
          "the start failed: "
              + e
              + "; the whole story is in "
              + settings.folders().logs().resolve("error.log"));
    }
  }

  /// The exit status that tells this reason.
  static int status(StartRefused.Reason reason) {
    return switch (reason) {
      case CONFIGURATION -> Exit.CONFIGURATION;
      case CANNOT_WRITE -> Exit.CANNOT_WRITE;
      case TAKEN -> Exit.TAKEN;
      case DAMAGED, KEPT -> Exit.FAILED;
    };
  }

  private static void tell(Settings settings, Optional<ConfigRestore.Restored> restored) {
    List<LogField> fields = new ArrayList<>();
    settings.values().effective().forEach((name, value) -> fields.add(new LogField(name, value)));
    LOG.log(System.Logger.Level.INFO, "settings", fields.toArray());
    for (String warning : settings.values().warnings()) {
      LOG.log(System.Logger.Level.WARNING, warning);
    }
    restored.ifPresent(
        done ->
            LOG.log(
                System.Logger.Level.INFO,
                "the configuration was restored from config-latest",
                new LogField("files", done.files()),
                new LogField("previous", done.previous())));
  }

  private int detached() throws Failure, IOException {
    Map<String, String> flags = flags();
    Settings settings;
    try {
      settings =
          new Loader(around.home(), around.workingDirectory(), around.environment(), flags).load();
    } catch (SettingsFaults e) {
      throw new Failure(Exit.CONFIGURATION, String.join("\n", e.faults()));
    }
    List<String> words = new ArrayList<>(Flags.words(flags));
    if (newEpoch) {
      words.add("--new-epoch");
    }
    var file = Detached.start(around, settings.folders(), words);
    new Greeting(around).print(file, settings);
    return Exit.OK;
  }
}
