package qerberos.logs;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Which request the running thread serves, so that every line logged meanwhile says so. Immutable.
///
/// `squidId` is null until the caller is known; `traceId` when the request brought none.
public record RequestScope(String requestId, @Nullable String squidId, @Nullable String traceId) {
  private static final ScopedValue<RequestScope> CURRENT = ScopedValue.newInstance();

  /// Runs some work for this request and hands back what it gives.
  public <R, X extends Throwable> R call(ScopedValue.CallableOp<? extends R, X> work) throws X {
    return ScopedValue.where(CURRENT, this).call(work);
  }

  /// The request of the running thread.
  public static Optional<RequestScope> current() {
    return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
  }
}
