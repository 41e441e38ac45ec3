package qerberos.notice;

import java.time.Instant;

/// A message that is to be delivered now.
///
/// Immutable.
///
/// @param attempts how many were begun before
/// @param since when it was to be delivered first
/// @param dueAt since when it is due; whoever takes it first moves this
public record Due(Message message, String channel, int attempts, Instant since, Instant dueAt) {
  /// Whether it was held, or waited for somebody to do something.
  public boolean isLate() {
    return since.isAfter(message.at());
  }
}
