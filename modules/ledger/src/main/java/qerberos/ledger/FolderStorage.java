package qerberos.ledger;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Files in a folder of the operating system.
///
/// Java closes a channel under everybody when one thread that reads through it is interrupted, and
/// drops a POSIX lock when any channel on the locked file is closed. So the lock file is opened
/// once and never read, and a file whose channel was closed by an interrupt is opened again,
/// unseen.
///
/// Safe for concurrent use.
public final class FolderStorage implements LogStorage {
  private static final String LOCK = "lock";

  private final Path folder;

  /// @param folder made, with its parents, when the first file in it is
  public FolderStorage(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
  }

  @Override
  public String where() {
    return folder.toString();
  }

  @Override
  public Closeable lock() throws IOException {
    Path file = folder.resolve(LOCK);
    makeParent(file);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held within this process; reported below like any other holder.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new LedgerLocked(folder + ": in use by another process; one ledger, one writer");
    }
    return channel;
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

  private static final class FolderFile implements StoredFile {
    private final String name;
    private final Path path;
    private final Set<? extends OpenOption> options;
    private final Object key;
    private volatile FileChannel channel;
    private volatile boolean closed;

    FolderFile(String name, Path path, Set<? extends OpenOption> options) throws IOException {
      this.name = name;
      this.path = path;
      this.options = options;
      this.channel = FileChannel.open(path, options);
      this.key = identity(path);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() throws IOException {
      return patiently(FileChannel::size);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
      int begin = to.position();
      while (to.hasRemaining()) {
        long at = position + to.position() - begin;
        if (patiently(open -> (long) open.read(to, at)) < 0) {
          break;
        }
      }
      return to.position() - begin;
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      int begin = from.position();
      while (from.hasRemaining()) {
        long at = position + from.position() - begin;
        patiently(open -> (long) open.write(from, at));
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      patiently(open -> open.truncate(size).position());
    }

    @Override
    public void force() throws IOException {
      patiently(
          open -> {
            open.force(false);
            return 0;
          });
    }

    @Override
    public void close() throws IOException {
      synchronized (this) {
        closed = true;
        channel.close();
      }
    }

    /// Does one operation; when an interrupt, of this thread or of another one that used the same
    /// channel, closed the channel under it, opens the file again and does it once more.
    private long patiently(Operation operation) throws IOException {
      boolean interrupted = false;
      try {
        while (true) {
          FileChannel open = channel;
          try {
            return operation.on(open);
          } catch (ClosedByInterruptException e) {
            interrupted |= Thread.interrupted();
            reopen(open);
          } catch (ClosedChannelException e) {
            reopen(open);
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    private synchronized void reopen(FileChannel broken) throws IOException {
      if (closed) {
        throw new ClosedChannelException();
      }
      if (channel.equals(broken)) {
        if (!key.equals(identity(path))) {
          throw new NoSuchFileException(path.toString(), null, "replaced by another file");
        }
        channel = FileChannel.open(path, options);
      }
    }

    /// Which file this is, whatever its name: on POSIX, device and inode.
    private static Object identity(Path path) throws IOException {
      Object key =
          Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class).fileKey();
      return key == null ? path : key;
    }

    private interface Operation {
      long on(FileChannel open) throws IOException;
    }
  }
}
