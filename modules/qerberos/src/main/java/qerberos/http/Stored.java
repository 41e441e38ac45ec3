package qerberos.http;

import java.io.UncheckedIOException;
import qerberos.state.StateUnavailable;

/// Answers 503 with `Retry-After` while the state, which a route needs, cannot be asked. Immutable.
final class Stored {
  private Stored() {}

  static Route.Handler orUnavailable(Route.Handler handler) {
    return exchange -> {
      try {
        return handler.handle(exchange);
      } catch (StateUnavailable e) {
        throw unavailable(e);
      } catch (UncheckedIOException e) {
        throw Refused.unavailable(Code.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()), 5);
      }
    };
  }

  static Refused unavailable(StateUnavailable e) {
    return Refused.unavailable(
        Code.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()), e.retryAfter().toSeconds());
  }
}
