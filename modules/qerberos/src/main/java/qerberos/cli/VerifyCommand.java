package qerberos.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import qerberos.cli.Screen.Colour;
import qerberos.columns.ColumnCodec;
import qerberos.event.Json;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.HttpLog;
import qerberos.ledger.SignedNote;
import qerberos.ledger.Trust;
import qerberos.ledger.Verification;
import qerberos.ledger.Verifier;
import qerberos.ledger.VerifierKey;
import qerberos.logs.Visible;
import qerberos.trail.Epoch;
import qerberos.trail.LeafNames;
import qerberos.witness.Witnesses;

/// `verify`: recomputes a log from its bytes, or checks one proof; believes nothing but public
/// keys.
@Command(
    name = "verify",
    header = "Find out whether a log or a proof is what its key signed.",
    description = {
      "Recomputes everything from the bytes. Needs no server, and no key but the public one.",
      "  verify DIR                a data folder: every entry, hash and derived file",
      "  verify URL                a log served over HTTP, such as http://localhost:3000/log/",
      "  verify FILE.tlog-proof    one event's proof"
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR|URL|FILE",
      description = "What to verify; default the data folder.")
  private @Nullable String target;

  @Option(
      names = "--key",
      paramLabel = "VKEY",
      description = {
        "The log's public key (qerberos keys); may be repeated. Without it a folder is checked",
        "against the key it holds itself, which is printed."
      })
  private List<String> keys = new ArrayList<>();

  @Option(
      names = "--entry",
      paramLabel = "FILE",
      description = "The entry a proof is about, when it carries none.")
  private @Nullable Path entry;

  @Option(
      names = "--since",
      paramLabel = "CHECKPOINT",
      description = "A checkpoint kept from before: nothing it covered may have changed.")
  private @Nullable Path since;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A token for a URL whose entries are not public.")
  private @Nullable Path token;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = {
        "For an https URL: PEM certificates, one of which signed the server's; for a certificate",
        "that signed itself, that one. Default: what this machine trusts."
      })
  private @Nullable Path ca;

  @Mixin private WitnessOptions witnesses = new WitnessOptions();

  VerifyCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure, IOException {
    List<VerifierKey> trusted = new ArrayList<>();
    for (String key : keys) {
      try {
        trusted.add(VerifierKey.parse(key));
      } catch (IllegalArgumentException e) {
        throw new Failure(Exit.USAGE, "--key: " + e.getMessage());
      }
    }
    String what = target == null ? data.folder(around).toString() : target;
    Verification outcome;
    try (var bar =
        new ProgressBar(around.screen(), around.clock(), "verify", ProgressBar.Amount.ENTRIES)) {
      outcome = verify(what, witnesses.logKeys(trusted, around), bar);
    }
    return report(what, outcome);
  }

  private Verification verify(String what, List<VerifierKey> trusted, ProgressBar bar)
      throws Failure, IOException {
    if (what.startsWith("http://") || what.startsWith("https://")) {
      return url(what, trusted, bar);
    }
    Path path = around.workingDirectory().resolve(what).normalize();
    if (Files.isDirectory(path)) {
      return folder(path, trusted, bar);
    }
    if (!Files.exists(path)) {
      return new Verification.CannotTell(path + ": no such file or folder");
    }
    if (trusted.isEmpty()) {
      return new Verification.CannotTell(
          "a proof proves nothing without the log's key: get it from somebody you trust"
              + " (qerberos keys, /log/keys) and give it with --key");
    }
    return verifier(witnesses.trust(trusted, around), bar)
        .proof(Files.readAllBytes(path), entry == null ? null : Files.readAllBytes(file(entry)));
  }

  /// A data folder, or the ledger's folder in it.
  private Verification folder(Path path, List<VerifierKey> trusted, ProgressBar bar)
      throws Failure {
    Path inner = path.resolve("ledger");
    Path ledger = Files.isDirectory(inner) ? inner : path;
    if (!Files.exists(ledger.resolve("checkpoint"))) {
      return new Verification.CannotTell(ledger + ": holds no checkpoint, so it is not a log");
    }
    var storage = new FolderStorage(ledger);
    List<VerifierKey> believed = trusted;
    if (trusted.isEmpty()) {
      try {
        believed = Verifier.keysOf(storage);
      } catch (IOException e) {
        return new Verification.CannotTell("the folder's own keys: " + Reasons.of(e));
      }
      if (believed.isEmpty()) {
        return new Verification.CannotTell(ledger + ": holds no key; give one with --key");
      }
      Screen screen = around.screen();
      screen.err().println("qerberos: no --key, so the folder is checked against its own:");
      believed.forEach(key -> screen.err().println("  " + Visible.line(key.toString())));
    }
    tellOfOthers(path);
    Trust trust = witnesses.trust(believed, around);
    Trust log = Trust.in(believed);
    if (!witnesses.given()) {
      return verifier(log, bar).folder(storage, new LeafNames(), new ColumnCodec());
    }
    return cosigned(ledger, trust, log, bar);
  }

  /// A folder's own checkpoint has no cosignatures: those come later, and lie beside the log. So
  /// the cosigned one must be what the folder begins with.
  private Verification cosigned(Path ledger, Trust trust, Trust log, ProgressBar bar)
      throws Failure {
    SignedNote note;
    List<String> checked = new ArrayList<>();
    try {
      String origin =
          Checkpoint.parse(
                  SignedNote.parse(Files.readAllBytes(ledger.resolve("checkpoint"))).text())
              .origin();
      Path data = ledger.toAbsolutePath().getParent();
      Path file = Witnesses.cosignedFile(data == null ? ledger : data, origin);
      if (!Files.exists(file)) {
        return new Verification.CannotTell(
            file + ": no checkpoint that witnesses have cosigned lies here");
      }
      note = SignedNote.parse(Files.readAllBytes(file));
      Checkpoint checkpoint = trust.open(note);
      for (SignedNote.Signer signer : trust.signers(note)) {
        if (trust.witnesses().contains(signer.key())) {
          checked.add(
              "the checkpoint of "
                  + checkpoint.size()
                  + " entries is cosigned by "
                  + signer.key().shortName()
                  + " at "
                  + signer.time());
        }
      }
    } catch (Trust.Refused | IllegalArgumentException e) {
      return new Verification.Broken("cosigned checkpoint", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return new Verification.CannotTell(Reasons.of(e));
    }
    var storage = new FolderStorage(ledger);
    if (since != null) {
      Verification first = verifier(log, bar).folder(storage, new LeafNames(), new ColumnCodec());
      if (!(first instanceof Verification.Holds(_, var sentences))) {
        return first;
      }
      checked.addAll(sentences);
    }
    Verification outcome =
        new Verifier(log)
            .showing((_, done, total) -> bar.at(done, total))
            .since(note)
            .folder(storage, new LeafNames(), new ColumnCodec());
    if (outcome instanceof Verification.Holds(var checkpoint, var sentences)) {
      sentences.stream().filter(each -> !checked.contains(each)).forEach(checked::add);
      return new Verification.Holds(checkpoint, checked);
    }
    return outcome;
  }

  /// Logs that have ended lie beside the present one and are verified one by one.
  private void tellOfOthers(Path data) {
    try {
      for (Path ended : Epoch.ended(data)) {
        around
            .screen()
            .err()
            .println("qerberos: a log that has ended is verified with: qerberos verify " + ended);
      }
    } catch (IOException _) {
      // what can be verified is; only the hint is missing
    }
  }

  private Verification url(String what, List<VerifierKey> trusted, ProgressBar bar)
      throws Failure, IOException {
    if (trusted.isEmpty()) {
      return new Verification.CannotTell(
          "a key that comes from the log itself proves nothing about it: get the key from somebody"
              + " you trust and give it with --key");
    }
    HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
    if (ca != null) {
      builder = builder.sslContext(Authorities.in(file(ca)));
    }
    try (HttpClient client = builder.build()) {
      String secret = token == null ? null : Files.readString(file(token)).strip();
      var log = new HttpLog(prefix(what), client, secret, Duration.ofMillis(200));
      return explained(
          verifier(witnesses.trust(trusted, around), bar)
              .log(witnesses.given() ? log.cosigned() : log, Verifier.Entries.IF_ALLOWED));
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.USAGE, String.valueOf(e.getMessage()));
    }
  }

  /// Names the way out for whoever meets a certificate that this machine does not trust.
  private Verification explained(Verification outcome) {
    boolean untrusted =
        outcome instanceof Verification.CannotTell(var reason)
            && reason.endsWith(HttpLog.UNTRUSTED);
    if (!untrusted) {
      return outcome;
    }
    return new Verification.CannotTell(
        ((Verification.CannotTell) outcome).reason()
            + (ca == null
                ? "; give the certificate that signed it, or the server's own when it signed"
                    + " itself, with --ca FILE"
                : ", nor by one in --ca " + ca));
  }

  /// The log lies below `/log/` of a server, and a bare address means that.
  private static URI prefix(String what) {
    URI uri = URI.create(what);
    String path = uri.getPath() == null ? "" : uri.getPath();
    return path.isEmpty() || path.equals("/") ? uri.resolve("/log/") : uri;
  }

  private Verifier verifier(Trust trust, ProgressBar bar) throws Failure {
    Verifier verifier = new Verifier(trust).showing((_, done, total) -> bar.at(done, total));
    if (since == null) {
      return verifier;
    }
    try {
      return verifier.since(SignedNote.parse(Files.readAllBytes(file(since))));
    } catch (IllegalArgumentException | IOException e) {
      throw new Failure(Exit.USAGE, "--since " + since + ": " + e.getMessage());
    }
  }

  private Path file(Path given) {
    return around.workingDirectory().resolve(given);
  }

  private int report(String what, Verification outcome) {
    Screen screen = around.screen();
    if (data.json()) {
      screen.out().println(JsonText.pretty(json(what, outcome)));
    } else {
      switch (outcome) {
        case Verification.Holds(var checkpoint, var checked) -> {
          checked.forEach(sentence -> screen.out().println("  " + Visible.line(sentence)));
          screen
              .out()
              .println(
                  screen.paint(Colour.GREEN, "holds")
                      + ": "
                      + Visible.line(checkpoint.origin())
                      + ", "
                      + checkpoint.size()
                      + " entries");
        }
        case Verification.Broken(var damages) -> {
          damages.forEach(
              damage ->
                  screen
                      .out()
                      .println(
                          "  "
                              + Visible.line(damage.where())
                              + ": "
                              + Visible.line(damage.what())));
          screen.out().println(screen.paint(Colour.RED, "does not hold"));
        }
        case Verification.CannotTell(var reason) ->
            screen
                .out()
                .println(screen.paint(Colour.YELLOW, "cannot tell") + ": " + Visible.line(reason));
      }
    }
    return switch (outcome) {
      case Verification.Holds _ -> Exit.OK;
      case Verification.Broken _ -> Exit.FAILED;
      case Verification.CannotTell _ -> Exit.CANNOT_TELL;
    };
  }

  private static Json json(String what, Verification outcome) {
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("target", Json.of(what));
    switch (outcome) {
      case Verification.Holds(var checkpoint, var checked) -> {
        members.put("result", Json.of("holds"));
        members.put("origin", Json.of(checkpoint.origin()));
        members.put("size", Json.of((double) checkpoint.size()));
        members.put("root", Json.of(checkpoint.root().toString()));
        members.put("checked", new Json.Arr(checked.stream().<Json>map(Json::of).toList()));
      }
      case Verification.Broken(var damages) -> {
        members.put("result", Json.of("broken"));
        List<Json> all = new ArrayList<>();
        for (var damage : damages) {
          all.add(
              new Json.Obj(
                  Map.of("where", Json.of(damage.where()), "what", Json.of(damage.what()))));
        }
        members.put("damages", new Json.Arr(all));
      }
      case Verification.CannotTell(var reason) -> {
        members.put("result", Json.of("cannot tell"));
        members.put("reason", Json.of(reason));
      }
    }
    return new Json.Obj(members);
  }
}
