package qerberos.cli;

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

/// `identity`: who is known to the bundled sQuid, and who is blocked here.
@Command(
    name = "identity",
    header = "List the known identities; block one, or let it in again.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true)
final class IdentityCommand implements Runnable {
  private final Surroundings around;

  @Spec private CommandSpec spec = CommandSpec.create();

  IdentityCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "identity: want list, blocked, block or unblock");
  }

  /// Those of `config/identities.yaml`; a real sQuid keeps its own.
  @Command(
      name = "list",
      description = "List the identities of the bundled sQuid.",
      mixinStandardHelpOptions = true)
  int list(@Mixin DataOption data) throws Failure {
    return table(data, Reads::identities, "squidId", "name", "type", "status", "daoId");
  }

  /// Those who are refused here, whatever sQuid says.
  @Command(
      name = "blocked",
      description = "List the blocked identities.",
      mixinStandardHelpOptions = true)
  int blocked(@Mixin DataOption data) throws Failure {
    return table(data, Reads::blocks, "squidId", "blockedAt", "blockedBy", "reason");
  }

  /// Refuses an identity from now on.
  @Command(
      name = "block",
      description = "Refuse an identity; holds within a second, everywhere.",
      mixinStandardHelpOptions = true)
  int block(
      @Mixin DataOption data,
      @Parameters(paramLabel = "ID", description = "did:squid:alice") String id,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why; recorded.")
          @Nullable String reason)
      throws Failure {
    var body = new Json.Obj(Map.of("reason", Json.of(reason == null ? "" : reason)));
    try (Api api = Api.of(data, around)) {
      return said(data, api.put("/admin/blocks/" + Api.encoded(id), body));
    }
  }

  /// Lets it in again.
  @Command(
      name = "unblock",
      description = "Let an identity in again.",
      mixinStandardHelpOptions = true)
  int unblock(
      @Mixin DataOption data,
      @Parameters(paramLabel = "ID", description = "did:squid:alice") String id)
      throws Failure {
    try (Api api = Api.of(data, around)) {
      return said(data, api.delete("/admin/blocks/" + Api.encoded(id)));
    }
  }

  private int said(DataOption data, Reply reply) {
    around
        .screen()
        .out()
        .println(
            data.json()
                ? JsonText.pretty(reply.at("data").json())
                : Visible.line(
                    reply.at("data", "squidId").text() + ": " + reply.at("message").text()));
    return Exit.OK;
  }

  private interface Listing {
    Reply of(Reads reads) throws Failure;
  }

  private int table(DataOption data, Listing listing, String... fields) throws Failure {
    try (Reads reads = Reads.of(data, around)) {
      Reply all = listing.of(reads);
      if (data.json()) {
        around.screen().out().println(JsonText.pretty(all.json()));
        return Exit.OK;
      }
      String[] heads = new String[fields.length];
      for (int i = 0; i < fields.length; i++) {
        heads[i] = fields[i].replaceAll("([A-Z])", " $1").toUpperCase(java.util.Locale.ROOT);
      }
      var table = new Table(heads);
      for (Reply one : all.items()) {
        String[] cells = new String[fields.length];
        for (int i = 0; i < fields.length; i++) {
          cells[i] = one.at(fields[i]).text();
        }
        table.row(cells);
      }
      table.print(around.screen());
      return Exit.OK;
    }
  }
}
