package qerberos.event;

import java.util.List;
import java.util.stream.Collectors;

/// The caller's mistake, with every fault that was found, not only the first. Immutable.
public final class EventFaults extends IllegalArgumentException {
  private final List<Fault> faults;

  /// @param faults at least one
  public EventFaults(List<Fault> faults) {
    super(faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
    this.faults = List.copyOf(faults);
  }

  public EventFaults(Fault fault) {
    this(List.of(fault));
  }

  /// What is wrong, in the order of the fields of an event.
  public List<Fault> faults() {
    return faults;
  }

  /// Whether something merely exceeds a size (HTTP 413), everything else being right.
  public boolean tooLarge() {
    return faults.stream().allMatch(fault -> fault.kind() == Fault.Kind.TOO_LARGE);
  }
}
