package qerberos.notice;

/// Whether what an alert tells of goes on. Immutable.
public enum AlertStatus {
  FIRING,
  RESOLVED
}
