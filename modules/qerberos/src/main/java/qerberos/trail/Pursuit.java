package qerberos.trail;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.identity.View;
import qerberos.ledger.Ledger;
import qerberos.query.Places;
import qerberos.query.Query;

/// Goes along with the log for one reader, who gets what its view shows and its query matches, in
/// the order of the log, each once.
///
/// It holds a place in the log and nothing else, so a slow reader costs no memory: what it has not
/// taken lies in the log. Near the end it looks at the newest events as they came, in [Tail]; from
/// further back the index says where to look, and where the index has not come yet the log itself
/// is gone through. Whatever is given was read from the log and asked again whether it may be seen
/// and matches.
///
/// Used by one thread at a time.
public final class Pursuit {
  /// What is nearer to the end than this is looked at event by event.
  private static final int NEAR = 4_096;

  private static final int BATCH = 1_024;

  /// How long the index may take to see what was passed over.
  private static final Duration TO_COUNT = Duration.ofSeconds(1);

  /// Places that were passed over, from one to another inclusive.
  ///
  /// @param count how many events of this reader lie there; null when nobody can say now
  public record Gap(long from, long to, @Nullable Long count) {}

  private final Ledger ledger;
  private final Tail tail;
  private final TrailIndex index;
  private final LedgerEvents events;
  private final View view;
  private final Query query;
  private final Query narrowed;
  private long next;
  private @Nullable Places places;

  private Pursuit(
      Ledger ledger,
      LedgerEvents events,
      Tail tail,
      TrailIndex index,
      View view,
      Query query,
      long from) {
    this.ledger = ledger;
    this.tail = tail;
    this.index = index;
    this.events = events;
    this.view = view;
    this.query = query;
    this.narrowed = Sight.narrowed(view, query);
    this.next = from;
  }

  /// Begins at a place, see [TrailSearch#pursue].
  static Pursuit from(
      Ledger ledger,
      LedgerEvents events,
      Tail tail,
      TrailIndex index,
      View view,
      Query query,
      long from) {
    long size = ledger.size();
    if (from < 0 || from > size) {
      throw new IllegalArgumentException("from: " + from + ", the log has " + size + " entries");
    }
    return new Pursuit(ledger, events, tail, index, view, query, from);
  }

  /// The first place that was not looked at.
  public long next() {
    return next;
  }

  /// How far that is from the end of the log.
  public long lag() {
    return Math.max(0, ledger.size() - next);
  }

  /// What comes next, at most so many; nothing when nothing came in time, or nothing of what came
  /// is for this reader.
  public List<Shown> next(int most, Duration patience) throws IOException, InterruptedException {
    if (next >= ledger.size()) {
      places = null;
      tail.await(next, patience);
    }
    long size = ledger.size();
    if (next >= size) {
      return List.of();
    }
    List<Shown> shown = new ArrayList<>();
    if (places == null && size - next > NEAR) {
      places = found(next, size).orElse(null);
    }
    Places known = places;
    if (known != null && next < known.size()) {
      long until = Math.min(known.size(), next + (1L << 20));
      while (next < until && shown.size() < most) {
        long at = known.next(next);
        if (at < known.size()) {
          take(at, shown);
        }
        next = Math.min(at + 1, known.size());
      }
      return shown;
    }
    places = null;
    int batch = (int) Math.min(BATCH, size - next);
    List<@Nullable AuditEvent> lot = tail.from(next, batch);
    if (lot.isEmpty()) {
      lot = events.read(next, batch);
    }
    for (AuditEvent event : lot) {
      if (shown.size() == most) {
        break;
      }
      long at = next++;
      if (event != null && Sight.sees(view, event) && query.matches(at, event)) {
        shown.add(events.read(at));
      }
    }
    return shown;
  }

  private void take(long at, List<Shown> shown) throws IOException {
    Shown one = events.read(at);
    if (Sight.sees(view, one.event()) && query.matches(at, one.event())) {
      shown.add(one);
    }
  }

  /// Where the index finds something from that place on; empty when it does not help.
  private Optional<Places> found(long from, long size) {
    try {
      Places all = index.places(narrowed, from, size);
      return all.size() > from ? Optional.of(all) : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Passes over what is left and goes on at the end.
  public Gap skip() throws IOException, InterruptedException {
    long from = next;
    long end = ledger.size();
    next = end;
    places = null;
    boolean ignored = index.awaitIndexed(end, TO_COUNT);
    Long count = found(from, end).filter(all -> all.size() >= end).map(Places::count).orElse(null);
    return new Gap(from, end - 1, count);
  }
}
