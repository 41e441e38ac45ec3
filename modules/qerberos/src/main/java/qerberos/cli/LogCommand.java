package qerberos.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import qerberos.event.Json;

/// `log`: records one event.
@Command(
    name = "log",
    header = "Record one event.",
    description = {
      "Record one event: from options, or from a JSON file (- is standard input).",
      "Example: qerberos log --type document.share --ref document:42 --actor did:squid:alice"
    },
    mixinStandardHelpOptions = true)
final class LogCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  @Parameters(arity = "0..1", paramLabel = "FILE", description = "The event as JSON; - is stdin.")
  private @Nullable String file;

  @Option(names = "--id", description = "Your own id; the same again adds nothing.")
  private @Nullable String id;

  @Option(names = "--type", description = "What happened: document.share")
  private @Nullable String type;

  @Option(names = "--subtype", description = "More precisely.")
  private @Nullable String subtype;

  @Option(names = "--severity", description = "How grave it is.")
  private @Nullable String severity;

  @Option(names = "--ref", description = "To what: document:42")
  private @Nullable String ref;

  @Option(names = "--actor", paramLabel = "ID", description = "Who did it: did:squid:alice")
  private @Nullable String actor;

  @Option(names = "--subid", paramLabel = "ID", description = "The actor's subidentity.")
  private @Nullable String subId;

  @Option(names = "--dao", paramLabel = "ID", description = "The DAO on whose behalf.")
  private @Nullable String daoId;

  @Option(names = "--layer", description = "Where; default application.")
  private String layer = "application";

  @Option(names = "--verdict", description = "ALLOW, DENY or WARN; default ALLOW.")
  private String verdict = "ALLOW";

  @Option(
      names = {"-d", "--detail"},
      paramLabel = "NAME=VALUE",
      description = "One detail; may be repeated.")
  private Map<String, String> details = new LinkedHashMap<>();

  @Option(
      names = "--wait",
      paramLabel = "proof|indexed",
      description = "Return later: see the API.")
  private @Nullable String wait;

  LogCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure, IOException {
    byte[] body =
        file == null ? JsonText.compact(event()).getBytes(StandardCharsets.UTF_8) : read(file);
    try (Api api = Api.of(data, around)) {
      String path = wait == null ? "/audit" : "/audit?wait=" + Api.encoded(wait);
      Api.Answer answer = api.send("POST", path, "application/json", body);
      if (answer.status() / 100 != 2) {
        throw Api.refused(answer);
      }
      Reply reply = Api.read(answer);
      if (data.json()) {
        around.screen().out().println(JsonText.pretty(reply.json()));
      } else {
        Reply event = reply.at("data");
        boolean known = answer.status() == 200;
        around
            .screen()
            .out()
            .println(
                (known ? "already there: " : "recorded: ")
                    + qerberos.logs.Visible.line(event.at("id").text())
                    + (event.at("index").isMissing()
                        ? ""
                        : " at index " + event.at("index").text()));
      }
      return Exit.OK;
    }
  }

  private byte[] read(String name) throws Failure {
    try {
      return name.equals("-")
          ? around.in().readAllBytes()
          : Files.readAllBytes(around.workingDirectory().resolve(Path.of(name)));
    } catch (IOException e) {
      throw new Failure(Exit.FAILED, Reasons.of(e));
    }
  }

  private Json event() throws Failure {
    if (type == null || ref == null || actor == null) {
      throw new Failure(
          Exit.USAGE, "log: want --type, --ref and --actor, or a file with the event");
    }
    Map<String, Json> who = new LinkedHashMap<>();
    put(who, "squidId", actor);
    put(who, "subId", subId);
    put(who, "daoId", daoId);
    Map<String, Json> event = new LinkedHashMap<>();
    put(event, "id", id);
    put(event, "type", type);
    put(event, "subtype", subtype);
    put(event, "severity", severity);
    put(event, "ref", ref);
    put(event, "layer", layer);
    put(event, "verdict", verdict);
    event.put("actor", new Json.Obj(who));
    if (!details.isEmpty()) {
      Map<String, Json> members = new LinkedHashMap<>();
      details.forEach((name, value) -> members.put(name, Json.of(value)));
      event.put("details", new Json.Obj(members));
    }
    return new Json.Obj(event);
  }

  private static void put(Map<String, Json> members, String name, @Nullable String value) {
    if (value != null) {
      members.put(name, Json.of(value));
    }
  }
}
