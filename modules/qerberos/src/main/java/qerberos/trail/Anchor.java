package qerberos.trail;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qerberos.ledger.KnownCheckpoint;
import qerberos.ledger.SignedNote;
import qerberos.state.Document;
import qerberos.state.Documents;
import qerberos.state.StateUnavailable;
import qerberos.state.WholeFile;

/// Keeps the newest signed checkpoint where an older copy of the ledger would not have it: in the
/// state database, and in a file outside of the data folder where one is configured.
///
/// At start the ledger is held against both before it signs anything, so a restored old copy does
/// not quietly begin a second history. Then the newest checkpoint is written every few seconds, and
/// once more at the end. A checkpoint is written here only after the ledger has published it, so
/// after a crash ours is never the newer one.
///
/// Whoever can write the file can keep the service from starting; they cannot make it accept
/// anything, because a checkpoint counts only when the log's own key signed it. A database that is
/// down is passed over with a warning: losing the state stops nothing.
///
/// Safe for concurrent use.
final class Anchor implements AutoCloseable {
  /// The document of the state database.
  static final String DOCUMENT = "ledger.checkpoint";

  /// The document that says which file the last server had, empty for none.
  static final String PLACE = "ledger.anchorFile";

  private static final System.Logger LOG = System.getLogger(Anchor.class.getName());
  private static final Duration EVERY = Duration.ofSeconds(2);

  private final @Nullable Path file;
  private final Documents documents;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable Supplier<byte[]> newest;
  private volatile @Nullable String failure;

  /// Guarded by this.
  private byte[] inFile = {};

  private byte[] inState = {};
  private boolean placed;

  Anchor(Optional<Path> file, Documents documents) {
    this.file = file.orElse(null);
    this.documents = documents;
    this.thread = Thread.ofPlatform().name("anchor").daemon(true).unstarted(this::run);
  }

  /// The file as [#PLACE] names it.
  static String place(Optional<Path> file) {
    return file.map(path -> path.toAbsolutePath().normalize().toString()).orElse("");
  }

  /// What lies where checkpoints are kept.
  ///
  /// @param rubbish what is no checkpoint, one sentence each
  /// @param fileIsRubbish whether the file is among that
  record Kept(List<KnownCheckpoint> checkpoints, List<String> rubbish, boolean fileIsRubbish) {}

  /// What was kept at the end of earlier lives.
  ///
  /// @throws NoCheckpoint what lies there is no checkpoint
  /// @throws IOException the file, or the folder it is to lie in, cannot be read
  List<KnownCheckpoint> known() throws IOException {
    Kept kept = kept();
    if (!kept.rubbish().isEmpty()) {
      throw new NoCheckpoint(String.join("; ", kept.rubbish()));
    }
    return kept.checkpoints();
  }

  /// The same, for a log that ends: what is no checkpoint does not bind the next one.
  ///
  /// @throws IOException the file, or the folder it is to lie in, cannot be read
  Kept kept() throws IOException {
    List<KnownCheckpoint> known = new ArrayList<>();
    List<String> rubbish = new ArrayList<>();
    boolean fileIsRubbish = false;
    if (file != null) {
      Path folder = file.toAbsolutePath().getParent();
      if (folder == null || !Files.isDirectory(folder)) {
        throw new IOException(
            "ledger.anchorFile: " + file + ": its folder does not exist; is its disk mounted?");
      }
      try {
        fileIsRubbish = !parsed(file.toString(), Files.readAllBytes(file), known, rubbish);
      } catch (NoSuchFileException e) {
        LOG.log(INFO, "ledger.anchorFile: " + file + " does not exist yet and is made");
      }
    }
    try {
      Optional<Document> document = documents.get(DOCUMENT);
      if (document.isPresent()) {
        byte[] body = document.get().body().getBytes(StandardCharsets.UTF_8);
        boolean ignored = parsed("the state database", body, known, rubbish);
      }
    } catch (StateUnavailable e) {
      LOG.log(
          WARNING,
          "the ledger is not held against the checkpoint in the state database: " + e.getMessage());
    }
    return new Kept(known, rubbish, fileIsRubbish);
  }

  private static boolean parsed(
      String where, byte[] bytes, List<KnownCheckpoint> known, List<String> rubbish) {
    try {
      known.add(new KnownCheckpoint(where, SignedNote.parse(bytes)));
      return true;
    } catch (IllegalArgumentException e) {
      rubbish.add(where + ": not a signed checkpoint: " + e.getMessage());
      return false;
    }
  }

  /// Where the file would be put aside: a name beside it that is free.
  Optional<Path> aside() {
    if (file == null) {
      return Optional.empty();
    }
    Path aside = file.resolveSibling(file.getFileName() + ".rubbish");
    for (int i = 2; Files.exists(aside); i++) {
      aside = file.resolveSibling(file.getFileName() + ".rubbish-" + i);
    }
    return Optional.of(aside);
  }

  /// Puts a file that is no checkpoint aside, unless that was done.
  void putAside(Path aside) throws IOException {
    if (file == null || Files.exists(aside) || !kept().fileIsRubbish()) {
      return;
    }
    Path ignored = Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
    Path folder = aside.toAbsolutePath().getParent();
    if (folder != null) {
      WholeFile.forceFolder(folder);
    }
    LOG.log(WARNING, "ledger.anchorFile: what was no checkpoint lies in " + aside + " now");
  }

  /// Whether the state database is up and has never heard of a log.
  boolean isNewInState() {
    try {
      return documents.get(DOCUMENT).isEmpty();
    } catch (StateUnavailable _) {
      return false;
    }
  }

  /// Begins to write what this says is the newest; the first time now.
  void follow(Supplier<byte[]> signedCheckpoint) {
    newest = signedCheckpoint;
    thread.start();
  }

  /// Why the newest checkpoint cannot be kept in the file; empty while it can.
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  private void run() {
    try {
      do {
        keep();
      } while (!closing.await(EVERY.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Keeps what is the newest now.
  void keep() {
    Supplier<byte[]> followed = newest;
    if (followed != null) {
      boolean ignored = keepNow(followed.get());
    }
  }

  /// Keeps this one, which is newer than what is kept.
  ///
  /// @return whether it is in both places
  synchronized boolean keepNow(byte[] note) {
    if (file != null && !Arrays.equals(note, inFile)) {
      try {
        WholeFile.replace(file, note);
        inFile = note;
        failure = null;
      } catch (IOException e) {
        String said = "ledger.anchorFile: " + file + " cannot be written: " + e;
        if (!said.equals(failure)) {
          LOG.log(ERROR, said + "; tried again every few seconds");
        }
        failure = said;
      }
    }
    if (!Arrays.equals(note, inState)) {
      try {
        documents.put(DOCUMENT, new String(note, StandardCharsets.UTF_8));
        inState = note;
        if (!placed) {
          documents.put(PLACE, place(Optional.ofNullable(file)));
          placed = true;
        }
      } catch (StateUnavailable e) {
        LOG.log(System.Logger.Level.DEBUG, "the newest checkpoint waits for the state database", e);
      }
    }
    return (file == null || Arrays.equals(note, inFile)) && Arrays.equals(note, inState);
  }

  /// Writes the last one. To be called when the ledger has published it.
  @Override
  public void close() {
    // Not interrupted: that would close a file it is writing.
    closing.countDown();
    try {
      if (thread.isAlive() && !thread.join(Duration.ofSeconds(5))) {
        LOG.log(ERROR, "the anchor does not stop; the last checkpoint may not be in it");
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    keep();
  }
}
