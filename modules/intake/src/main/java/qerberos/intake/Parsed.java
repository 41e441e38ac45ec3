package qerberos.intake;

import java.util.List;
import qerberos.event.EventDraft;
import qerberos.event.Fault;

/// What became of one line of a batch, or one element of an array. Immutable.
public sealed interface Parsed {
  /// The line of the body or the place in the array, from 1.
  int line();

  /// An event.
  record Good(int line, EventDraft draft) implements Parsed {}

  /// No event, for these reasons; at least one.
  record Bad(int line, List<Fault> faults) implements Parsed {
    public Bad {
      faults = List.copyOf(faults);
    }

    /// Whether it is only too large (413), being right in all else.
    public boolean tooLarge() {
      return faults.stream().allMatch(fault -> fault.kind() == Fault.Kind.TOO_LARGE);
    }
  }
}
