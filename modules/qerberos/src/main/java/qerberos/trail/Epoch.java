package qerberos.trail;

import static java.lang.System.Logger.Level.INFO;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import qerberos.columns.ColumnCodec;
import qerberos.event.Actor;
import qerberos.event.Canonical;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Reserved;
import qerberos.event.Verdict;
import qerberos.ledger.Appended;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.KnownCheckpoint;
import qerberos.ledger.Ledger;
import qerberos.ledger.LedgerBehind;
import qerberos.ledger.LedgerDamaged;
import qerberos.ledger.LedgerSettings;
import qerberos.ledger.Trust;
import qerberos.ledger.Verification;
import qerberos.ledger.Verifier;
import qerberos.query.EventIndex;
import qerberos.settings.TrailSettings;
import qerberos.state.Documents;
import qerberos.state.FileName;
import qerberos.state.WholeFile;
import qerberos.witness.Witnesses;

/// The end of one log and the beginning of the next: another origin, another key, and a first entry
/// that names the log before it. The way out when a ledger may not be gone on with.
///
/// The old folder is verified and put aside as `ledger-<origin>`; nothing in it is changed, so it
/// is verified and read as before. What is to be done is written down first, in `epoch.next`, and
/// struck out last:
///
///     1  the old log is verified                      a crash here or before: nothing happened
///     2  `epoch.next` names it                        from here on every start goes on with this
///     3  a rubbish anchor file is renamed, the index
///        deleted, the folder renamed                  each is done again without harm
///     4  the new log's first entry names the old one  by an id that can only be taken once
///     5  the anchor has the new log's checkpoint      until then that of the old one is expected
///     6  `epoch.next` is deleted
///
/// Used by one thread at a time.
public final class Epoch {
  private static final System.Logger LOG = System.getLogger(Epoch.class.getName());
  /// What the first entry of a log is that follows another.
  static final String TYPE = "ledger.epoch";

  private static final String FILE = "epoch.next";
  private static final String LEDGER = "ledger";
  private static final Duration FIRST_PATIENCE = Duration.ofSeconds(30);

  private final Path data;

  Epoch(Path data) {
    this.data = data;
  }

  /// The log that ended.
  ///
  /// @param root of `size` entries, as base64
  /// @param folder where it lies in the data folder; null when it is lost
  /// @param anchorAside where an anchor file that is no checkpoint is put; null when it is one
  /// @param seenSize how many entries a checkpoint kept elsewhere covers, when that is more
  record Ended(
      String origin,
      long size,
      String root,
      @Nullable String folder,
      @Nullable String anchorAside,
      long seenSize,
      @Nullable String seenRoot) {
    Json.Obj json() {
      Json.Obj all =
          Json.EMPTY
              .with("origin", Json.of(origin))
              .with("size", Json.of((double) size))
              .with("root", Json.of(root));
      if (folder != null) {
        all = all.with("folder", Json.of(folder));
      }
      if (anchorAside != null) {
        all = all.with("anchorPutAside", Json.of(anchorAside));
      }
      if (seenRoot != null) {
        all =
            all.with(
                "seenElsewhere",
                Json.EMPTY
                    .with("size", Json.of((double) seenSize))
                    .with("root", Json.of(seenRoot)));
      }
      return all;
    }
  }

  /// Ends the log in the settings' data folder. The next [Trail#open] begins the new one.
  ///
  /// @throws IllegalArgumentException there is no log to end, or its name is to be used again
  /// @throws LedgerDamaged the log does not hold; it is left as it is
  /// @throws IOException it cannot be read or put aside; the next start goes on where this ended
  public static void end(TrailSettings settings, Documents documents) throws IOException {
    Path data = settings.data();
    DataFormat.claim(data);
    var epoch = new Epoch(data);
    if (epoch.pending().isPresent()) {
      return;
    }
    Ended ended;
    try (var anchor = new Anchor(settings.anchorFile(), documents);
        var witnesses = new Witnesses(settings.witnesses(), data, InstantSource.system())) {
      ended = epoch.ended(anchor, witnesses, settings.origin());
    }
    if (settings.origin().filter(ended.origin()::equals).isPresent()) {
      throw new IllegalArgumentException(
          "ledger.origin: '"
              + ended.origin()
              + "' is the log that is to end; name another one, or none");
    }
    WholeFile.replace(data.resolve(FILE), Canonical.bytes(ended.json()));
    LOG.log(
        INFO,
        "the log '"
            + ended.origin()
            + "' of "
            + ended.size()
            + " entries ends; another one begins");
  }

