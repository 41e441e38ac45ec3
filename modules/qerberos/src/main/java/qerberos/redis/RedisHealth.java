package qerberos.redis;

/// Whether Redis can be asked now. Immutable.
public sealed interface RedisHealth {
  /// None is configured.
  record Off() implements RedisHealth {}

  /// A script that writes was run within `latencyMillis`.
  record Up(long latencyMillis) implements RedisHealth {}

  /// It was not; `reason` is one sentence that names where Redis should be, and no password.
  record Down(String reason) implements RedisHealth {}
}
