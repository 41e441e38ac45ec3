package qerberos.cli;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/// What a command is surrounded by: the checkout, the working directory, the environment, the
/// screen, the clock. Tests make their own. Immutable.
///
/// `root` is the folder of the checkout or of an installed tree; `launcher` the script that started
/// us, or one that does not exist when the jar was started by hand.
record Surroundings(
    Path root,
    Path launcher,
    Path workingDirectory,
    Map<String, String> environment,
    InputStream in,
    Screen screen,
    Clock clock) {

  Surroundings {
    environment = Map.copyOf(environment);
  }

  /// The folder that holds config/, data/ and logs/ unless something else is said: in a checkout
  /// `modules/qerberos`, else the installed tree itself.
  Path home() {
    Path module = root.resolve("modules").resolve("qerberos");
    return Files.isDirectory(module) ? module : root;
  }
}
