package qerberos.settings;

import java.time.Duration;

/// How many may hear of notices over a WebSocket at once, and how. Immutable.
///
/// @param most sockets open at once, 1..100,000; default 1,000
/// @param each sockets open at once for one identity or token, 1..100,000; default 16
/// @param ping how often a client has to show that it lives, 100 ms..10 min; default 30 s
public record SocketSettings(int most, int each, Duration ping) {
  public SocketSettings {
    Range.check("socket.most", most, 1, 100_000);
    Range.check("socket.each", each, 1, 100_000);
    Range.check("socket.ping", ping, Duration.ofMillis(100), Duration.ofMinutes(10));
  }

  /// What holds where nothing is configured.
  public static SocketSettings defaults() {
    return new SocketSettings(1_000, 16, Duration.ofSeconds(30));
  }
}
