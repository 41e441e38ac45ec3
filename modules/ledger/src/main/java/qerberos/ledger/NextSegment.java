package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The file of the segment after the present one, filled with zeros in the background while entries
/// come in fast, so that forcing frames into it has no blocks to record. It lies under a draft's
/// name until it is needed.
///
/// Nothing depends on it: if it is not ready in time, or could not be made, the segment begins with
/// an ordinary file, and whatever is wrong with the disk is met there. A crash leaves a draft,
/// which the next start deletes.
///
/// One thread asks and takes.
final class NextSegment implements Closeable {
  private static final int CHUNK = 1 << 20;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(CHUNK).asReadOnlyBuffer();

  private final LogStorage storage;
  private @Nullable Thread making;
  private long first = -1;
  private volatile boolean ready;
  private volatile boolean abandoned;

  NextSegment(LogStorage storage) {
    this.storage = storage;
  }

  /// Begins to make the file, unless that was asked before.
  ///
  /// @param first index of its first entry
  /// @param bytes how long it is to be
  void prepare(long first, long bytes) {
    if (this.first == first) {
      return;
    }
    this.first = first;
    ready = false;
    abandoned = false;
    making = Thread.ofPlatform().name("ledger-zeros").daemon().start(() -> make(first, bytes));
  }

  private void make(long first, long bytes) {
    String draft = draftOf(first);
    try {
      try (StoredFile file = storage.create(draft, false)) {
        for (long at = 0; at < bytes && !abandoned; at += CHUNK) {
          file.write(ZEROS.duplicate(), at);
          if (at / CHUNK % 8 == 7) {
            file.force();
          }
        }
        file.force();
      }
      ready = !abandoned;
      if (abandoned) {
        storage.delete(draft);
      }
    } catch (IOException e) {
      ready = false; // see above: nothing depends on it
    }
  }

  /// The name of the finished file, or null when there is none for this segment.
  @Nullable String take(long first) throws IOException {
    if (this.first != first) {
      return null;
    }
    boolean done = ready;
    close();
    return done ? draftOf(first) : null;
  }

  private static String draftOf(long first) {
    return Segment.nameOf(first, OpenSegment.ENDING + SmallFile.DRAFT);
  }

  /// Gives up what is not finished, and waits for that.
  @Override
  public void close() {
    abandoned = true;
    Thread thread = making;
    while (thread != null && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    making = null;
  }
}
