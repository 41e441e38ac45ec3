package qerberos.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import qerberos.event.Privacy;
import qerberos.settings.Values.Given;

/// Reads the settings: defaults, then `config/*.yaml`, then the environment, then flags.
///
/// Every mistake is collected before anything is refused: an unknown name (with the one that may
/// have been meant), a bad value (even one that something later overrides), a name said in two
/// files. A relative path in a flag or a variable counts from the working directory, in a file and
/// as a default from `home`, the folder that holds config/, data/ and logs/. Used by one thread at
/// a time.
public final class Loader {
  /// Files with a structure of their own; whoever needs them reads them.
  private static final Set<String> STRUCTURED =
      Set.of("identities.yaml", "grants.yaml", "privacy.yaml", "notices.yaml");

  private final Path home;
  private final Path workingDirectory;
  private final Map<String, String> environment;
  private final Map<String, String> flags;
  private final List<String> faults = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final Map<Setting<?>, Given> given = new LinkedHashMap<>();
  private Privacy privacy = Privacy.defaults();
  private NoticeSettings notices = NoticeSettings.NONE;

  /// `flags` is from the option as typed (`--port`) to its value.
  public Loader(
      Path home,
      Path workingDirectory,
      Map<String, String> environment,
      Map<String, String> flags) {
    this.home = home.toAbsolutePath().normalize();
    this.workingDirectory = workingDirectory.toAbsolutePath().normalize();
    this.environment = new TreeMap<>(environment);
    this.flags = Map.copyOf(flags);
  }

  /// All settings, or every mistake.
  public Settings load() throws SettingsFaults {
    Values values = values();
    return Settings.of(values, privacy, notices, home);
  }

  /// Where the configuration lies: the flag, the variable, or `home`'s config folder.
  public Path configFolder() {
    String flag = flags.get(Catalog.CONFIG_DIR.flag());
    String variable = environment.get(Catalog.CONFIG_DIR.name());
    String said = flag == null ? variable : flag;
    return said == null || said.isEmpty()
        ? home.resolve(Catalog.CONFIG_DIR.standard())
        : workingDirectory.resolve(said).normalize();
  }

  private Values values() throws SettingsFaults {
    Path config = configFolder();
    readFiles(config);
    privacy = PrivacyFile.read(config.resolve("privacy.yaml"), faults);
    readEnvironment();
    for (Setting<?> setting : Catalog.all()) {
      String text = flags.get(setting.flag());
      if (!setting.flag().isEmpty() && text != null) {
        take(setting, text, setting.flag(), workingDirectory);
      }
    }
    notices =
        NoticesFile.read(config.resolve("notices.yaml"), home, new Values(given, warnings), faults);
    if (!faults.isEmpty()) {
      throw new SettingsFaults(faults);
    }
    resolveDefaults(config);
    return new Values(given, warnings);
  }

