package qerberos.http;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import qerberos.ledger.LogStorage;
import qerberos.ledger.StoredFile;

/// A real folder whose disk can be told to fail every write and force from now on; reads go on.
final class DiskThatFails implements LogStorage {
  /// Asked before each write and force, with the name of the file or folder.
  interface Before {
    void writing(String name) throws IOException;
  }

  private final LogStorage real;
  private final Before before;

  DiskThatFails(LogStorage real, AtomicBoolean failing) {
    this(
        real,
        _ -> {
          if (failing.get()) {
            throw new IOException("No space left on device");
          }
        });
  }

  DiskThatFails(LogStorage real, Before before) {
    this.real = real;
    this.before = before;
  }

  private void check(String name) throws IOException {
    before.writing(name);
  }

  @Override
  public String where() {
    return real.where();
  }

  @Override
  public Closeable lock() throws IOException {
    return real.lock();
  }

  @Override
  public List<String> list(String folder) throws IOException {
    return real.list(folder);
  }

  @Override
  public long size(String name) throws IOException {
    return real.size(name);
  }

  @Override
  public StoredFile create(String name, boolean secret) throws IOException {
    check(name);
    return new File(real.create(name, secret));
  }

  @Override
  public StoredFile open(String name) throws IOException {
    return new File(real.open(name));
  }

  @Override
  public StoredFile openToRead(String name) throws IOException {
    return real.openToRead(name);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    check(to);
    real.rename(from, to);
  }

  @Override
  public void delete(String name) throws IOException {
    check(name);
    real.delete(name);
  }

  @Override
  public void forceFolder(String folder) throws IOException {
    check(folder);
    real.forceFolder(folder);
  }

  private final class File implements StoredFile {
    private final StoredFile file;

    File(StoredFile file) {
      this.file = file;
    }

    @Override
    public String name() {
      return file.name();
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
      return file.read(to, position);
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      check(file.name());
      file.write(from, position);
    }

    @Override
    public void truncate(long size) throws IOException {
      check(file.name());
      file.truncate(size);
    }

    @Override
    public void force() throws IOException {
      check(file.name());
      file.force();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