  private Ended ended(Anchor anchor, Witnesses witnesses, Optional<String> origin)
      throws IOException {
    Anchor.Kept kept = anchor.kept();
    List<KnownCheckpoint> known = new ArrayList<>(kept.checkpoints());
    String aside = kept.fileIsRubbish() ? anchor.aside().map(Path::toString).orElse(null) : null;
    Path ledger = data.resolve(LEDGER);
    boolean mayBeSigned = true;
    try {
      known.addAll(witnesses.known(ledger, origin));
    } catch (LedgerBehind e) {
      LOG.log(INFO, "the log that ends is left as it is: " + e.getMessage());
      mayBeSigned = false;
    }
    Checkpoint seen = null;
    for (KnownCheckpoint one : known) {
      Checkpoint claimed = one.claimed();
      if (seen == null || claimed.size() > seen.size()) {
        seen = claimed;
      }
    }
    if (!Files.exists(ledger.resolve("checkpoint"))) {
      if (seen == null) {
        throw new IllegalArgumentException(
            "--new-epoch: "
                + data
                + " holds no log that could end; "
                + (kept.rubbish().isEmpty()
                    ? "start without it"
                    : "move away what is not a checkpoint, and start without it: "
                        + String.join("; ", kept.rubbish())));
      }
      return new Ended(seen.origin(), seen.size(), seen.root().base64(), null, aside, 0, null);
    }
    if (mayBeSigned) {
      finish(ledger, known);
    }
    Checkpoint last = verified(ledger);
    boolean more = seen != null && seen.origin().equals(last.origin()) && seen.size() > last.size();
    return new Ended(
        last.origin(),
        last.size(),
        last.root().base64(),
        free(folderOf(last.origin())),
        aside,
        more && seen != null ? seen.size() : 0,
        more && seen != null ? seen.root().base64() : null);
  }

  /// A folder that is not behind gets its last checkpoint, over all that was acknowledged; one that
  /// is must not be signed any more.
  private static void finish(Path ledger, List<KnownCheckpoint> known) throws IOException {
    try {
      Ledger.open(
              LedgerSettings.of(new FolderStorage(ledger), new LeafNames())
                  .withCodec(new ColumnCodec()),
              known)
          .close();
    } catch (LedgerBehind e) {
      LOG.log(INFO, "the log that ends is left as it is: " + e.getMessage());
    }
  }

  private static Checkpoint verified(Path ledger) throws IOException {
    var storage = new FolderStorage(ledger);
    Verification found =
        new Verifier(Trust.in(Verifier.keysOf(storage)))
            .folder(storage, new LeafNames(), new ColumnCodec());
    switch (found) {
      case Verification.Holds(var checkpoint, var _) -> {
        return checkpoint;
      }
      case Verification.Broken(var damages) ->
          throw new LedgerDamaged(
              ledger + ": " + damages.getFirst().where(),
              damages.getFirst().what()
                  + "; a log that does not hold is not put aside as if it did: move it away");
      case Verification.CannotTell(var reason) -> throw new IOException(reason);
    }
  }

  /// How the folder of a log that has ended is called, unless there was one of that name already.
  static String folderOf(String origin) {
    return LEDGER + "-" + FileName.of(origin);
  }

  /// The folders of logs that have ended, in a data folder.
  public static List<Path> ended(Path data) throws IOException {
    try (Stream<Path> inside = Files.list(data)) {
      return inside
          .filter(path -> path.getFileName().toString().startsWith(LEDGER + "-"))
          .filter(Files::isDirectory)
          .sorted()
          .toList();
    }
  }

