package qerberos.state;

import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What is kept of an access token: never the token itself, only the SHA-256 of it (tokens are 256
/// random bits, so nothing slower is needed). `id` may be shown to people. Immutable.
public record StoredToken(
    String id,
    String name,
    String hash,
    String scope,
    Set<String> permissions,
    Instant createdAt,
    String createdBy,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt,
    @Nullable Instant lastUsedAt) {
  public StoredToken {
    permissions = java.util.Collections.unmodifiableSet(new TreeSet<>(permissions));
    if (!hash.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("hash: want 64 lower-case hex digits");
    }
  }
}
