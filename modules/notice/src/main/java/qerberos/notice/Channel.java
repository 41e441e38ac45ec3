package qerberos.notice;

/// A way to reach people. Safe for concurrent use.
public interface Channel {
  /// What its deliveries are called in events: `email`, `webhook`, `ws`.
  String name();

  /// Tries once. Never throws for what the other side does.
  Delivery deliver(Message message) throws InterruptedException;
}
