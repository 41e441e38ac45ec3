package qerberos.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Files that are small and replaced as a whole.
final class SmallFile {
  /// How a file is called until it is whole; one that a crash left is deleted at the next start.
  static final String DRAFT = ".tmp";

  private SmallFile() {}

  /// Replaces a file in one step. When this returns the new one is safe; a crash before leaves the
  /// old one, whole.
  ///
  /// @param secret whether only the owner may read it
  static void replace(LogStorage storage, String name, byte[] bytes, boolean secret)
      throws IOException {
    String draft = name + DRAFT;
    try (StoredFile file = storage.create(draft, secret)) {
      file.write(ByteBuffer.wrap(bytes), 0);
      file.force();
    }
    storage.rename(draft, name);
    storage.forceFolder(folderOf(name));
  }

  static byte[] read(LogStorage storage, String name) throws IOException {
    try (StoredFile file = storage.openToRead(name)) {
      return file.readAll();
    }
  }

  private static String folderOf(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }
}
