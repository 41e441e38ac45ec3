package qerberos.trail;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.ledger.Ledger;

/// Goes along with the whole log from one place on, entry by entry, each once, in order.
///
/// It holds a place in the log and nothing else, so whoever is slow costs no memory: what was not
/// taken lies in the log. The index has no part in it, so nobody who owns that can hide anything
/// here. Near the end the events come from memory, as their senders wrote them; what is read back
/// from further away is without its sealed values.
///
/// Used by one thread at a time.
public final class Course {
  private final Ledger ledger;
  private final Tail tail;
  private final LedgerEvents events;
  private long next;

  Course(Ledger ledger, Tail tail, LedgerEvents events, long from) {
    this.ledger = ledger;
    this.tail = tail;
    this.events = events;
    this.next = from;
  }

  /// The first place that was not looked at.
  public long next() {
    return next;
  }

  /// How far that is from the end of the log.
  public long lag() {
    return Math.max(0, ledger.size() - next);
  }

  /// What comes next, at most so many; empty when nothing came in time; null for a leaf that is no
  /// event of ours.
  ///
  /// @throws IOException it cannot be read; the place is where it was
  public List<@Nullable AuditEvent> next(int most, Duration patience)
      throws IOException, InterruptedException {
    if (next >= ledger.size()) {
      tail.await(next, patience);
    }
    int count = (int) Math.min(most, ledger.size() - next);
    if (count <= 0) {
      return List.of();
    }
    List<@Nullable AuditEvent> lot = tail.from(next, count);
    if (lot.isEmpty()) {
      lot = events.read(next, count);
    }
    next += lot.size();
    return lot;
  }
}
