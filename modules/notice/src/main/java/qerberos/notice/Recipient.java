package qerberos.notice;

/// Who hears something, and by which channel. Immutable.
///
/// @param channel as [Channel#name] has it
/// @param address a mailbox, the name of a webhook, or an identity
public record Recipient(String channel, String address) {
  public static Recipient email(String address) {
    return new Recipient("email", address);
  }

  public static Recipient webhook(String name) {
    return new Recipient("webhook", name);
  }

  /// Whoever is connected as that identity, by WebSocket.
  public static Recipient identity(String squidId) {
    return new Recipient("ws", squidId);
  }
}
