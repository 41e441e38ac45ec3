package qerberos.service;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import qerberos.ledger.FolderStorage;
import qerberos.service.StartRefused.Reason;

/// The data folder before anything is opened in it: made with mode 0700 when it is missing, and
/// tried for writing, so that a read-only or full disk is one sentence. Immutable.
final class DataFolder {
  private static final Set<PosixFilePermission> OURS =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /// Less than this and the start is refused: the log preallocates its segments.
  private static final long ROOM_BYTES = 64L << 20;

  private DataFolder() {}

  /// Returns when no process has the folder. Asked before the ports: whoever starts twice is to
  /// hear that the server runs already, not that something has its port.
  ///
  /// @throws qerberos.ledger.LedgerLocked when one has
  static void requireNobodyThere(Path data) throws IOException {
    Path ledger = data.resolve("ledger");
    if (Files.exists(ledger.resolve("lock"))) {
      new FolderStorage(ledger).lock().close();
    }
  }

  static void prepare(Path data) throws IOException, StartRefused {
    if (Files.exists(data) && !Files.isDirectory(data)) {
      throw new StartRefused(Reason.CANNOT_WRITE, data + ": is a file, want a folder");
    }
    if (!Files.exists(data)) {
      Files.createDirectories(data);
      if (data.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.setPosixFilePermissions(data, OURS);
      }
    }
    Path probe = data.resolve(".writable-" + ProcessHandle.current().pid());
    Files.write(probe, new byte[4096]);
    Files.delete(probe);
    FileStore disk = Files.getFileStore(data);
    if (disk.getUsableSpace() < ROOM_BYTES) {
      throw new StartRefused(
          Reason.CANNOT_WRITE,
          data
              + ": its disk has "
              + (disk.getUsableSpace() >> 20)
              + " MB left, want at least "
              + (ROOM_BYTES >> 20)
              + " MB; free some, or choose another folder with --data");
    }
  }
}
