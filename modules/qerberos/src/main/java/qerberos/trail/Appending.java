package qerberos.trail;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.event.EventDraft;
import qerberos.event.Sealer;
import qerberos.ledger.Appended;
import qerberos.ledger.Ledger;

/// Takes events in: makes them ready on the caller's thread, and appends them. Nothing else writes
/// to the ledger of a trail.
///
/// Safe for concurrent use.
public final class Appending {
  private static final Duration ROOM = Duration.ofMillis(250);

  /// Only who sends this many at once can outrun a follower.
  private static final int MANY = 32;

  private final InstantSource clock;
  private final Ids ids;
  private final Sealer sealer;
  private final Tail tail;
  private final Ledger ledger;
  private final AtomicLong acknowledged;

  Appending(InstantSource clock, Ids ids, Sealer sealer, Tail tail, Ledger ledger) {
    this.clock = clock;
    this.ids = ids;
    this.sealer = sealer;
    this.tail = tail;
    this.ledger = ledger;
    // What lay there when we began was acknowledged by those before us.
    this.acknowledged = new AtomicLong(ledger.size());
  }

  /// Makes an event ready: named, dated, sealed, hashed. Costs some microseconds of CPU and does no
  /// I/O, except that a subject's key may be looked up.
  ///
  /// @param source who sends it, as they were authenticated
  /// @param idWhenNone its id when the sender gave none; null for a fresh one
  /// @throws qerberos.event.EventFaults when it does not fit into a leaf
  public Prepared prepare(String source, EventDraft draft, @Nullable String idWhenNone) {
    String id = draft.id();
    if (id == null) {
      id = idWhenNone == null ? ids.next() : idWhenNone;
    }
    return new Prepared(sealer.seal(new AuditEvent(id, source, clock.instant(), draft)));
  }

  /// Appends, and returns when each is on disk and in the tree, or was refused; one answer each, in
  /// order.
  public List<Appended> append(List<Prepared> prepared) throws InterruptedException {
    List<Appended> answers = appended(prepared);
    for (Appended answer : answers) {
      if (answer instanceof Appended.At(var index)) {
        acknowledged.accumulateAndGet(index + 1, Math::max);
      }
    }
    return answers;
  }

  private List<Appended> appended(List<Prepared> prepared) throws InterruptedException {
    if (prepared.size() >= MANY) {
      tail.makeRoom(ROOM);
    }
    return ledger.append(prepared.stream().map(Prepared::submission).toList());
  }

  /// The size of the log that callers have been told of, in this life or an earlier one.
  long acknowledged() {
    return acknowledged.get();
  }

  /// For events of our own, which no caller is told of.
  OwnEvents.Appender own() {
    return new Own();
  }

  private final class Own implements OwnEvents.Appender {
    @Override
    public List<Appended> append(List<Prepared> prepared) throws InterruptedException {
      return appended(prepared);
    }

    @Override
    public Prepared prepare(EventDraft draft) {
      return Appending.this.prepare(OwnEvents.SOURCE, draft, null);
    }
  }
}
