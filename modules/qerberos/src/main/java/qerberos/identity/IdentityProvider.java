package qerberos.identity;

/// sQuid, as far as we need it: who does this token, this signature belong to? Safe for concurrent
/// use; calls block, at most about twice the configured time-out.
public interface IdentityProvider {
  /// Asks about a bearer token.
  Verification verifyToken(String token);

  /// Asks about a signature, and whether its identity is in good standing.
  Verification verifySignature(SignedRequest request);

  /// How sQuid fares; answers from memory when it was asked within the last seconds.
  UpstreamHealth health();
}
