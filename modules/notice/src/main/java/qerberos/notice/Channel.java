package qerberos.notice;

/// A way to reach people. Safe for concurrent use.
public interface Channel {
  /// What its deliveries are called in events: `email`, `webhook`, `ws`.
  String name();

  /// Tries once. Never throws for what the other side does.
  Delivery deliver(Message message) throws InterruptedException;

  /// How many messages it takes side by side, each on a thread of its own; one after the other
  /// unless it says otherwise.
  default int atOnce() {
    return 1;
  }
}
