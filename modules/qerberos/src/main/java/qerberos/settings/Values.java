package qerberos.settings;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What every setting is, and where it was said: the outcome of a [Loader].
///
/// Every text in it has been read once by its setting's kind, so reading it again cannot fail.
/// Immutable.
public final class Values {
  private final Map<Setting<?>, Given> given;
  private final List<String> warnings;

  Values(Map<Setting<?>, Given> given, List<String> warnings) {
    this.given = Map.copyOf(given);
    this.warnings = List.copyOf(warnings);
  }

  /// One thing that was said: the text, where (`server.yaml:3`, `QERBEROS_PORT`, `--port`), and for
  /// a secret the file it was read from.
  record Given(String text, String at, @Nullable Path file) {
    Given(String text, String at) {
      this(text, at, null);
    }
  }

  /// The value of a setting, its default when nobody said anything.
  public <T> T get(Setting<T> setting) {
    Given said = given.get(setting);
    return setting.kind().read(said == null ? setting.standard() : said.text());
  }

  /// The file from which a secret was read, when it was read from one.
  public Optional<Path> file(Setting<?> setting) {
    Given said = given.get(setting);
    return Optional.ofNullable(said == null ? null : said.file());
  }

  /// Whether somebody said something.
  public boolean isGiven(Setting<?> setting) {
    return given.containsKey(setting);
  }

  /// Where a setting was said; `default` when nobody said anything.
  public String at(Setting<?> setting) {
    Given said = given.get(setting);
    return said == null ? "default" : said.at();
  }

  /// What a setting is, in words for a log: secrets as `***`.
  public String shown(Setting<?> setting) {
    Given said = given.get(setting);
    String text = said == null ? setting.standard() : said.text();
    return setting.secret() && !text.isEmpty() ? "***" : text;
  }

  /// Every setting the service reads, with its value, in the order of the manual.
  public Map<String, String> effective() {
    Map<String, String> all = new LinkedHashMap<>();
    for (Setting<?> setting : Catalog.all()) {
      if (setting.use() == Setting.Use.SERVICE) {
        all.put(setting.name(), shown(setting));
      }
    }
    return all;
  }

  /// What is right but has no effect yet, one sentence each.
  public List<String> warnings() {
    return warnings;
  }
}
