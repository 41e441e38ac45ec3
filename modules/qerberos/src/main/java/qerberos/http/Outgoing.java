package qerberos.http;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;

/// The body of an answer on its way out. Tells whoever writes apart: a reader who is gone
/// ([ReaderGone]) from a fault of our own. Used by one thread at a time.
final class Outgoing extends OutputStream {
  /// The other end has closed, was too slow, or was let go.
  static final class ReaderGone extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    ReaderGone(Exception e) {
      super("the reader is gone", e);
    }
  }

  private interface Write {
    void run() throws IOException;
  }

  private final OutputStream out;

  Outgoing(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    tried(() -> out.write(b));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    tried(() -> out.write(bytes, offset, length));
  }

  @Override
  public void flush() throws IOException {
    tried(out::flush);
  }

  @Override
  public void close() throws IOException {
    tried(out::close);
  }

  private static void tried(Write write) throws IOException {
    try {
      write.run();
    } catch (IOException | RuntimeException e) {
      throw new ReaderGone(e);
    }
  }
}
