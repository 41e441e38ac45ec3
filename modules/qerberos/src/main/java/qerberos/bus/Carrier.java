package qerberos.bus;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Where messages are put for consumers outside of the process. A port.
///
/// It keeps one row of messages for each topic, in the order of the log, and refuses one that is
/// not behind the last of its topic: whatever is carried again is there once. Used by one thread at
/// a time.
public interface Carrier extends AutoCloseable {
  /// How far it has come on one topic.
  ///
  /// @param leafIndex of the last message it took
  /// @param json that message; empty when it does not keep it any more
  record Last(long leafIndex, Optional<byte[]> json) {}

  /// Begins, or begins again after a failure; says what it has of `audit.logged`, empty for
  /// nothing.
  ///
  /// @throws IOException it cannot be reached
  Optional<Last> begin() throws IOException;

  /// Takes messages, in this order, all or none.
  ///
  /// @throws IOException nobody knows which
  void carry(List<Message> messages) throws IOException;

  /// How many messages of a topic it keeps at least.
  long keeps();

  @Override
  void close();
}
