package qerberos.notice;

/// What came of an acknowledgement. Immutable.
public sealed interface Acknowledged {
  /// The alert as it is now, and how many escalations nobody has to send any more.
  record Now(KnownAlert alert, int spared) implements Acknowledged {}

  /// Somebody had said so before; the alert tells who and when.
  record Already(KnownAlert alert) implements Acknowledged {}

  /// The alert is over, and nobody had.
  record Over(KnownAlert alert) implements Acknowledged {}
}
