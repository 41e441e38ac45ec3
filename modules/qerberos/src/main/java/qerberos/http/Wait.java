package qerberos.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import qerberos.ledger.TlogProof;
import qerberos.trail.Trail;

/// What to wait for before answering.
enum Wait {
  NOTHING,
  PROOF,
  INDEXED;

  private static final Set<String> PARAMETERS = Set.of("wait");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// What the caller wants, by `?wait=`.
  static Wait of(Exchange exchange) {
    String text = exchange.params(PARAMETERS).text("wait").orElse("");
    return switch (text) {
      case "" -> NOTHING;
      case "proof" -> PROOF;
      case "indexed" -> INDEXED;
      default ->
          throw Refused.field("wait", "\"" + Params.shortened(text) + "\", want proof or indexed");
    };
  }

  /// Waits, for the event at this index; gives the proof when that was it.
  @Nullable String until(Trail trail, Exchange exchange, long index) throws Exception {
    switch (this) {
      case NOTHING -> {
        return null;
      }
      case PROOF -> {
        exchange.waits();
        try {
          TlogProof proof = trail.proofs().of(index, PATIENCE);
          return proof.toString();
        } catch (TimeoutException e) {
          throw Refused.unavailable(
              Code.SERVICE_UNAVAILABLE,
              "recorded at index " + index + ", but no checkpoint came in time",
              1);
        }
      }
      case INDEXED -> {
        exchange.waits();
        if (!trail.search().awaitIndexed(index + 1, PATIENCE)) {
          throw Refused.unavailable(
              Code.SERVICE_UNAVAILABLE,
              "recorded at index " + index + ", but the index did not come that far in time",
              1);
        }
        return null;
      }
    }
    throw new IllegalStateException("another way to wait");
  }
}
