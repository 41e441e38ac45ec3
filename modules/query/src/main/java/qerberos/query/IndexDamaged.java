package qerberos.query;

import java.io.IOException;
import java.nio.file.Path;

/// The index cannot be used: bytes are wrong or missing, or it has another format. Nothing is lost,
/// since all of it comes from the log: [EventIndex#delete] it, open it again and let the follower
/// read the log from the start.
public final class IndexDamaged extends IOException {
  private final Path folder;

  IndexDamaged(Path folder, String reason, Throwable cause) {
    super(folder + ": " + reason, cause);
    this.folder = folder;
  }

  IndexDamaged(Path folder, String reason) {
    super(folder + ": " + reason);
    this.folder = folder;
  }

  /// The folder of the index.
  public Path folder() {
    return folder;
  }
}
