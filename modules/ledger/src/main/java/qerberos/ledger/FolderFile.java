package qerberos.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/// One open file of a [FolderStorage].
///
/// Safe for concurrent use, interrupts included: see [#patiently].
final class FolderFile implements StoredFile {
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
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? path : key;
  }

  private interface Operation {
    long on(FileChannel open) throws IOException;
  }
}
