package qerberos.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which long reads were recorded a while ago, so that going on with one after a lost connection is
/// not recorded once more. What the caller says about it is not believed: only what was recorded
/// here counts.
///
/// Safe for concurrent use.
final class Continued {
  private static final Duration WHILE = Duration.ofHours(1);
  private static final int MOST = 1_000;

  private final InstantSource clock;
  private final Map<String, Instant> recorded =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > MOST;
        }
      };

  Continued(InstantSource clock) {
    this.clock = clock;
  }

  /// Whether this caller must be recorded for this read; from then on it is.
  ///
  /// @param goesOn whether the caller says that it goes on with an earlier one
  boolean isNew(Exchange exchange, String read, boolean goesOn) {
    String key =
        String.join("\n", exchange.caller().source(), exchange.caller().credential(), read);
    Instant now = clock.instant();
    synchronized (recorded) {
      Instant before = recorded.put(key, now);
      boolean known = before != null && now.isBefore(before.plus(WHILE));
      return !goesOn || !known;
    }
  }
}
