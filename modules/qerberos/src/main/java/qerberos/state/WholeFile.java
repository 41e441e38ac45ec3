package qerberos.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Small files that are exchanged as a whole. Safe for concurrent use on different files.
public final class WholeFile {
  /// What the name of the file that takes the place of another ends with, until it does.
  public static final String DRAFT = ".new";

  private WholeFile() {}

  /// Writes a file anew, in one step: a crash leaves the old one or the new one, whole. The new one
  /// is durable on return. Two at once on the same file are for the caller to prevent.
  ///
  /// @throws IOException the old one is still there, unless the very last step failed
  public static void replace(Path file, byte[] bytes) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + DRAFT);
    try (FileChannel out =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        int ignored = out.write(rest);
      }
      out.force(true);
    }
    Path ignored = Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      forceFolder(folder);
    }
  }

  /// Makes the names in a folder durable: what was made, renamed or deleted there.
  public static void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
