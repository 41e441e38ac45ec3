package qerberos.identity;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Refusals of one kind, to be recorded as one event with verdict DENY. Immutable.
///
/// - `code`: why; `permission`: what was asked for, absent when nobody got that far.
/// - `identity`: who, verified by sQuid or a service token's name; absent for strangers.
/// - `claimed`: who they said they were without proof, in the first request of the kind.
/// - `network`: where from, as /24 or /64; `*` when too many networks came at once.
/// - `address`, `agent`: of the last request of the kind.
/// - `count`: how many requests this event stands for, between `first` and `last`.
public record Refusal(
    AccessCode code,
    @Nullable Permission permission,
    @Nullable String identity,
    @Nullable String claimed,
    String network,
    String address,
    String agent,
    long count,
    Instant first,
    Instant last) {

  /// `permission.denied` for somebody known, `auth.login` for a failed attempt to get in.
  public String type() {
    return code == AccessCode.QONSENT_DENIED ? "permission.denied" : "auth.login";
  }
}
