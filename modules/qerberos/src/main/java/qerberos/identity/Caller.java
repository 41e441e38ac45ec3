package qerberos.identity;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Somebody who was let in. Immutable.
///
/// - `source`: the name under which their events are recorded, set by us: the sQuid id, or
///   `token:<name>` for a service token.
/// - `identity`: present for people and programs known to sQuid, absent for service tokens.
/// - `permissions`: those a service token carries; for an identity the one that was asked for.
/// - `credential`: a name for the token or signature that may be shown and counted, never a secret.
public record Caller(
    String source,
    @Nullable SquidIdentity identity,
    Set<Permission> permissions,
    Scope scope,
    String credential) {
  public Caller {
    permissions = Set.copyOf(permissions);
  }

  /// The principal for events about this caller.
  public String principal() {
    return identity == null ? source : identity.squidId();
  }

  /// Which events they may see.
  public View view() {
    return switch (scope) {
      case ALL -> new View.Everything();
      case OWN ->
          identity == null ? new View.OfSource(source) : new View.OfActor(identity.squidId());
      case SUBIDENTITY ->
          identity == null || identity.subId() == null
              ? new View.Nothing()
              : new View.OfSubidentity(identity.squidId(), identity.subId());
      case DAO ->
          identity == null || identity.daoId() == null
              ? new View.Nothing()
              : new View.OfDao(identity.daoId());
    };
  }
}
