package qerberos.http;

import java.net.URI;
import java.time.Instant;

/// Where the process that writes takes what the others of its folder pass on. Immutable.
///
/// @param inner reached from this machine alone
/// @param secret whoever knows it is believed about where a request came from
/// @param url where everybody reaches that process
/// @param since when it began to write
public record WriterDoor(URI inner, String secret, URI url, long pid, Instant since) {
  /// Without the secret: this may come into a log.
  @Override
  public String toString() {
    return url + " (process " + pid + ")";
  }
}
