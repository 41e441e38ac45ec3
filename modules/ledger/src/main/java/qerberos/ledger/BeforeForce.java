package qerberos.ledger;

import java.io.IOException;

/// What must be durable before the next entries are: the writer runs it before each frame. When it
/// throws, nothing of that frame is written and the ledger takes no more entries.
@FunctionalInterface
public interface BeforeForce {
  void run() throws IOException;
}
