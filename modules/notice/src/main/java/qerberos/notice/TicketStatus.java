package qerberos.notice;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// How far a ticket is. Immutable.
///
///     open ⇄ in_progress ⇄ resolved → closed → open
///
/// From `open`, `in_progress` and `resolved` each of the others can be reached; what is closed has
/// to be opened again before anything else happens to it.
public enum TicketStatus {
  OPEN,
  IN_PROGRESS,
  RESOLVED,
  CLOSED;

  /// The name in requests and answers: `in_progress`.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<TicketStatus> of(String text) {
    return Arrays.stream(values()).filter(one -> one.text().equals(text)).findFirst();
  }

  /// What may come after this one.
  public Set<TicketStatus> next() {
    return switch (this) {
      case OPEN, IN_PROGRESS, RESOLVED -> EnumSet.complementOf(EnumSet.of(this));
      case CLOSED -> EnumSet.of(OPEN);
    };
  }
}