  private void readFiles(Path config) {
    if (!Files.isDirectory(config)) {
      if (!config.equals(home.resolve(Catalog.CONFIG_DIR.standard()))) {
        faults.add(config + ": no such folder; --config or QERBEROS_CONFIG_DIR names it");
      }
      return;
    }
    Map<String, String> saidAt = new TreeMap<>();
    try (Stream<Path> files = Files.list(config)) {
      for (Path file : files.sorted().toList()) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".yml") && !Files.isDirectory(file)) {
          faults.add(name + ": is not read; rename it to " + name.replaceAll("yml$", "yaml"));
        } else if (name.endsWith(".yaml") && !name.startsWith(".") && !STRUCTURED.contains(name)) {
          readFile(file, saidAt);
        }
      }
    } catch (IOException e) {
      faults.add(config + ": cannot be read: " + e.getMessage());
    }
  }

  private void readFile(Path file, Map<String, String> saidAt) {
    try {
      switch (Yaml.read(file)) {
        case Yaml.Block block -> readBlock("", block, saidAt);
        case Yaml.Scalar(var at, var text) when text.isEmpty() -> saidAt.put(at, "");
        case Yaml.Scalar(var at, _) ->
            faults.add(at + ": want names and values, such as port: 3000");
        case Yaml.Items(var at, _) ->
            faults.add(at + ": want names and values, such as port: 3000");
      }
    } catch (SettingsFaults e) {
      faults.addAll(e.faults());
    } catch (IOException e) {
      faults.add(file.getFileName() + ": cannot be read: " + e.getMessage());
    }
  }

  private void readBlock(String prefix, Yaml.Block block, Map<String, String> saidAt) {
    List<String> keys = Catalog.all().stream().map(Setting::key).filter(k -> !k.isEmpty()).toList();
    block
        .members()
        .forEach(
            (name, node) -> {
              String key = prefix.isEmpty() ? name : prefix + "." + name;
              Setting<?> setting =
                  Catalog.all().stream()
                      .filter(each -> each.key().equals(key))
                      .findFirst()
                      .orElse(null);
              if (setting == null) {
                if (node instanceof Yaml.Block inner
                    && keys.stream().anyMatch(known -> known.startsWith(key + "."))) {
                  readBlock(key, inner, saidAt);
                } else {
                  faults.add(
                      node.at() + ": " + key + ": unknown name" + Suggestion.among(keys, key));
                }
                return;
              }
              String before = saidAt.put(key, node.at());
              if (before != null) {
                faults.add(node.at() + ": " + key + ": said already at " + before);
              }
              switch (node) {
                case Yaml.Scalar(var at, var text) -> takeFromFile(setting, text, at, key);
                case Yaml.Items(var at, var items)
                    when setting.kind().many()
                        && items.stream().allMatch(Yaml.Scalar.class::isInstance) ->
                    takeFromFile(setting, joined(items), at, key);
                case Yaml.Items(var at, _) -> faults.add(at + ": " + key + ": want one value");
                case Yaml.Block(var at, _) -> faults.add(at + ": " + key + ": want one value");
              }
            });
  }

  private static String joined(List<Yaml> items) {
    return items.stream()
        .map(item -> item instanceof Yaml.Scalar(_, var text) ? text : "")
        .collect(Collectors.joining(", "));
  }

  private void takeFromFile(Setting<?> setting, String text, String at, String key) {
    if (setting.secret()) {
      takeSecretFile(setting, text, at + ": " + key, home);
    } else {
      take(setting, text, at + ": " + key, home);
    }
  }

  private void readEnvironment() {
    List<String> names = new ArrayList<>();
    for (Setting<?> setting : Catalog.all()) {
      names.add(setting.name());
      if (setting.secret()) {
        names.add(setting.name() + "_FILE");
      }
      readFallbacks(setting);
      String text = environment.get(setting.name());
      String file = setting.secret() ? environment.get(setting.name() + "_FILE") : null;
      if (text != null && file != null) {
        faults.add(setting.name() + ": given twice, also as " + setting.name() + "_FILE");
      } else if (text != null) {
        take(setting, text, setting.name(), workingDirectory);
      } else if (file != null) {
        takeSecretFile(setting, file, setting.name() + "_FILE", workingDirectory);
      }
    }
    for (String name : environment.keySet()) {
      if (name.startsWith("QERBEROS_") && !names.contains(name)) {
        faults.add(name + ": unknown name" + Suggestion.among(names, name));
      }
    }
  }

  /// Earlier names count only when the proper one is silent. `NODE_ENV` and `APP_ENV` belong to
  /// many programs, so they count only when they hold one of our modes.
  private void readFallbacks(Setting<?> setting) {
    if (environment.containsKey(setting.name())
        || environment.containsKey(setting.name() + "_FILE")) {
      return;
    }
    for (String fallback : setting.fallbacks()) {
      String text = environment.get(fallback);
      if (text != null && !text.isEmpty()) {
        if (setting.equals(Catalog.MODE) && !isMode(text)) {
          continue;
        }
        take(setting, text, fallback, workingDirectory);
        return;
      }
      String file = setting.secret() ? environment.get(fallback + "_FILE") : null;
      if (file != null) {
        takeSecretFile(setting, file, fallback + "_FILE", workingDirectory);
        return;
      }
    }
  }

  private static boolean isMode(String text) {
    for (Catalog.Mode mode : Catalog.Mode.values()) {
      if (mode.name().equals(text.strip().toUpperCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  private void takeSecretFile(Setting<?> setting, String path, String at, Path base) {
    if (path.isBlank()) {
      return;
    }
    Path file = base.resolve(path);
    try {
      take(setting, Files.readString(file).strip(), at, base);
      given.computeIfPresent(setting, (_, said) -> new Given(said.text(), said.at(), file));
    } catch (IOException e) {
      faults.add(at + ": " + file + ": cannot be read");
    }
  }

  private void take(Setting<?> setting, String text, String at, Path base) {
    String value = text.strip();
    if (isPath(setting) && !value.isEmpty()) {
      value = base.resolve(value).normalize().toString();
    }
    try {
      setting.kind().read(value);
      given.put(setting, new Given(value, at));
      if (setting.use() == Setting.Use.LATER) {
        warnings.add(at + ": known, but it comes with a later version and has no effect yet");
      }
    } catch (IllegalArgumentException e) {
      String shown = setting.secret() ? "***" : "\"" + value + "\"";
      faults.add(at + ": " + shown + ", " + e.getMessage());
    }
  }

  private static boolean isPath(Setting<?> setting) {
    return setting.unit().equals("folder") || setting.unit().equals("file");
  }

  /// The three folders, absolute: error.log goes with the data when the data are elsewhere.
  private void resolveDefaults(Path config) {
    given.putIfAbsent(Catalog.CONFIG_DIR, new Given(config.toString(), "default"));
    boolean elsewhere = given.containsKey(Catalog.DATA_DIR);
    given.putIfAbsent(
        Catalog.DATA_DIR,
        new Given(home.resolve(Catalog.DATA_DIR.standard()).toString(), "default"));
    Given data = given.get(Catalog.DATA_DIR);
    Path beside = elsewhere && data != null ? Path.of(data.text()) : home;
    given.putIfAbsent(
        Catalog.LOG_DIR,
        new Given(beside.resolve(Catalog.LOG_DIR.standard()).toString(), "default"));
  }
}
