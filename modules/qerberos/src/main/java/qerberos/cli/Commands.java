package qerberos.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;
import qerberos.logs.Visible;
import qerberos.settings.Suggestion;

/// All commands, put together: the words are parsed, one command runs, every failure becomes one
/// sentence on standard error and an exit status. Used by one thread at a time.
public final class Commands {
  private final Surroundings around;

  Commands(Surroundings around) {
    this.around = around;
  }

  /// The commands over the process's own streams, environment and folders.
  public static Commands ofThisProcess() {
    Map<String, String> environment = System.getenv();
    Path workingDirectory = Path.of("").toAbsolutePath();
    Path root = Path.of(System.getProperty("qerberos.home", ".")).toAbsolutePath().normalize();
    Path launcher = Path.of(System.getProperty("qerberos.launcher", root + "/qerberos"));
    var screen =
        new Screen(
            new PrintStream(System.out, true, StandardCharsets.UTF_8),
            new PrintStream(System.err, true, StandardCharsets.UTF_8),
            System.getProperty("qerberos.terminals", ""),
            Integer.getInteger("qerberos.columns", 100),
            environment);
    return new Commands(
        new Surroundings(
            root, launcher, workingDirectory, environment, System.in, screen, Clock.systemUTC()));
  }

  /// Runs one command; the result is its exit status, see [Exit].
  public int run(String... args) {
    CommandLine all = new CommandLine(new Root());
    all.addSubcommand(new StartCommand(around))
        .addSubcommand(new StopCommand(around))
        .addSubcommand(new RestartCommand(around))
        .addSubcommand(new StatusCommand(around))
        .addSubcommand(new ImportCommand(around))
        .addSubcommand(new LogCommand(around))
        .addSubcommand(new SearchCommand(around))
        .addSubcommand(new StatsCommand(around))
        .addSubcommand(new TailCommand(around))
        .addSubcommand(new ExportCommand(around))
        .addSubcommand(new ShowCommand(around))
        .addSubcommand(new ProofCommand(around))
        .addSubcommand(new VerifyCommand(around))
        .addSubcommand(new ReindexCommand(around))
        .addSubcommand(new TokenCommand(around))
        .addSubcommand(new IdentityCommand(around))
        .addSubcommand(new KeysCommand(around))
        .addSubcommand(SwitchCommand.maintenance(around))
        .addSubcommand(SwitchCommand.evidenceLock(around))
        .addSubcommand(new AlertsCommand(around))
        .addSubcommand(new TicketsCommand(around))
        .addSubcommand(new StateCommand(around))
        .addSubcommand(new BenchCommand(around))
        .addSubcommand(new SettingsCommand(around))
        .addSubcommand(new VersionCommand(around))
        .addSubcommand(new GenerateCompletion())
        .addSubcommand(new RehearseCommand(around));
    all.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    describe(all);
    return all.execute(args);
  }

  /// What holds for every command and for the commands below commands.
  private void describe(CommandLine line) {
    line.setOut(new PrintWriter(around.screen().out(), true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(around.screen().err(), true, StandardCharsets.UTF_8));
    line.setExecutionExceptionHandler((e, _, _) -> failed(e));
    line.setParameterExceptionHandler(this::misspelt);
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(Math.clamp(around.screen().width(), 80, 120));
    CommandSpec spec = line.getCommandSpec();
    var usage = spec.usageMessage();
    if (usage.exitCodeList().isEmpty()) {
      usage.exitCodeListHeading("%nExit status:%n");
      Map<String, String> codes = new LinkedHashMap<>();
      for (String code : Exit.IN_WORDS) {
        int colon = code.indexOf(':');
        codes.put(code.substring(0, colon), code.substring(colon + 1));
      }
      usage.exitCodeList(codes);
    }
    line.getSubcommands().values().forEach(this::describe);
  }

  private int failed(Exception e) {
    if (e instanceof Failure failure) {
      for (String sentence : failure.sentence().split("\n")) {
        around.screen().err().println("qerberos: " + Visible.line(sentence));
      }
      return failure.status();
    }
    around.screen().err().println("qerberos: a fault in the program, please report it:");
    e.printStackTrace(around.screen().err());
    return Exit.BUG;
  }

  private int misspelt(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    String hint = "";
    if (e instanceof UnmatchedArgumentException unmatched) {
      List<String> names = new ArrayList<>(line.getSubcommands().keySet());
      line.getCommandSpec().options().forEach(option -> names.addAll(List.of(option.names())));
      hint = Suggestion.among(names, unmatched.getUnmatched().getFirst());
    }
    Screen screen = around.screen();
    screen.err().println("qerberos: " + Visible.line(e.getMessage() + hint));
    screen.err().println("Try: " + line.getCommandSpec().qualifiedName() + " --help");
    return Exit.USAGE;
  }

  /// The word `qerberos` itself.
  @Command(
      name = "qerberos",
      description = "The audit trail that can prove itself.",
      synopsisSubcommandLabel = "COMMAND",
      mixinStandardHelpOptions = true,
      versionProvider = VersionCommand.Provider.class,
      footer = {"", "Every command takes --data DIR and --help. Begin with: qerberos start"})
  static final class Root implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
      throw new ParameterException(spec.commandLine(), "say what to do");
    }
  }
}
