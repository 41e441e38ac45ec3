package qerberos.logs;

import java.util.logging.LogManager;

/// The JDK's log manager, but one that does not fall silent when the process is told to end.
///
/// The original drops every handler as soon as the shutdown begins, beside our own last steps,
/// whose errors would be lost. [Logs#close] closes ours instead. Chosen by a system property before
/// anything is logged. Safe for concurrent use.
public final class LastingLogging extends LogManager {
  @Override
  public void reset() {
    // Only the shutdown asks for it; see above.
  }
}