  private String free(String wanted) {
    String name = wanted;
    for (int i = 2; Files.exists(data.resolve(name)); i++) {
      name = wanted + "-" + i;
    }
    return name;
  }

  /// The log that has ended and has no successor yet.
  Optional<Ended> pending() throws IOException {
    Path file = data.resolve(FILE);
    try {
      if (Canonical.read(Files.readAllBytes(file)) instanceof Json.Obj all) {
        String origin = all.text("origin");
        String root = all.text("root");
        if (origin != null && root != null && all.get("size") instanceof Json.Num(var size)) {
          Json.Obj seen = all.object("seenElsewhere");
          long seenSize = seen.get("size") instanceof Json.Num(var number) ? (long) number : 0;
          return Optional.of(
              new Ended(
                  origin,
                  (long) size,
                  root,
                  all.text("folder"),
                  all.text("anchorPutAside"),
                  seenSize,
                  seen.text("root")));
        }
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": not what was written: " + e.getMessage(), e);
    }
    throw new IOException(file + ": not what was written: does not name a log");
  }

  /// Puts the old folder, and an anchor file that is no checkpoint, aside, unless that was done.
  void putAside(Ended ended, Anchor anchor) throws IOException {
    String anchorAside = ended.anchorAside();
    if (anchorAside != null) {
      anchor.putAside(Path.of(anchorAside));
    }
    Path ledger = data.resolve(LEDGER);
    String folder = ended.folder();
    if (folder == null || Files.exists(data.resolve(folder)) || !Files.exists(ledger)) {
      return;
    }
    Closeable lock = new FolderStorage(ledger).lock();
    try {
      EventIndex.delete(data.resolve("index"));
      Path ignored = Files.move(ledger, data.resolve(folder), StandardCopyOption.ATOMIC_MOVE);
      WholeFile.forceFolder(data);
    } finally {
      lock.close();
    }
  }

  /// What is known of the log that ended binds the next one no more.
  List<KnownCheckpoint> ofTheNext(Ended ended, Anchor anchor) throws IOException {
    List<KnownCheckpoint> left = new ArrayList<>();
    for (KnownCheckpoint one : anchor.kept().checkpoints()) {
      if (!one.claimed().origin().equals(ended.origin())) {
        left.add(one);
      }
    }
    return left;
  }

  /// The first entry of the new log.
  private static EventDraft announcement(Ended ended) {
    return new EventDraft(
        "epoch-" + ended.root().replaceAll("[^A-Za-z0-9]", ""),
        TYPE,
        null,
        null,
        "qerberos:ledger",
        new Actor("system:qerberos"),
        Reserved.LAYER,
        Verdict.ALLOW,
        new Json.Obj(Map.of("previous", ended.json())),
        Json.EMPTY,
        null,
        null);
  }

  /// A new log first says which one it follows; then only it is the one that others expect.
  ///
  /// @throws IOException it could not; the next start goes on with it
  void begin(Ended ended, Appending appending, Ledger ledger, Anchor anchor, Documents documents)
      throws IOException {
    try {
      Prepared first = appending.prepare(OwnEvents.SOURCE, announcement(ended), null);
      Appended answer = ledger.append(List.of(first.submission())).getFirst();
      switch (answer) {
        case Appended.At(var index) when index == 0 -> {}
        case Appended.Already(var index) when index == 0 -> {}
        case Appended.At _,
            Appended.Already _,
            Appended.Conflict _,
            Appended.Busy _,
            Appended.Failed _ ->
            throw new IOException("the first entry does not name the log before it: " + answer);
      }
      byte[] ignored = ledger.awaitCheckpoint(1, FIRST_PATIENCE);
    } catch (TimeoutException e) {
      throw new IOException("the first entry of the new log: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (anchor.keepNow(ledger.signedCheckpoint())) {
      LastCheck.forget(documents);
      done();
    }
  }

  /// The new log has said whom it follows.
  private void done() throws IOException {
    Files.deleteIfExists(data.resolve(FILE));
    WholeFile.forceFolder(data);
  }
}
