package qerberos.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import qerberos.event.Json;
import qerberos.logs.Visible;
import qerberos.settings.Catalog;
import qerberos.settings.Kind;

/// `maintenance` and `evidence-lock`: where a switch of the running service stands, and putting it
/// on or off.
@Command(synopsisSubcommandLabel = "COMMAND", mixinStandardHelpOptions = true)
final class SwitchCommand implements Runnable {
  private final Surroundings around;
  private final String name;

  @Spec private CommandSpec spec = CommandSpec.create();

  private SwitchCommand(Surroundings around, String name) {
    this.around = around;
    this.name = name;
  }

  static CommandLine maintenance(Surroundings around) {
    return line(
        around, "maintenance", "Make people wait, while what programs record goes on; end that.");
  }

  static CommandLine evidenceLock(Surroundings around) {
    return line(
        around, "evidence-lock", "Let nothing that is evidence be changed; take that off again.");
  }

  private static CommandLine line(Surroundings around, String name, String header) {
    var line = new CommandLine(new SwitchCommand(around, name));
    line.setCommandName(name);
    line.getCommandSpec().usageMessage().header(header);
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), name + ": want status, on or off");
  }

  /// Where it stands.
  @Command(
      name = "status",
      description = "Say whether it is on, since when, why, and until when.",
      mixinStandardHelpOptions = true)
  int status(@Mixin DataOption data) throws Failure {
    try (Api api = Api.of(data, around)) {
      return said(data, api.get(path()));
    }
  }

  /// Puts it on.
  @Command(
      name = "on",
      description = "Put it on. It holds in every process within a second, and over restarts.",
      mixinStandardHelpOptions = true)
  int on(
      @Mixin DataOption data,
      @Option(
              names = "--reason",
              required = true,
              paramLabel = "TEXT",
              description = "Why; shown to those who are refused, and recorded.")
          String reason,
      @Option(
              names = "--for",
              paramLabel = "TIME",
              description = "How long, such as 90m or 2h; without it until somebody puts it off.")
          @Nullable String time)
      throws Failure {
    Map<String, Json> body = new LinkedHashMap<>();
    body.put("enabled", Json.of(true));
    body.put("reason", Json.of(reason));
    if (time != null) {
      Instant until = around.clock().instant().plus(length(time)).truncatedTo(ChronoUnit.SECONDS);
      body.put("until", Json.of(until.toString()));
    }
    return put(data, new Json.Obj(body));
  }

  /// Puts it off.
  @Command(name = "off", description = "Put it off.", mixinStandardHelpOptions = true)
  int off(
      @Mixin DataOption data,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why; recorded.")
          @Nullable String reason)
      throws Failure {
    return put(
        data,
        Json.EMPTY
            .with("enabled", Json.of(false))
            .with("reason", Json.of(reason == null ? "" : reason)));
  }

  private int put(DataOption data, Json body) throws Failure {
    String phrase = data.settings(around, null).values().get(Catalog.ADMIN_CONFIRMATION_PHRASE);
    try (Api api = Api.of(data, around)) {
      return said(data, api.put(path(), body, phrase));
    }
  }

  private Duration length(String time) {
    try {
      return Kind.duration("m", Duration.ofSeconds(1), Duration.ofDays(30)).read(time);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--for: \"" + time + "\", " + e.getMessage());
    }
  }

  private String path() {
    return "/admin/" + name;
  }

  private int said(DataOption data, Reply reply) {
    Reply now = reply.at("data");
    if (data.json()) {
      around.screen().out().println(JsonText.pretty(now.json()));
      return Exit.OK;
    }
    boolean on = Json.of(true).equals(now.at("enabled").json());
    StringBuilder line = new StringBuilder(name).append(on ? ": on" : ": off");
    add(line, ", since ", now.at("since"));
    add(line, ", by ", now.at("by"));
    add(line, ", until ", now.at("until"));
    add(line, ": ", now.at("reason"));
    around.screen().out().println(Visible.line(line.toString()));
    return Exit.OK;
  }

  private static void add(StringBuilder line, String before, Reply value) {
    if (!value.isMissing() && !value.text().isEmpty()) {
      line.append(before).append(value.text());
    }
  }
}
