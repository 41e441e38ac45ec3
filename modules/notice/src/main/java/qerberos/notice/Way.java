package qerberos.notice;

import java.time.Instant;

/// One way by which a notice goes out: the name of a channel, and whom it knows there. Immutable.
///
/// @param notBefore until when it is held; [#AT_ONCE] when it is not
public record Way(String channel, String address, Instant notBefore) {
  /// The channel to whoever is connected.
  public static final String WS = "ws";

  /// Longer ago than anything that is said.
  public static final Instant AT_ONCE = Instant.EPOCH;

  /// Goes out at once.
  public Way(String channel, String address) {
    this(channel, address, AT_ONCE);
  }

  /// To a mailbox.
  public static Way email(String address) {
    return new Way("email", address);
  }

  /// To the webhook of that name.
  public static Way webhook(String name) {
    return new Way("webhook", name);
  }

  /// To whoever is connected as that identity, by WebSocket, or as [Notice#OPERATORS].
  public static Way ws(String recipient) {
    return new Way(WS, recipient);
  }

  /// Whether it leads to a webhook.
  public boolean isWebhook() {
    return channel.equals("webhook");
  }

  /// The same way, held until then.
  Way held(Instant until) {
    return new Way(channel, address, until);
  }
}
