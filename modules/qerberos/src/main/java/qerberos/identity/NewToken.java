package qerberos.identity;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a new service token shall be able to do. Immutable.
///
/// `name` becomes the source of its events (`token:<name>`), 1 to 64 of `A-Za-z0-9._-`; a second
/// token of the same name is how one is replaced without changing the source. `scope` is `own`
/// (what this name sent) or `all`: a service has no subidentity and no DAO.
public record NewToken(
    String name, Set<Permission> permissions, Scope scope, @Nullable Instant expiresAt) {
  public NewToken {
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException("name: \"" + name + "\", want 1..64 of A-Z a-z 0-9 . _ -");
    }
    if (ServiceTokens.reserved(name)) {
      throw new IllegalArgumentException("name: \"" + name + "\" is one of our own, want another");
    }
    if (permissions.isEmpty()) {
      throw new IllegalArgumentException("permissions: none, want at least one");
    }
    if (scope != Scope.OWN && scope != Scope.ALL) {
      throw new IllegalArgumentException("scope: " + scope.text() + ", want own or all");
    }
    permissions = Set.copyOf(permissions);
  }
}
