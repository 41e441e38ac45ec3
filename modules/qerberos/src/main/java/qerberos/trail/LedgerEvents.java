package qerberos.trail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.event.Privacy;
import qerberos.event.SealBroken;
import qerberos.event.Sealer;
import qerberos.event.SubjectKey;
import qerberos.event.SubjectKeys;
import qerberos.ledger.Entry;
import qerberos.ledger.Ledger;

/// The events of a log as they lie there: read, checked against what was signed, opened.
///
/// Safe for concurrent use.
public final class LedgerEvents implements Follower.Log {
  /// Opens nothing that is sealed, as if every subject's key were destroyed.
  private static final Sealer KEYLESS =
      new Sealer(new Privacy(Map.of(), List.of()), new NoSubjectKeys());

  private final Ledger ledger;
  private final Sealer sealer;

  LedgerEvents(Ledger ledger, Sealer sealer) {
    this.ledger = ledger;
    this.sealer = sealer;
  }

  /// The same events with every sealed value absent: for what leaves us for good.
  LedgerEvents withoutSealed() {
    return new LedgerEvents(ledger, KEYLESS);
  }

  private static final class NoSubjectKeys implements SubjectKeys {
    @Override
    public SubjectKey keyFor(String subject) {
      throw new IllegalStateException("nothing is sealed here");
    }

    @Override
    public Optional<SubjectKey> existing(String subject) {
      return Optional.empty();
    }
  }

  /// The event at this index.
  ///
  /// @throws IOException it cannot be read, or what is there is not what was signed
  public Shown read(long leafIndex) throws IOException {
    return opened(ledger.entry(leafIndex), sealer);
  }

  /// An entry as the event it is.
  ///
  /// @throws IOException it is none of ours
  static Shown opened(Entry entry, Sealer sealer) throws IOException {
    try {
      return new Shown(entry.index(), entry.leaf(), sealer.open(entry.leaf(), entry.attachment()));
    } catch (SealBroken e) {
      throw new IOException("entry " + entry.index() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public List<@Nullable AuditEvent> read(long from, int most) throws IOException {
    List<@Nullable AuditEvent> events = new ArrayList<>(most);
    long until = Math.min(ledger.size(), from + most);
    if (from < until) {
      ledger.entries(
          from,
          until,
          (at, leaf, attachment) -> {
            try {
              events.add(sealer.open(leaf, attachment));
            } catch (SealBroken e) {
              events.add(null);
            }
          });
    }
    return events;
  }

  /// Is shown one event after the other.
  interface Visitor {
    void show(Shown shown);
  }

  /// Where something is looked for.
  interface Wanted {
    boolean at(long leafIndex);
  }

  /// Shows those of a stretch that are wanted, in order; a leaf that is no event of ours is passed
  /// over, as the index does.
  void visit(long from, long until, Wanted wanted, Visitor visitor) throws IOException {
    ledger.entries(
        from,
        until,
        (at, leaf, attachment) -> {
          if (wanted.at(at)) {
            try {
              visitor.show(new Shown(at, leaf, sealer.open(leaf, attachment)));
            } catch (SealBroken e) {
              // passed over
            }
          }
        });
  }
}
