package qerberos.notice;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Remembers when mails went to whom, beyond the life of the process: a restart allows nobody more
/// mails within an hour. A port; used by one thread at a time.
public interface SentMails {
  /// What was kept last; empty when nothing was.
  ///
  /// @throws IOException it cannot be asked
  Map<String, List<Instant>> kept() throws IOException;

  /// Keeps all of this in place of what was kept.
  ///
  /// @param sent by recipient, the mails that count
  /// @throws IOException nobody knows whether it was kept
  void keep(Map<String, List<Instant>> sent) throws IOException;
}
