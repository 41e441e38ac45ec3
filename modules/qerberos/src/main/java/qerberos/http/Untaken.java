package qerberos.http;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.ledger.Appended;
import qerberos.trail.Prepared;

/// What is said about events that the ledger did not take.
final class Untaken {
  private Untaken() {}

  /// When the ledger took nothing at all, the whole batch is to be sent again.
  static void refuseIfAllAre(List<Appended> appended) {
    long wait = 0;
    for (Appended one : appended) {
      switch (one) {
        case Appended.At _, Appended.Already _, Appended.Conflict _ -> {
          return;
        }
        case Appended.Busy(long retryMillis) -> wait = Math.max(wait, retryMillis);
        case Appended.Failed(String reason) -> throw stopped(reason);
      }
    }
    if (!appended.isEmpty()) {
      throw busy(wait);
    }
  }

  static Refused conflict(Prepared prepared, @Nullable String key) {
    boolean ours = key != null && prepared.event().id().startsWith("key-");
    return ours
        ? Refused.because(
            Code.IDEMPOTENCY_MISMATCH,
            "this Idempotency-Key was used before for another event on this line")
        : Refused.because(
            Code.CONFLICT,
            "id: \"" + prepared.event().id() + "\" was used before for another event");
  }

  static Refused busy(long retryMillis) {
    return Refused.unavailable(
        Code.SERVICE_UNAVAILABLE,
        "too much is waiting to be written; nothing of this was taken",
        Math.ceilDiv(retryMillis, 1_000L));
  }

  static Refused stopped(String reason) {
    return Refused.unavailable(
        Code.SERVICE_UNAVAILABLE, "the ledger takes no events: " + reason, 30);
  }
}
