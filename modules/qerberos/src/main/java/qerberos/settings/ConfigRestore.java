package qerberos.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Makes the recovery of a configuration by plain `cp` work as it is typed.
///
/// `cp -r backup/config-latest/ config/` puts the backup into `config/config-latest/`. At the next
/// start what lies there is checked, the present files move to `config/.previous-TIME/`, the
/// restored ones take their place, and the folder is gone. A backup that does not load is refused
/// before anything moves. The other half keeps `backup/config-latest/` a copy of the newest dated
/// backup. Used by one thread at a time.
public final class ConfigRestore {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final Path config;

  public ConfigRestore(Path config) {
    this.config = config;
  }

  /// What was put in place, and where the files before it lie now.
  public record Restored(List<String> files, Path previous) {
    public Restored {
      files = List.copyOf(files);
    }
  }

  /// Puts a restored configuration in place, when there is one.
  ///
  /// `check` loads the settings from a folder and throws when they are wrong.
  public Optional<Restored> promote(Instant now, Check check) throws IOException, SettingsFaults {
    Path latest = config.resolve("config-latest");
    if (!Files.isDirectory(latest)) {
      return Optional.empty();
    }
    Path source = inner(latest);
    List<Path> restored = yamlFiles(source);
    if (restored.isEmpty()) {
      throw new SettingsFaults(
          List.of(
              latest
                  + ": holds no *.yaml, so there is nothing to restore; remove the folder, or copy"
                  + " a backup into it"));
    }
    check.load(source);
    Path previous = config.resolve(".previous-" + STAMP.format(now));
    Files.createDirectory(previous);
    for (Path file : yamlFiles(config)) {
      Files.move(file, previous.resolve(String.valueOf(file.getFileName())));
    }
    for (Path file : restored) {
      Files.move(
          file,
          config.resolve(String.valueOf(file.getFileName())),
          StandardCopyOption.REPLACE_EXISTING);
    }
    deleteTree(latest);
    return Optional.of(
        new Restored(
            restored.stream().map(file -> String.valueOf(file.getFileName())).toList(), previous));
  }

  /// Loads the settings from a folder, only to see whether they are right.
  @FunctionalInterface
  public interface Check {
    void load(Path folder) throws SettingsFaults;
  }

  /// Copies the newest `backup/config-YYYYMMDD` to `backup/config-latest`, flattening a nested
  /// `config/`; without one, the present configuration. Nothing happens where there is no `backup`.
  public void keepLatest(Path backup) throws IOException {
    if (!Files.isDirectory(backup)) {
      return;
    }
    Path newest = config;
    try (Stream<Path> folders = Files.list(backup)) {
      newest =
          folders
              .filter(folder -> folder.getFileName().toString().matches("config-[0-9].*"))
              .filter(Files::isDirectory)
              .max(Comparator.comparing(folder -> folder.getFileName().toString()))
              .orElse(config);
    }
    Path source = inner(newest);
    if (yamlFiles(source).isEmpty()) {
      return;
    }
    Path latest = Files.createDirectories(backup.resolve("config-latest"));
    for (Path old : yamlFiles(latest)) {
      Files.delete(old);
    }
    for (Path file : yamlFiles(source)) {
      Files.copy(
          file,
          latest.resolve(String.valueOf(file.getFileName())),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /// A second `cp -r` of a day puts the newer copy inside the older one.
  private static Path inner(Path backup) throws IOException {
    Path nested = backup.resolve("config");
    return yamlFiles(nested).isEmpty() ? backup : nested;
  }

  private static List<Path> yamlFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().endsWith(".yaml"))
          .sorted()
          .toList();
    }
  }

  private static void deleteTree(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
