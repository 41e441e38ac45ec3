package qerberos.notice;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One line of a ticket's history. Immutable.
///
/// @param by the principal who did it
/// @param status what it was changed to; null when it was not
/// @param assignee whom it was given to, empty for nobody; null when that was not changed
/// @param note what was added; null for nothing
public record TicketEntry(
    Instant at,
    String by,
    @Nullable TicketStatus status,
    @Nullable String assignee,
    @Nullable String note) {}
