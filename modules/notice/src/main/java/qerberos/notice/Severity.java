package qerberos.notice;

/// How much it matters. Immutable.
public enum Severity {
  INFO,
  WARNING,
  CRITICAL
}
