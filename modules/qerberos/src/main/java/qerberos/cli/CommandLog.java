package qerberos.cli;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import qerberos.logs.Logs;
import qerberos.settings.Catalog.LogFormat;
import qerberos.settings.Catalog.LogLevel;
import qerberos.settings.LogSettings;
import qerberos.settings.Settings;

/// The logging of a command that opens the data folder as the server would: what it has to say it
/// says itself, so only errors are shown, and kept in `error.log`.
final class CommandLog {
  private CommandLog() {}

  /// @throws Failure `error.log` cannot be written
  static Logs open(Settings settings, Surroundings around) throws Failure {
    try {
      return Logs.open(
          new LogSettings(LogLevel.ERROR, LogFormat.TEXT, Duration.ZERO),
          settings.folders().logs(),
          around.screen().err(),
          ZoneId.systemDefault());
    } catch (IOException e) {
      throw new Failure(
          Exit.CANNOT_WRITE, settings.folders().logs() + ": cannot be written: " + e.getMessage());
    }
  }
}
