package qerberos.trail;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
import qerberos.ledger.LedgerBehind;
import qerberos.ledger.SignedNote;
import qerberos.state.Document;
import qerberos.state.Documents;
import qerberos.state.StateUnavailable;

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

  Anchor(Optional<Path> file, Documents documents) {
    this.file = file.orElse(null);
    this.documents = documents;
    this.thread = Thread.ofPlatform().name("anchor").daemon(true).unstarted(this::run);
  }

  /// What was kept at the end of earlier lives.
  ///
  /// @throws LedgerBehind what lies there is no checkpoint
  /// @throws IOException the file, or the folder it is to lie in, cannot be read
  List<KnownCheckpoint> known() throws IOException {
    List<KnownCheckpoint> known = new ArrayList<>();
    if (file != null) {
      Path folder = file.toAbsolutePath().getParent();
      if (folder == null || !Files.isDirectory(folder)) {
        throw new IOException(
            "ledger.anchorFile: " + file + ": its folder does not exist; is its disk mounted?");
      }
      try {
        known.add(parsed(file.toString(), Files.readAllBytes(file)));
      } catch (NoSuchFileException e) {
        LOG.log(INFO, "ledger.anchorFile: " + file + " does not exist yet and is made");
      }
    }
    try {
      Optional<Document> document = documents.get(DOCUMENT);
      if (document.isPresent()) {
        known.add(
            parsed("the state database", document.get().body().getBytes(StandardCharsets.UTF_8)));
      }
    } catch (StateUnavailable e) {
      LOG.log(
          WARNING,
          "the ledger is not held against the checkpoint in the state database: " + e.getMessage());
    }
    return known;
  }

  private static KnownCheckpoint parsed(String where, byte[] bytes) throws LedgerBehind {
    try {
      return new KnownCheckpoint(where, SignedNote.parse(bytes));
    } catch (IllegalArgumentException e) {
      throw new LedgerBehind(where + ": not a signed checkpoint: " + e.getMessage());
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
