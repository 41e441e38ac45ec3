package qerberos.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qerberos.event.Json;
import qerberos.settings.Catalog;
import qerberos.settings.Loader;
import qerberos.settings.Manual;
import qerberos.settings.Setting;
import qerberos.settings.SettingsFaults;
import qerberos.settings.Values;

/// `settings`: what is set, to what, and where that was said.
@Command(
    name = "settings",
    header = "Show every setting, its value and where it was said.",
    description = {
      "Show every setting with its value and where it was said; check them without starting.",
      "Secrets are shown as ***."
    },
    mixinStandardHelpOptions = true)
final class SettingsCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  @Option(names = "--example", description = "Print .env.example instead.")
  private boolean example;

  @Option(names = "--markdown", description = "Print the manual's page instead.")
  private boolean markdown;

  SettingsCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure {
    if (example || markdown) {
      around.screen().out().print(example ? Manual.environment() : Manual.page());
      around.screen().out().flush();
      return Exit.OK;
    }
    Values values;
    try {
      values =
          new Loader(
                  around.home(),
                  around.workingDirectory(),
                  around.environment(),
                  data.flags(around))
              .load()
              .values();
    } catch (SettingsFaults e) {
      throw new Failure(Exit.CONFIGURATION, String.join("\n", e.faults()));
    }
    if (data.json()) {
      Map<String, Json> members = new LinkedHashMap<>();
      values.effective().forEach((name, value) -> members.put(name, Json.of(value)));
      around.screen().out().println(JsonText.pretty(new Json.Obj(members)));
      return Exit.OK;
    }
    var table = new Table("SETTING", "VALUE", "SAID AT");
    for (Setting<?> setting : Catalog.all()) {
      if (setting.use() == Setting.Use.SERVICE || values.isGiven(setting)) {
        table.row(setting.name(), values.shown(setting), values.at(setting));
      }
    }
    table.print(around.screen());
    values.warnings().forEach(warning -> around.screen().err().println("qerberos: " + warning));
    return Exit.OK;
  }
}
