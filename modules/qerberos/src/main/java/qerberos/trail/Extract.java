package qerberos.trail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.SealBroken;
import qerberos.event.Sealer;
import qerberos.identity.View;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Ledger;
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
  private static final int LOT = 256;
  private static final int ONE_BY_ONE = 32;

  private final Ledger ledger;
  private final Sealer sealer;
  private final Pursuit.Reading reading;
  private final View view;
  private final Query query;
  private final Places places;
  private final Checkpoint checkpoint;
  private final byte @Nullable [] note;
  private long next;

  Extract(
      Ledger ledger,
      Sealer sealer,
      Pursuit.Reading reading,
      View view,
      Query query,
      Places places,
      long from,
      Checkpoint checkpoint,
      byte @Nullable [] note) {
    this.ledger = ledger;
    this.sealer = sealer;
    this.reading = reading;
    this.view = view;
    this.query = query;
    this.places = places;
    this.next = from;
    this.checkpoint = checkpoint;
    this.note = note;
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
        ledger.entries(first, end, (at, leaf, attachment) -> look(at, leaf, attachment, lot));
        next = end;
      } else {
        long at = first;
        for (int i = 0; i < ONE_BY_ONE && at < places.size(); i++) {
          Shown one = reading.read(at);
          if (wanted(one)) {
            lot.add(one);
          }
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

  private void look(long at, byte[] leaf, byte[] attachment, List<Shown> lot) {
    if (places.next(at) != at) {
      return;
    }
    try {
      Shown one = new Shown(at, leaf, sealer.open(leaf, attachment));
      if (wanted(one)) {
        lot.add(one);
      }
    } catch (SealBroken e) {
      // no event of ours; the index passes over it too
    }
  }

  private boolean wanted(Shown one) {
    return Sight.sees(view, one.event()) && query.matches(one.index(), one.event());
  }
}
