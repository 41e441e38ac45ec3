package qerberos.notice;

/// One way by which a notice goes out: the name of a channel, and whom it knows there. Immutable.
public record Way(String channel, String address) {
  /// To a mailbox.
  public static Way email(String address) {
    return new Way("email", address);
  }

  /// To the webhook of that name.
  public static Way webhook(String name) {
    return new Way("webhook", name);
  }

  /// To whoever is connected as that identity, by WebSocket.
  public static Way ws(String squidId) {
    return new Way("ws", squidId);
  }
}
