package qerberos.http;

import java.util.List;
import qerberos.event.Fault;
import qerberos.trail.Prepared;

/// What became of one event that came in, before the ledger is asked. Immutable.
sealed interface Outcome {
  record Ready(int line, Prepared prepared) implements Outcome {}

  record Refused(int line, List<Fault> faults, boolean tooLarge) implements Outcome {}
}
