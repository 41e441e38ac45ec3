package qerberos.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import qerberos.http.ExportFormat;

/// The file of an export while it grows, `FILE.part`, which becomes `FILE` when it is whole. It can
/// always be cut back to its last whole row and gone on with. Used by one thread at a time.
final class ExportFile extends OutputStream {
  private final Path file;
  private final ExportFormat format;
  private final RandomAccessFile part;
  private Rows rows;

  private ExportFile(Path file, ExportFormat format, RandomAccessFile part) {
    this.file = file;
    this.format = format;
    this.part = part;
    this.rows = new Rows(format);
  }

  static Path part(Path file) {
    return file.resolveSibling(file.getFileName() + ".part");
  }

  /// Opens what there is of it, and keeps its whole rows.
  static ExportFile open(Path file, ExportFormat format) throws IOException {
    Path path = part(file);
    var opened = new ExportFile(file, format, new RandomAccessFile(path.toFile(), "rw"));
    try (InputStream in = Files.newInputStream(path)) {
      byte[] piece = new byte[1 << 16];
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        opened.rows.add(piece, 0, read);
      }
    }
    opened.cutBack();
    return opened;
  }

  /// Cuts off what is no whole row, and the heading too when it stands alone.
  void cutBack() throws IOException {
    if (rows.count() == 0) {
      rows = new Rows(format);
    }
    rows.dropRest();
    part.setLength(rows.wholeBytes());
    part.seek(rows.wholeBytes());
  }

  Rows rows() {
    return rows;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    part.write(bytes, offset, length);
    rows.add(bytes, offset, length);
  }

  /// It is whole, and gets its name.
  void finish() throws IOException {
    part.getFD().sync();
    part.close();
    Path ignored = Files.move(part(file), file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() throws IOException {
    part.close();
  }
}
