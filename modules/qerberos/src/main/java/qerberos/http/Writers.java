package qerberos.http;

import java.util.Optional;

/// Knows which process of the folder writes.
public interface Writers {
  /// The one that writes now, as far as the folder says; empty while there is none.
  Optional<WriterDoor> now();

  /// It did not answer: the sooner another one takes over, the shorter everybody waits.
  void lost(WriterDoor writer);
}
