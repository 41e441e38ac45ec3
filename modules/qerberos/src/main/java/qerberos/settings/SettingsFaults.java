package qerberos.settings;

import java.io.Serial;
import java.util.List;

/// The configuration is wrong: every mistake, each with its file and line, its variable or its
/// flag. Nothing was started and nothing was changed. Immutable.
public final class SettingsFaults extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final transient List<String> faults;

  public SettingsFaults(List<String> faults) {
    super(String.join("\n", faults));
    this.faults = List.copyOf(faults);
  }

  /// One sentence per mistake, in the order in which the sources are read.
  public List<String> faults() {
    return faults;
  }
}
