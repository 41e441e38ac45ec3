package qerberos.state;

/// Whether the state can be asked now. Immutable.
public sealed interface StateHealth {
  /// It answered within `latencyMillis`.
  record Up(long latencyMillis) implements StateHealth {}

  /// It did not; `reason` is one sentence that names the database and, where we know one, the
  /// remedy.
  record Down(String reason) implements StateHealth {}
}
