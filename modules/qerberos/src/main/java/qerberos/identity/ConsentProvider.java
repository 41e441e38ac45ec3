package qerberos.identity;

/// Qonsent: may this identity do this? Safe for concurrent use; calls block, at most about twice
/// the configured time-out.
public interface ConsentProvider {
  /// `address` and `agent` are passed on as the context of the question.
  Consent check(SquidIdentity identity, Permission permission, String address, String agent);

  /// How Qonsent fares; answers from memory when it was asked within the last seconds.
  UpstreamHealth health();
}
