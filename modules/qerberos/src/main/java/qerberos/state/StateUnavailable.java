package qerberos.state;

import java.io.IOException;
import java.time.Duration;

/// The state cannot be asked now. A read told nothing; a write was not made or nobody knows, and
/// may be tried again: every write of this package can be repeated.
@SuppressWarnings("serial")
public final class StateUnavailable extends IOException {
  private final Duration retryAfter;

  StateUnavailable(String message, Duration retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }

  StateUnavailable(String message, Duration retryAfter, Throwable cause) {
    super(message, cause);
    this.retryAfter = retryAfter;
  }

  /// When it is worth asking again, at least one second.
  public Duration retryAfter() {
    return retryAfter;
  }
}
