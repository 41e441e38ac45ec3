package qerberos.intake;

import qerberos.event.EventDraft;
import qerberos.event.EventFaults;
import qerberos.event.Json;

/// Makes events of one vendor's records. A port; an implementation is immutable.
///
/// A mapper puts who, what, on what, whether it was allowed, from where and with which program into
/// the fields where a person looks for them (`details.ip`, `details.userAgent`, ...), takes the
/// vendor's own id when there is one, and hands the record itself on as `original`. It keeps no
/// state and does no I/O: the same record gives the same event.
public interface VendorMapper {
  /// What to type after `import`: lower-case letters and digits.
  String name();

  /// The event of one record.
  ///
  /// @param fields the record as a tree; integers beyond 2^53 are strings here
  /// @param original the record as it came
  /// @throws EventFaults when the record lacks what an event needs
  EventDraft map(Json.Obj fields, String original);
}
