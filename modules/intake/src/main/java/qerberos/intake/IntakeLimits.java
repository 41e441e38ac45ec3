package qerberos.intake;

/// How much one request may bring. Immutable.
///
/// @param events lines or elements, at least 1
/// @param bytes of the body once expanded, at least 1
public record IntakeLimits(int events, int bytes) {
  /// 10,000 events or 16 MiB.
  public static final IntakeLimits DEFAULT = new IntakeLimits(10_000, 16 << 20);

  public IntakeLimits {
    if (events < 1) {
      throw new IllegalArgumentException("events: " + events + ", want at least 1");
    }
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: " + bytes + ", want at least 1");
    }
  }
}
