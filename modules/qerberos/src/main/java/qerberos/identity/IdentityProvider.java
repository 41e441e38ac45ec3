package qerberos.identity;

/// sQuid, as far as we need it: who does this token, this signature belong to? Safe for concurrent
/// use; calls block, at most about twice the configured time-out.
public interface IdentityProvider {
  /// Asks about a bearer token.
  Verification verifyToken(String token);

  /// Asks whether a signature is good; a verdict about this one request, not to be remembered.
  Verification verifySignature(SignedRequest request);

  /// Asks whether an identity exists and is in good standing, and for which DAO it acts.
  Verification standing(String squidId);

  /// How sQuid fares; answers from memory when it was asked within the last seconds.
  UpstreamHealth health();
}
