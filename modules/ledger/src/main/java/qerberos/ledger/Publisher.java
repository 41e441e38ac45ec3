package qerberos.ledger;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Signs and publishes checkpoints: at once when the last one is old enough, else as soon as it is.
/// How old that is depends on whether anybody waits: a checkpoint costs a signature and two forces,
/// which under load are better spent on entries.
///
/// It takes size and root from the tree, which holds nothing that is not safe on disk. A checkpoint
/// is shown to others only after its file is: a crash before that leaves the older one, and the
/// next start signs what is there, which begins with all that was ever signed.
///
/// Safe for concurrent use.
final class Publisher implements Runnable {
  static final String FILE = "checkpoint";

  /// How many times longer a checkpoint may take for which nobody waits.
  private static final int UNASKED = 5;

  /// One published checkpoint.
  record Published(Checkpoint checkpoint, SignedNote note, Instant at) {}

  private final LedgerSettings settings;
  private final Tree tree;
  private final Consumer<String> stop;

  // Guarded by this, the first three may be read without.
  private volatile LedgerKeys keys;
  private volatile Published last;
  private volatile @Nullable String failed;
  private boolean closing;
  private int waiting;
  private @Nullable List<SigningKey> nextKeys;
  private long lastNanos;

  /// @param last what was published before
  /// @param stop is told why, once a checkpoint could not be published
  Publisher(
      LedgerSettings settings, LedgerKeys keys, Tree tree, Published last, Consumer<String> stop) {
    this.settings = settings;
    this.keys = keys;
    this.tree = tree;
    this.last = last;
    this.stop = stop;
    this.lastNanos = System.nanoTime() - UNASKED * settings.publishEvery().toNanos();
  }

  /// The checkpoint that was published last, its signature checked.
  ///
  /// @return null when there is none yet
  /// @throws LedgerDamaged when it is not ours
  static @Nullable Published read(LogStorage storage, LedgerKeys keys, Instant now)
      throws IOException {
    byte[] bytes;
    try {
      bytes = SmallFile.read(storage, FILE);
    } catch (NoSuchFileException e) {
      return null;
    }
    try {
      SignedNote note = SignedNote.parse(bytes);
      Trust trust = Trust.in(keys.verifiers());
      return new Published(trust.open(note), note, now);
    } catch (IllegalArgumentException | Trust.Refused e) {
      throw new LedgerDamaged(FILE, String.valueOf(e.getMessage()));
    }
  }

  /// Signs and writes a checkpoint over all that is in the tree.
  static Published publish(LedgerSettings settings, LedgerKeys keys, Checkpoint head)
      throws IOException {
    Instant now = settings.clock().instant();
    SignedNote note = SignedNote.sign(head, keys.signing(), now);
    SmallFile.replace(settings.storage(), FILE, note.bytes(), false);
    return new Published(head, note, now);
  }

  /// Publishes until closed, then once more if anything is not covered.
  @Override
  public void run() {
    try {
      while (awaitWork()) {
        List<SigningKey> other = nextKeys();
        LedgerKeys signing = other == null ? keys : keys.rotated(settings.storage(), other);
        Published next = publish(settings, signing, tree.head(signing.origin()));
        if (other != null) {
          signing.settle(settings.storage());
        }
        synchronized (this) {
          keys = signing;
          if (other != null) {
            nextKeys = null;
          }
          last = next;
          lastNanos = System.nanoTime();
          notifyAll();
        }
        settings.observer().published(next.checkpoint());
      }
    } catch (IOException | RuntimeException | Error e) {
      String reason = "no checkpoint can be published: " + e;
      synchronized (this) {
        failed = reason;
        notifyAll();
      }
      stop.accept(reason);
    }
  }

  /// Waits until there is something to publish and it is time.
  ///
  /// @return false when closing and all is published
  private synchronized boolean awaitWork() {
    while (failed == null) {
      if (nextKeys != null) {
        return true;
      }
      boolean covered = tree.size() == last.checkpoint().size();
      if (covered && closing) {
        return false;
      }
      long every = settings.publishEvery().toNanos() * (waiting > 0 ? 1 : UNASKED);
      long wait = lastNanos + every - System.nanoTime();
      if (!covered && (closing || wait <= 0)) {
        return true;
      }
      try {
        if (covered) {
          wait();
        } else {
          wait(wait / 1_000_000, (int) (wait % 1_000_000));
        }
      } catch (InterruptedException e) {
        closing = true; // nobody interrupts this thread but a JVM that ends
      }
    }
    return false;
  }

  private synchronized @Nullable List<SigningKey> nextKeys() {
    return nextKeys;
  }

  /// Signs with other keys from now on; returns when a checkpoint by them is published.
  ///
  /// @throws IOException when they could not be kept, or nothing is published any more; the next
  ///     start signs with the old ones or with these
  synchronized void rotate(List<SigningKey> next) throws IOException, InterruptedException {
    while (nextKeys != null && failed == null) {
      wait();
    }
    if (failed != null || closing) {
      throw new IOException(failed == null ? "the ledger is closed" : failed);
    }
    nextKeys = next;
    notifyAll();
    while (!keys.signing().equals(next)) {
      if (failed != null) {
        throw new IOException(failed);
      }
      wait();
    }
  }

  LedgerKeys keys() {
    return keys;
  }

  /// Which of these keys signed a note.
  static List<VerifierKey> signers(SignedNote note, List<VerifierKey> keys) {
    try {
      return note.verify(keys).stream().map(SignedNote.Signer::key).toList();
    } catch (SignedNote.BadSignature e) {
      return List.of();
    }
  }

  /// The tree has grown.
  synchronized void grown() {
    notifyAll();
  }

  /// Signs nothing more, not even at the end.
  synchronized void halt(String reason) {
    if (failed == null) {
      failed = reason;
    }
    notifyAll();
  }

  /// Ends the thread once all is published.
  synchronized void close() {
    closing = true;
    notifyAll();
  }

  Published last() {
    return last;
  }

  /// Waits for a checkpoint over at least `size` entries.
  synchronized Published await(long size, Duration timeout)
      throws InterruptedException, TimeoutException {
    long end = System.nanoTime() + timeout.toNanos();
    waiting++;
    notifyAll();
    try {
      while (last.checkpoint().size() < size) {
        long left = end - System.nanoTime();
        if (failed != null) {
          throw new TimeoutException(failed);
        }
        if (left <= 0) {
          throw new TimeoutException(
              "no checkpoint over " + size + " entries within " + timeout.toMillis() + " ms");
        }
        wait(left / 1_000_000, (int) (left % 1_000_000));
      }
      return last;
    } finally {
      waiting--;
    }
  }
}
