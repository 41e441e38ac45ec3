package qerberos.notice;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Keeps them in memory, or fails, as a test wants it.
final class KeptMails implements SentMails {
  volatile Map<String, List<Instant>> kept = Map.of();
  volatile boolean broken;

  @Override
  public Map<String, List<Instant>> kept() throws IOException {
    if (broken) {
      throw new IOException("the state is gone");
    }
    return kept;
  }

  @Override
  public void keep(Map<String, List<Instant>> sent) throws IOException {
    if (broken) {
      throw new IOException("the state is gone");
    }
    kept = Map.copyOf(sent);
  }
}
