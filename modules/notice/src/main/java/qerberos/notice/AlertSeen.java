package qerberos.notice;

/// What became of an alert that was told.
///
/// Immutable.
///
/// @param count how often it was told, this time included
public record AlertSeen(Alert alert, AlertChange change, long count) {}
