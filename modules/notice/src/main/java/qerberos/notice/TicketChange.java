package qerberos.notice;

import org.jspecify.annotations.Nullable;

/// What somebody wants to change about a ticket: at least one of these. Immutable.
///
/// @param assignee empty for nobody
public record TicketChange(
    @Nullable TicketStatus status, @Nullable String note, @Nullable String assignee) {
  /// Characters of a principal.
  static final int ASSIGNEE_MAX = 256;

  /// @throws IllegalArgumentException naming the field
  public TicketChange {
    if (status == null && note == null && assignee == null) {
      throw new IllegalArgumentException("body: nothing to change, want status, note or assignee");
    }
    if (note != null) {
      String ignored = Wording.required("note", note, Ticket.MESSAGE_MAX);
    }
    if (assignee != null && !assignee.isEmpty()) {
      String ignored = Wording.required("assignee", assignee, ASSIGNEE_MAX);
    }
  }
}
