package qerberos.bus;

/// What consumers of a topic are told about one entry of the log. Immutable.
public final class Message {
  private final Topic topic;
  private final long leafIndex;
  private final byte[] json;

  /// @param json its own from now on
  Message(Topic topic, long leafIndex, byte[] json) {
    this.topic = topic;
    this.leafIndex = leafIndex;
    this.json = json;
  }

  public Topic topic() {
    return topic;
  }

  /// The place of the entry in the log, from 0; with the topic it names the message.
  public long leafIndex() {
    return leafIndex;
  }

  /// The whole message as UTF-8, without a line break; not a copy, not to be changed.
  public byte[] json() {
    return json;
  }
}
