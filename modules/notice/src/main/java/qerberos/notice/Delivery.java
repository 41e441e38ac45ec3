package qerberos.notice;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How one attempt to deliver a message ended. Immutable.
public sealed interface Delivery {
  /// The other side took it; `detail` is what it said, for the record.
  record Delivered(String detail) implements Delivery {}

  /// It did not, or nobody knows.
  ///
  /// @param permanent true when trying again cannot help
  /// @param retryAfter how long the other side asked us to wait; null when it did not say
  record Failed(String reason, boolean permanent, @Nullable Duration retryAfter)
      implements Delivery {}
}
