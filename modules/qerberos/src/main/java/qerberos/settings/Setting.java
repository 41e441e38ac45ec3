package qerberos.settings;

import java.util.List;

/// One thing that can be set: its names, its default, its unit and why one would change it.
///
/// `name` is the environment variable, `key` the path in the configuration files (empty when it can
/// not stand there), `flag` the option of `start` (empty when there is none), `fallbacks` the names
/// under which earlier products knew it. The default is written as an operator would write it, so
/// the table, the manual and the loader show the same text. A secret is never shown; its variable
/// has a twin `NAME_FILE` that gives a file to read it from, and only that file's path may stand in
/// a configuration file. Immutable.
public record Setting<T>(
    String name,
    String key,
    String flag,
    Kind<T> kind,
    String standard,
    String unit,
    String why,
    List<String> fallbacks,
    Use use,
    boolean secret) {

  /// Who reads a setting.
  public enum Use {
    /// The service.
    SERVICE,
    /// The launcher or a script; the service only knows that the name is right.
    OUTSIDE,
    /// What it sets comes with a later version; setting it is answered with a warning.
    LATER
  }

  /// Checks the form; the default must be a value that the setting itself accepts.
  public Setting {
    fallbacks = List.copyOf(fallbacks);
    if (!name.matches("QERBEROS_[A-Z][A-Z0-9_]*")) {
      throw new IllegalArgumentException("name: \"" + name + "\", want QERBEROS_ and capitals");
    }
    if (why.isBlank() || unit.isBlank()) {
      throw new IllegalArgumentException(name + ": a setting has a unit and a reason to change it");
    }
    kind.read(standard);
  }
}
