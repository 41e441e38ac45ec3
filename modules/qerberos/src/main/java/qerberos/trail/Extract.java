package qerberos.trail;

import static java.lang.System.Logger.Level.INFO;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import qerberos.identity.View;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Ledger;
import qerberos.ledger.SignedNote;
import qerberos.query.Places;
import qerberos.query.Query;

/// Everything that a view shows and a query matches, from one place on, at one size of the log:
/// what somebody takes away.
///
/// The index says where to look, in one bit for each event of the log; the events themselves are
/// read from the log in small lots, checked against their leaf hashes, and asked again whether they
/// may be seen and match. So memory does not depend on how many there are.
///
/// Used by one thread at a time.
public final class Extract {
  private static final System.Logger LOG = System.getLogger(Extract.class.getName());
  private static final Duration OWN_WRITES = Duration.ofSeconds(1);
  private static final Duration INDEX_PATIENCE = Duration.ofSeconds(10);
  private static final int LOT = 256;
  private static final int ONE_BY_ONE = 32;

  private final LedgerEvents events;
  private final View view;
  private final Query query;
  private final Places places;
  private final Checkpoint checkpoint;
  private final byte @Nullable [] note;
  private long next;

  private Extract(
      LedgerEvents events,
      View view,
      Query query,
      Places places,
      long from,
      Checkpoint checkpoint,
      byte @Nullable [] note) {
    this.events = events;
    this.view = view;
    this.query = query;
    this.places = places;
    this.next = from;
    this.checkpoint = checkpoint;
    this.note = note;
  }

  /// Pins it, see [TrailSearch#extract].
  static Extract of(
      Ledger ledger,
      LedgerEvents events,
      TrailIndex index,
      View view,
      Query query,
      long after,
      @Nullable Long wanted)
      throws IOException, InterruptedException, TimeoutException {
    if (wanted == null) {
      awaitPublished(ledger);
    }
    byte[] note = ledger.signedCheckpoint();
    Checkpoint published = Checkpoint.parse(SignedNote.parse(note).text());
    long size = wanted == null ? published.size() : wanted;
    if (size < 0 || size > published.size()) {
      throw new IllegalArgumentException(
          "size: " + size + ", the published log has " + published.size() + " entries");
    }
    if (after < -1 || after >= Math.max(1, size)) {
      throw new IllegalArgumentException("after: " + after + ", want -1.." + (size - 1));
    }
    if (!index.awaitIndexed(size, INDEX_PATIENCE)) {
      throw new TimeoutException("the index has not read " + size + " entries yet");
    }
    Places places = index.places(Sight.narrowed(view, query), after + 1, size);
    boolean newest = size == published.size();
    return new Extract(
        events,
        view,
        query,
        places,
        after + 1,
        newest ? published : new Checkpoint(published.origin(), size, ledger.root(size)),
        newest ? note : null);
  }

  /// A log that has stopped publishes no more; what it published is still there.
  private static void awaitPublished(Ledger ledger) throws InterruptedException {
    try {
      byte[] ignored = ledger.awaitCheckpoint(ledger.size(), OWN_WRITES);
    } catch (TimeoutException e) {
      LOG.log(INFO, "takes the last checkpoint: " + e.getMessage());
    }
  }

  /// The log it is pinned to: origin, size and root.
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /// The same, signed; null when the log has published a newer one since.
  public byte @Nullable [] note() {
    return note;
  }

  /// How many events the index finds.
  public long count() {
    return places.count();
  }

  /// The next lot; empty at the end only.
  public List<Shown> next() throws IOException {
    List<Shown> lot = new ArrayList<>();
    while (lot.isEmpty()) {
      long first = places.next(next);
      if (first >= places.size()) {
        return lot;
      }
      long end = Math.min(places.size(), first + LOT);
      if (dense(first, end)) {
        events.visit(first, end, at -> places.next(at) == at, one -> take(one, lot));
        next = end;
      } else {
        long at = first;
        for (int i = 0; i < ONE_BY_ONE && at < places.size(); i++) {
          take(events.read(at), lot);
          next = at + 1;
          at = places.next(next);
        }
      }
    }
    return lot;
  }

  private boolean dense(long first, long end) {
    long at = first;
    int hits = 0;
    while (at < end && hits < ONE_BY_ONE) {
      hits++;
      at = places.next(at + 1);
    }
    return hits == ONE_BY_ONE;
  }

  private void take(Shown one, List<Shown> lot) {
    if (Sight.sees(view, one.event()) && query.matches(one.index(), one.event())) {
      lot.add(one);
    }
  }
}
