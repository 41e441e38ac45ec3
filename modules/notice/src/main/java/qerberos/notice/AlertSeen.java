package qerberos.notice;

import java.util.List;

/// What became of an alert that was told.
///
/// Immutable.
///
/// @param count how often it was told, this time included
/// @param heard names of the webhooks that heard that it fires, or may have, or are still to, by an
///     escalation too; empty unless it is over now
public record AlertSeen(Alert alert, AlertChange change, long count, List<String> heard) {
  public AlertSeen {
    heard = List.copyOf(heard);
  }
}
