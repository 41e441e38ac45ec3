package qerberos.notice;

/// One way by which a notice goes out: the name of a channel, and whom it knows there. Immutable.
public record Way(String channel, String address) {
  /// The channel to whoever is connected.
  public static final String WS = "ws";

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
}
