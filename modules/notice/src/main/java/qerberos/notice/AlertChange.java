package qerberos.notice;

import org.jspecify.annotations.Nullable;

/// What is new about an alert that was told. Immutable.
public enum AlertChange {
  /// It fires, and nobody knew.
  FIRED,
  /// It fires once more after it was resolved. That may be a late repetition, which will be
  /// followed by one of its resolution; taken for that, a real alert could be missed.
  FIRED_AGAIN,
  /// Nothing: the sender repeats what it said.
  REPEATED,
  /// It is over.
  RESOLVED;

  /// From what was known to what is said now.
  ///
  /// @param known null when this alert was never told
  public static AlertChange of(@Nullable AlertStatus known, AlertStatus now) {
    return switch (now) {
      case FIRING ->
          switch (known) {
            case null -> FIRED;
            case FIRING -> REPEATED;
            case RESOLVED -> FIRED_AGAIN;
          };
      case RESOLVED -> known == AlertStatus.RESOLVED ? REPEATED : RESOLVED;
    };
  }

  /// Whether it now fires and did not before.
  public boolean begins() {
    return this == FIRED || this == FIRED_AGAIN;
  }
}
