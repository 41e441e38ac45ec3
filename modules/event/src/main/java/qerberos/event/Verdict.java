package qerberos.event;

/// How what happened ended: allowed, denied, or allowed with a doubt. Immutable.
public enum Verdict {
  ALLOW,
  DENY,
  WARN
}
