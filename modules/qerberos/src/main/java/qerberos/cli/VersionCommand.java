package qerberos.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/// `version`: which version this is and what it runs on.
@Command(
    name = "version",
    header = "Print the version.",
    description = "Print the version.",
    mixinStandardHelpOptions = true)
final class VersionCommand implements Callable<Integer> {
  /// The one version of the product.
  static final String VERSION = "1.0.0";

  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  VersionCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    String java = Runtime.version().toString();
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    String line =
        data.json()
            ? "{\"version\":\"" + VERSION + "\",\"java\":\"" + java + "\"}"
            : "qerberos " + VERSION + " (Java " + java + ", " + system + ")";
    around.screen().out().println(line);
    return Exit.OK;
  }

  /// For `--version` behind any command.
  static final class Provider implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"qerberos " + VERSION};
    }
  }
}
