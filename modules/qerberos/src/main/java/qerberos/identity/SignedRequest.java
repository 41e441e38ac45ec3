package qerberos.identity;

/// What a signed request claims. `signature` is as sent (base64, base64url or hex), `timestamp` in
/// epoch milliseconds, `payload` what was signed: `method\npath\nts\nsha256(body)`, or the body
/// alone in the old form. Immutable.
public record SignedRequest(String squidId, String signature, long timestamp, String payload) {}
