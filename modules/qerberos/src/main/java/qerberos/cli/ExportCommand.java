package qerberos.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import qerberos.event.Json;
import qerberos.http.ExportFormat;
import qerberos.intake.AnyJson;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Hash;
import qerberos.ledger.Rfc6962;
import qerberos.ledger.SignedNote;
import qerberos.ledger.VerifierKey;
import qerberos.logs.Visible;

/// `export`: takes away everything that matches, with what ties it to the log.
///
/// While it grows, `FILE.part` holds the rows and `FILE.part.json` what was asked and the signed
/// checkpoint it is pinned to; from these two a later run goes on with `--resume`. When it is whole
/// there lie in one folder: `FILE`; `checkpoint`, the signed note; with `--since` also
/// `consistency`, in the form of C2SP tlog-witness' `add-checkpoint` (old size, proof, empty line,
/// the newer signed checkpoint); and `manifest.json`, which names them with their SHA-256.
@Command(
    name = "export",
    header = "Take away everything that matches.",
    description = {
      "Take away everything that matches, as NDJSON or CSV, oldest first, without a limit on rows.",
      "Example: qerberos export 'type:auth.*' --from 2026-01-01 -o january/logins.csv",
      "Beside the file come manifest.json, the signed checkpoint and, with --since, the proof that",
      "the log still holds all that an older checkpoint covered. Each row has leaf index and leaf"
          + " hash.",
      "Without -o rows go to standard output, and nothing else is written.",
      "Where no server runs the folder itself is read, up to its last checkpoint."
    },
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  private static final int TRIES = 10;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Surroundings around;

  @Mixin private DataOption data = new DataOption();

  @Mixin private Filters filters = new Filters();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "The file, in a folder of its own.")
  private @Nullable Path out;

  @Option(
      names = "--format",
      paramLabel = "ndjson|csv",
      description = "Default: by the end of the file's name, else ndjson.")
  private @Nullable String formatName;

  @Option(
      names = "--since",
      paramLabel = "CHECKPOINT",
      description = "A signed checkpoint (file) of this log to prove consistency with.")
  private @Nullable Path since;

  @Option(names = "--resume", description = "Go on with an export that was broken off.")
  private boolean resume;

  @Option(
      names = "--epoch",
      paramLabel = "ORIGIN",
      description = "Read a log that has ended (start --new-epoch) instead of the present one.")
  private @Nullable String epoch;

  /// What is taken, as the query of a request; whole once the options are read.
  private final Asking asked = new Asking();

  ExportCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Failure, IOException {
    ExportFormat format = format();
    filters.into(asked);
    try (Reads reads = Reads.of(epoch, data, around)) {
      if (out == null) {
        return toScreen(reads, format);
      }
      Path file = around.workingDirectory().resolve(out).normalize();
      try {
        return toFile(reads, format, file);
      } catch (Reads.Broken e) {
        throw new Failure(
            Exit.CANNOT_TELL, e.getMessage() + "; go on with the same words and --resume");
      } catch (IOException e) {
        throw new Failure(Exit.CANNOT_WRITE, Reasons.of(e));
      }
    }
  }

  private ExportFormat format() throws Failure {
    String name = formatName;
    if (name == null) {
      name = out != null && out.toString().endsWith(".csv") ? "csv" : "ndjson";
    }
    String wanted = name;
    return ExportFormat.of(wanted)
        .orElseThrow(() -> new Failure(Exit.USAGE, "--format: " + wanted + ", want ndjson or csv"));
  }

  private int toScreen(Reads reads, ExportFormat format) throws Failure {
    if (resume || since != null) {
      throw new Failure(Exit.USAGE, "--resume and --since need -o FILE");
    }
    Screen screen = around.screen();
    Reads.Pinned pinned = reads.pinned(asked.toString(), null, null);
    OutputStream rows = screen.outWatched() ? new Watched(screen) : screen.out();
    try {
      reads.export(asked.toString(), format, pinned.log(), -1, rows, (_, _) -> {});
    } catch (IOException e) {
      throw new Failure(Exit.CANNOT_TELL, Reasons.of(e));
    }
    screen.out().flush();
    return Exit.OK;
  }

  /// Rows for a person: what would move the cursor or hide text is escaped.
  private static final class Watched extends OutputStream {
    private final Screen screen;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    Watched(Screen screen) {
      this.screen = screen;
    }

    @Override
    public void write(int b) {
      if (b == '\n') {
        screen.out().println(Visible.line(line.toString(StandardCharsets.UTF_8).stripTrailing()));
        line.reset();
      } else {
        line.write(b);
      }
    }
  }

  private int toFile(Reads reads, ExportFormat format, Path file) throws Failure, IOException {
    Path folder = file.getParent();
    if (folder == null) {
      throw new Failure(Exit.USAGE, "-o: " + file + ", want a file in a folder");
    }
    Path ignored = Files.createDirectories(folder);
    Path manifest = folder.resolve("manifest.json");
    for (Path taken : List.of(file, manifest)) {
      if (Files.exists(taken)) {
        throw new Failure(
            Exit.CANNOT_WRITE, taken + ": is there already; give each export a folder of its own");
      }
    }
    Checkpoint known = since();
    Begun begun = begin(reads, format, file);
    try (ExportFile rows = ExportFile.open(file, format)) {
      take(reads, format, begun, rows);
      List<Path> files = new ArrayList<>();
      Path note = folder.resolve("checkpoint");
      Files.writeString(note, begun.note());
      if (known != null) {
        files.add(consistency(reads, begun, known, folder));
      }
      rows.finish();
      Files.writeString(manifest, JsonText.pretty(manifest(begun, rows, file, note, files)) + "\n");
      Files.deleteIfExists(begunPath(file));
      around
          .screen()
          .err()
          .println(rows.rows().count() + " events written to " + file + ", see " + manifest);
      return Exit.OK;
    }
  }

  /// What an export is pinned to from its first row to its last.
  private record Begun(
      String query, String by, String at, Checkpoint log, String note, long count) {}

  private static Path begunPath(Path file) {
    return file.resolveSibling(file.getFileName() + ".part.json");
  }

  private Begun begin(Reads reads, ExportFormat format, Path file) throws Failure, IOException {
    Path path = begunPath(file);
    boolean there = Files.exists(path) || Files.exists(ExportFile.part(file));
    if (there && !resume) {
      throw new Failure(
          Exit.FAILED,
          ExportFile.part(file)
              + ": an export that was broken off; go on with --resume, or delete it");
    }
    if (there) {
      return goOn(reads, format, path);
    }
    Reads.Pinned pinned = reads.pinned(asked.toString(), null, null);
    String note = pinned.note();
    if (note == null) {
      throw new Failure(Exit.CANNOT_TELL, "the log published meanwhile; try again");
    }
    Map<String, Json> members = new LinkedHashMap<>();
    members.put("asked", Json.of(asked.toString()));
    members.put("format", Json.of(format.text()));
    members.put("query", Json.of(pinned.query()));
    members.put("by", Json.of(pinned.by()));
    members.put("at", Json.of(around.clock().instant().toString()));
    members.put("count", Json.of((double) pinned.count()));
    members.put("checkpoint", Json.of(note));
    Files.writeString(path, JsonText.pretty(new Json.Obj(members)) + "\n");
    return begun(new Reply(new Json.Obj(members)), path);
  }

  private Begun goOn(Reads reads, ExportFormat format, Path path) throws Failure, IOException {
    if (!Files.exists(path)) {
      throw new Failure(Exit.FAILED, path + ": is missing, so nobody knows what was exported");
    }
    Reply reply;
    try {
      reply = new Reply(AnyJson.read(Files.readAllBytes(path)));
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.FAILED, path + ": " + e.getMessage());
    }
    if (!reply.at("asked").text().equals(asked.toString())
        || !reply.at("format").text().equals(format.text())) {
      throw new Failure(
          Exit.USAGE,
          "--resume: "
              + path
              + " was asked for something else: "
              + reply.at("query").text()
              + ", format "
              + reply.at("format").text());
    }
    Begun begun = begun(reply, path);
    Reads.Pinned pinned = reads.pinned(asked.toString(), begun.log().size(), null);
    if (!pinned.query().equals(begun.query())) {
      throw new Failure(
          Exit.FAILED,
          "--resume: the saved search was changed meanwhile: it was "
              + begun.query()
              + " and is "
              + pinned.query());
    }
    Checkpoint now = pinned.log();
    if (!now.equals(begun.log())) {
      throw new Failure(
          Exit.FAILED,
          "--resume: this log is not the one that was exported: "
              + now.origin()
              + " has another root at size "
              + begun.log().size()
              + " than "
              + begun.log().origin()
              + " had");
    }
    return begun;
  }

  private static Begun begun(Reply reply, Path path) throws Failure {
    String note = reply.at("checkpoint").text();
    return new Begun(
        reply.at("query").text(),
        reply.at("by").text(),
        reply.at("at").text(),
        checkpoint(note.getBytes(StandardCharsets.UTF_8), path),
        note,
        reply.at("count").number());
  }

  private static Checkpoint checkpoint(byte[] note, Path path) throws Failure {
    try {
      return Checkpoint.parse(SignedNote.parse(note).text());
    } catch (IllegalArgumentException e) {
      throw new Failure(Exit.USAGE, path + ": not a signed checkpoint: " + e.getMessage());
    }
  }

  /// Takes the rows; after a lost connection it goes on behind the last whole one.
  private void take(Reads reads, ExportFormat format, Begun begun, ExportFile rows)
      throws Failure, IOException {
    Screen screen = around.screen();
    int tries = 0;
    try (var bar = new ProgressBar(screen, around.clock(), "export", ProgressBar.Amount.ENTRIES)) {
      while (true) {
        long before = rows.rows().count();
        try {
          Reads.Advance advance =
              (read, of) -> {
                if (of > 0) {
                  bar.at(read, of);
                } else {
                  bar.at(rows.rows().count(), begun.count());
                }
              };
          reads.export(asked.toString(), format, begun.log(), rows.rows().last(), rows, advance);
          return;
        } catch (Reads.Broken e) {
          rows.cutBack();
          tries = rows.rows().count() > before ? 0 : tries + 1;
          if (tries >= TRIES) {
            throw e;
          }
          screen.err().println("qerberos: " + Visible.line(Reasons.of(e)) + "; goes on");
          pause();
        }
      }
    }
  }

  private static void pause() throws Failure {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure(Exit.CANNOT_TELL, "interrupted");
    }
  }

  private @Nullable Checkpoint since() throws Failure, IOException {
    if (since == null) {
      return null;
    }
    Path path = around.workingDirectory().resolve(since);
    if (!Files.exists(path)) {
      throw new Failure(Exit.USAGE, "--since: " + path + ": no such file");
    }
    return checkpoint(Files.readAllBytes(path), path);
  }

  private Path consistency(Reads reads, Begun begun, Checkpoint known, Path folder)
      throws Failure, IOException {
    Path path = around.workingDirectory().resolve(String.valueOf(since));
    byte[] knownNote = Files.readAllBytes(path);
    Checkpoint log = begun.log();
    if (!known.origin().equals(log.origin()) || known.size() == 0) {
      throw new Failure(
          Exit.FAILED,
          path
              + ": of "
              + known.origin()
              + ", size "
              + known.size()
              + ", want one of "
              + log.origin());
    }
    signed(reads, knownNote, path);
    List<Hash> proof = reads.pinned(asked.toString(), log.size(), known.size()).consistency();
    boolean older = known.size() <= log.size();
    Checkpoint first = older ? known : log;
    Checkpoint second = older ? log : known;
    if (!Rfc6962.verifyConsistency(
        first.size(), second.size(), proof, first.root(), second.root())) {
      throw new Failure(
          Exit.FAILED,
          path
              + ": the log is not consistent with this checkpoint: what it covered, "
              + known.size()
              + " entries, was changed");
    }
    var text = new StringBuilder("old ").append(first.size()).append('\n');
    proof.forEach(hash -> text.append(hash.base64()).append('\n'));
    text.append('\n');
    text.append(older ? begun.note() : new String(knownNote, StandardCharsets.UTF_8));
    Path file = folder.resolve("consistency");
    Files.writeString(file, text);
    return file;
  }

  private static void signed(Reads reads, byte[] note, Path path) throws Failure {
    List<VerifierKey> keys = reads.keys().lines().map(VerifierKey::parse).toList();
    try {
      if (!SignedNote.parse(note).verify(keys).isEmpty()) {
        return;
      }
    } catch (SignedNote.BadSignature e) {
      throw new Failure(Exit.FAILED, path + ": " + e.getMessage());
    }
    throw new Failure(Exit.FAILED, path + ": no key of this log signed it");
  }

  private Json manifest(Begun begun, ExportFile file, Path path, Path note, List<Path> more)
      throws IOException {
    Rows rows = file.rows();
    List<Json> files = new ArrayList<>();
    files.add(named(path, rows.hash()));
    files.add(named(note, hash(note)));
    for (Path one : more) {
      files.add(named(one, hash(one)));
    }
    Map<String, Json> period = new LinkedHashMap<>();
    period.put("from", orNull(filters.from()));
    period.put("to", orNull(filters.to()));
    Map<String, Json> log = new LinkedHashMap<>();
    log.put("origin", Json.of(begun.log().origin()));
    log.put("size", Json.of((double) begun.log().size()));
    log.put("root", Json.of(begun.log().root().base64()));
    Map<String, Json> all = new LinkedHashMap<>();
    all.put("query", Json.of(begun.query()));
    all.put("period", new Json.Obj(period));
    all.put("by", Json.of(begun.by()));
    all.put("at", Json.of(begun.at()));
    all.put("log", new Json.Obj(log));
    all.put("count", Json.of((double) rows.count()));
    all.put("firstIndex", rows.count() == 0 ? Json.NULL : Json.of((double) rows.first()));
    all.put("lastIndex", rows.count() == 0 ? Json.NULL : Json.of((double) rows.last()));
    all.put("files", new Json.Arr(files));
    return new Json.Obj(all);
  }

  private static Json named(Path path, String hash) throws IOException {
    Map<String, Json> one = new LinkedHashMap<>();
    one.put("name", Json.of(String.valueOf(path.getFileName())));
    one.put("bytes", Json.of((double) Files.size(path)));
    one.put("sha256", Json.of(hash));
    return new Json.Obj(one);
  }

  private static String hash(Path file) throws IOException {
    return HexFormat.of().formatHex(Rows.sha256().digest(Files.readAllBytes(file)));
  }

  private static Json orNull(@Nullable String text) {
    return text == null ? Json.NULL : Json.of(text);
  }
}
