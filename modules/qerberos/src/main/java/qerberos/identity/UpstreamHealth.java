package qerberos.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How a service we depend on fares, as `/health` tells it. Immutable.
public record UpstreamHealth(
    Status status, long latencyMillis, Instant lastCheck, @Nullable String error) {

  public enum Status {
    UP,
    DEGRADED,
    DOWN
  }
}
