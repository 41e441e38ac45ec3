package qerberos.notice;

/// What came of a wish to change a ticket. Immutable.
public sealed interface Changed {
  /// The ticket as it is now; `entry` is the last of its history.
  record To(Ticket before, Ticket ticket, TicketEntry entry) implements Changed {}

  /// It was like that already.
  record Already(Ticket ticket) implements Changed {}

  /// It may not become that from what it is.
  record NotFrom(Ticket ticket, String reason) implements Changed {}
}
