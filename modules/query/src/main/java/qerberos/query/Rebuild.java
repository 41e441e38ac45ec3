package qerberos.query;

import java.io.IOException;
import qerberos.event.AuditEvent;

/// An index that is being built from the first leaf, while the old one serves. Used by one thread
/// at a time.
///
///     try (Rebuild rebuild = index.rebuild()) {
///       ... rebuild.add(rebuild.next(), event) for every leaf there is ...
///       rebuild.finish();
///     }
///
/// Closed without [#finish()], it is gone and the old index serves on.
public final class Rebuild implements AutoCloseable {
  private final EventIndex index;
  private final Generation generation;
  private boolean done;

  Rebuild(EventIndex index, Generation generation) {
    this.index = index;
    this.generation = generation;
  }

  /// The leaf to add.
  public long next() {
    return generation.next();
  }

  /// Adds the event at that place of the log; see [EventIndex#add].
  public void add(long leafIndex, AuditEvent event) throws IOException {
    generation.add(leafIndex, event);
  }

  /// Passes over a leaf that is no event; see [EventIndex#skip].
  public void skip(long leafIndex) throws IOException {
    generation.add(leafIndex, null);
  }

  /// Commits, makes this the index that serves, and deletes the old one. Searches that run finish
  /// on the old one.
  ///
  /// @throws IllegalStateException when the old one holds more events: add those first, with its
  ///     follower standing still, and finish again
  public void finish() throws IOException {
    finish("");
  }

  /// The same, with the mark of [EventIndex#commit(String)].
  public void finish(String mark) throws IOException {
    index.swap(generation, mark);
    done = true;
  }

  @Override
  public void close() throws IOException {
    if (!done) {
      done = true;
      index.abandon(generation);
    }
  }
}
