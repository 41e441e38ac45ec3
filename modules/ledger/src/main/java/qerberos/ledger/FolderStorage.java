package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Files in a folder of the operating system.
///
/// Java closes a channel under everybody when one thread that reads through it is interrupted, and
/// drops a POSIX lock when any channel on the locked file is closed. So a file whose channel was
/// closed by an interrupt is opened again, unseen ([FolderFile]), and the lock file is opened by
/// the lock's holder alone; other parts of this process are turned away before they touch it.
///
/// Safe for concurrent use.
public final class FolderStorage implements LogStorage {
  private static final String LOCK = "lock";

  /// Folders that this process has locked.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path folder;

  private @Nullable Closeable ahead;

  /// @param folder made, with its parents, when the first file in it is
  public FolderStorage(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  @Override
  public String where() {
    return folder.toString();
  }

  /// Takes the lock now, for whoever asks for it here next: it is decided who writes before
  /// anything else is opened. [#release] gives back one that nobody asked for.
  ///
  /// @return false when another process has it
  public synchronized boolean lockAhead() throws IOException {
    if (ahead != null) {
      return true;
    }
    try {
      ahead = lock();
      return true;
    } catch (LedgerLocked e) {
      return false;
    }
  }

  /// Gives back a lock that was taken ahead and that nobody has asked for since.
  public synchronized void release() throws IOException {
    Closeable unused = ahead;
    ahead = null;
    if (unused != null) {
      unused.close();
    }
  }

  @Override
  public synchronized Closeable lock() throws IOException {
    Closeable taken = ahead;
    if (taken != null) {
      ahead = null;
      return taken;
    }
    makeParent(folder.resolve(LOCK));
    Path real = folder.toRealPath();
    if (!HELD.add(real)) {
      throw new LedgerLocked(folder + ": already open in this process; one ledger, one writer");
    }
    FileChannel channel = null;
    FileLock lock = null;
    try {
      channel =
          FileChannel.open(real.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lock = channel.tryLock();
    } finally {
      if (lock == null) {
        release(real, channel);
      }
    }
    if (lock == null) {
      throw new LedgerLocked(folder + ": in use by another process; one ledger, one writer");
    }
    FileChannel held = channel;
    return () -> release(real, held);
  }

  private static void release(Path real, @Nullable FileChannel channel) throws IOException {
    try (channel) {
      // closing lets go of the lock
    } finally {
      HELD.remove(real);
    }
  }

  @Override
  public long size(String name) throws IOException {
    return Files.size(folder.resolve(name));
  }

  @Override
  public List<String> list(String name) throws IOException {
    Path path = folder.resolve(name);
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> file.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  @Override
  public StoredFile create(String name, boolean secret) throws IOException {
    Path file = folder.resolve(name);
    makeParent(file);
    Files.deleteIfExists(file);
    if (secret && Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(file);
    }
    return open(name);
  }

  @Override
  public StoredFile open(String name) throws IOException {
    return new FolderFile(
        name, folder.resolve(name), Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public StoredFile openToRead(String name) throws IOException {
    return new FolderFile(name, folder.resolve(name), Set.of(StandardOpenOption.READ));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(folder.resolve(from), folder.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name));
  }

  @Override
  public void forceFolder(String name) throws IOException {
    force(folder.resolve(name));
  }

  private static void makeParent(Path file) throws IOException {
    Path parent = file.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      Path missing = parent;
      while (missing.getParent() != null && !Files.isDirectory(missing.getParent())) {
        missing = missing.getParent();
      }
      Files.createDirectories(parent);
      for (Path made = parent; made != null; made = made.getParent()) {
        if (made.getParent() != null) {
          force(made.getParent());
        }
        if (made.equals(missing)) {
          break;
        }
      }
    }
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
