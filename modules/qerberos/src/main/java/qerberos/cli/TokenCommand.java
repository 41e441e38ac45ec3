package qerberos.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import qerberos.event.Json;
import qerberos.logs.Visible;

/// `token`: the service tokens of programs.
@Command(
    name = "token",
    header = "Issue, list and revoke the tokens of programs.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
final class TokenCommand implements Runnable {
  private final Surroundings around;

  @Spec private CommandSpec spec = CommandSpec.create();

  TokenCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "token: want list, create or revoke");
  }

  /// A name, what it may do, and on what: the token itself is shown this once.
  @Command(
      name = "create",
      description = {
        "Issue a token; its text is shown this once and kept nowhere.",
        "Example: qerberos token create shop --may qerberos:audit:write"
      },
      mixinStandardHelpOptions = true)
  int create(
      @Mixin DataOption data,
      @Parameters(paramLabel = "NAME", description = "Who will use it.") String name,
      @Option(
              names = "--may",
              paramLabel = "PERMISSION",
              required = true,
              split = ",",
              description = "What it may do, such as qerberos:audit:read; may be repeated.")
          List<String> permissions,
      @Option(
              names = "--scope",
              paramLabel = "own|subidentity|dao|all",
              description = "Whose events it sees; default own.")
          @Nullable String scope,
      @Option(
              names = "--days",
              paramLabel = "N",
              description = "How long it is good; default: until it is revoked.")
          @Nullable Integer days)
      throws Failure {
    Map<String, Json> body = new LinkedHashMap<>();
    body.put("name", Json.of(name));
    body.put("permissions", new Json.Arr(permissions.stream().<Json>map(Json::of).toList()));
    body.put("scope", Json.of(scope == null ? "own" : scope));
    if (days != null) {
      body.put(
          "expiresAt", Json.of(around.clock().instant().plus(Duration.ofDays(days)).toString()));
    }
    try (Api api = Api.of(data, around)) {
      Reply token = api.post("/admin/tokens", new Json.Obj(body)).at("data");
      if (data.json()) {
        around.screen().out().println(JsonText.pretty(token.json()));
      } else {
        around.screen().err().println("token " + token.at("id").text() + ", shown this once:");
        around.screen().out().println(Visible.line(token.at("token").text()));
      }
      return Exit.OK;
    }
  }

  /// All of them, without their text.
  @Command(
      name = "list",
      description = "List all tokens, revoked ones too.",
      mixinStandardHelpOptions = true)
  int list(@Mixin DataOption data) throws Failure {
    try (Reads reads = Reads.of(data, around)) {
      Reply tokens = reads.tokens();
      if (data.json()) {
        around.screen().out().println(JsonText.pretty(tokens.json()));
        return Exit.OK;
      }
      var table = new Table("ID", "NAME", "SCOPE", "CREATED", "LAST USED", "UNTIL", "MAY");
      for (Reply token : tokens.items()) {
        List<String> may = new ArrayList<>();
        token.at("permissions").items().forEach(one -> may.add(one.text()));
        table.row(
            token.at("id").text(),
            token.at("name").text(),
            token.at("scope").text(),
            token.at("createdAt").text(),
            token.at("lastUsedAt").isMissing() ? "never" : token.at("lastUsedAt").text(),
            until(token),
            String.join(" ", may));
      }
      table.print(around.screen());
      return Exit.OK;
    }
  }

  private static String until(Reply token) {
    if (!token.at("revokedAt").isMissing()) {
      return "revoked " + token.at("revokedAt").text();
    }
    return token.at("expiresAt").isMissing() ? "-" : token.at("expiresAt").text();
  }

  /// For ever, and within a second.
  @Command(
      name = "revoke",
      description = "Revoke a token for ever; holds within a second, everywhere.",
      mixinStandardHelpOptions = true)
  int revoke(
      @Mixin DataOption data,
      @Parameters(paramLabel = "ID", description = "As in the list.") String id)
      throws Failure {
    try (Api api = Api.of(data, around)) {
      Reply reply = api.delete("/admin/tokens/" + Api.encoded(id));
      around
          .screen()
          .out()
          .println(data.json() ? JsonText.pretty(reply.at("data").json()) : "revoked " + id);
      return Exit.OK;
    }
  }
}
