package qerberos.ledger;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.function.Consumer;

/// What is done with a segment once it is full, in the background: its part of the tree is made
/// durable and its names are written down, so that a start has at most one segment to read; then it
/// is sealed. The first two go before the sealing of any segment.
///
/// A crash in any of it loses nothing: see [TreeFiles#makeDurable], [Ids#settle] and [Sealing].
///
/// Safe for concurrent use.
final class Keeper implements Runnable {
  private final LedgerSettings settings;
  private final Entries entries;
  private final Tree tree;
  private final Ids ids;
  private final Sealing sealing;
  private final Consumer<String> stop;

  // Guarded by this.
  private final ArrayDeque<OpenSegment> unsettled = new ArrayDeque<>();
  private final ArrayDeque<OpenSegment> unsealed = new ArrayDeque<>();

  private volatile boolean closing;

  /// @param left full segments that an earlier process did not seal
  /// @param stop is told why, once something failed
  Keeper(
      LedgerSettings settings,
      Entries entries,
      Tree tree,
      Ids ids,
      Collection<OpenSegment> left,
      Consumer<String> stop) {
    this.settings = settings;
    this.entries = entries;
    this.tree = tree;
    this.ids = ids;
    this.sealing = new Sealing(settings.storage(), settings.codec());
    this.unsealed.addAll(left);
    this.stop = stop;
  }

  /// A segment has become full.
  synchronized void full(OpenSegment segment) {
    unsettled.add(segment);
    notifyAll();
  }

  /// How many full segments wait to be sealed.
  synchronized int waiting() {
    return unsettled.size() + unsealed.size();
  }

  @Override
  public void run() {
    try {
      ids.merge(() -> closing);
      while (true) {
        OpenSegment settle;
        OpenSegment seal;
        synchronized (this) {
          while (!closing && unsettled.isEmpty() && unsealed.isEmpty()) {
            wait();
          }
          settle = unsettled.peek();
          seal = unsealed.peek();
        }
        if (settle != null) {
          settle(settle);
        } else if (closing || seal == null) {
          return;
        } else {
          seal(seal);
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      stop.accept("a full segment could not be put in order: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // a JVM that ends; the next start goes on
    }
  }

  private void settle(OpenSegment segment) throws IOException {
    tree.files().makeDurable(segment.first() + Segment.ENTRIES);
    ids.settle(() -> closing);
    synchronized (this) {
      unsealed.add(unsettled.remove());
    }
  }

  private void seal(OpenSegment segment) throws IOException {
    long before = segment.end();
    long after = sealing.seal(segment, () -> closing);
    if (after >= 0) {
      entries.sealed(segment);
      settings.observer().sealed(segment.first(), before, after);
      synchronized (this) {
        unsealed.remove();
      }
    }
  }

  /// Ends the thread soon: names and tree are still written down, sealing waits for the next start.
  synchronized void close() {
    closing = true;
    notifyAll();
  }
}
