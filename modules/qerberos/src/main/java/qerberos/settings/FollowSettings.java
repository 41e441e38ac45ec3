package qerberos.settings;

import java.time.Duration;

/// How many may follow the log or take parts of it away at once, and how. Immutable.
///
/// @param streams streams open at once, 1..100,000; default 256
/// @param streamsEach streams open at once for one identity or token; default 16
/// @param behindEvents how many entries a live stream may be behind before it passes over what it
///     has not taken, 1..1,000,000,000; default 100,000
/// @param heartbeat after how long without an event a stream says that it lives, 100 ms..10 min;
///     default 15 s
/// @param exports exports running at once, 1..1,000; default 8, half of them for one identity or
///     token
public record FollowSettings(
    int streams, int streamsEach, int behindEvents, Duration heartbeat, int exports) {
  public FollowSettings {
    Range.check("stream.most", streams, 1, 100_000);
    Range.check("stream.each", streamsEach, 1, 100_000);
    Range.check("stream.behind", behindEvents, 1, 1_000_000_000);
    Range.check("stream.heartbeat", heartbeat, Duration.ofMillis(100), Duration.ofMinutes(10));
    Range.check("export.most", exports, 1, 1_000);
  }

  /// What holds where nothing is configured.
  public static FollowSettings defaults() {
    return new FollowSettings(256, 16, 100_000, Duration.ofSeconds(15), 8);
  }
}
