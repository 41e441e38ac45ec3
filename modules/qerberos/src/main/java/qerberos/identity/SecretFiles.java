package qerberos.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.Supplier;

/// The folder of tokens and keys: mode 0700, each file 0600, each made once and forced to disk.
/// Safe for concurrent use, also by several processes: the first one to link a file into place
/// wins, and everybody reads what it wrote.
final class SecretFiles {
  private static final FileAttribute<?> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path folder;

  SecretFiles(Path folder) {
    this.folder = folder;
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  /// The text of this file, made by `maker` when the file is missing.
  String once(String name, Supplier<String> maker) throws IOException {
    Optional<String> present = read(name);
    if (present.isPresent()) {
      return present.get();
    }
    Path file = path(name).toAbsolutePath();
    Path parent = file.getParent();
    if (parent == null) {
      throw new IOException(file + ": not a file");
    }
    Files.createDirectories(parent, FOLDER);
    Path draft = Files.createTempFile(parent, String.valueOf(file.getFileName()), ".new", FILE);
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap((maker.get() + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        int ignored = channel.write(bytes);
      }
      channel.force(true);
    }
    try {
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      // somebody else was first, and theirs holds
    } finally {
      Files.deleteIfExists(draft);
    }
    return read(name)
        .orElseThrow(() -> new IOException(file + ": vanished while it was being made"));
  }

  /// The text without the line end; empty when there is no such file. An empty file is an error.
  Optional<String> read(String name) throws IOException {
    try {
      String text = Files.readString(path(name)).strip();
      if (text.isEmpty()) {
        throw new IOException(path(name) + ": empty; remove it to have a new one made");
      }
      return Optional.of(text);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
