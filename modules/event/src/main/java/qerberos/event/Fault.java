package qerberos.event;

/// One thing that is wrong with what a sender gave: the field and what was wanted. Immutable.
///
/// `field` is a dotted path, `actor.squidId` or `details.items[3].price`; `message` reads on from
/// it: "missing", "length 0, want 1..256".
public record Fault(String field, String message, Kind kind) {
  /// Whether the input is wrong or merely too much.
  public enum Kind {
    /// Not what was asked for.
    INVALID,
    /// Well formed, but beyond a limit of size.
    TOO_LARGE
  }

  /// A path that is longer than this is told without its middle.
  private static final int FIELD_MAX = 300;

  public Fault {
    if (field.length() > FIELD_MAX) {
      field = field.substring(0, FIELD_MAX / 2) + "..." + field.substring(field.length() - 100);
    }
  }

  public Fault(String field, String message) {
    this(field, message, Kind.INVALID);
  }

  /// "actor.squidId: missing".
  @Override
  public String toString() {
    return field + ": " + message;
  }
}
