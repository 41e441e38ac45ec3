package qerberos.identity;

import java.time.Duration;
import java.util.Optional;

/// The answer to "may this request go on?". Immutable.
public sealed interface Decision {
  /// Go on as `caller`; `login` when this session was never seen before.
  record Granted(Caller caller, Optional<Login> login) implements Decision {}

  /// Answer 401 or 403 with this code and message; `record` when an event is due at once (the
  /// further ones come from [Refusals#due]).
  record Denied(AccessCode code, String message, Optional<Refusal> record) implements Decision {}

  /// Answer 429: a stranger tries too often; `record` as above.
  record TooMany(Allowance.Exceeded allowance, Optional<Refusal> record) implements Decision {}

  /// Answer 503 with `Retry-After`.
  record Unavailable(AccessCode code, String message, Duration retryAfter) implements Decision {}
}
