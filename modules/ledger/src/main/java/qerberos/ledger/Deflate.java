package qerberos.ledger;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// The compression that every JDK has. Slower and looser than zstd, which the service brings along.
///
/// Safe for concurrent use.
public final class Deflate implements Codec {
  private static final int LEVEL = 4;

  @Override
  public String name() {
    return "deflate";
  }

  @Override
  public byte[] compress(byte[] plain, int leaves, int length) {
    try (Deflater deflater = new Deflater(LEVEL, true)) {
      deflater.setInput(plain, 0, length);
      deflater.finish();
      byte[] packed = new byte[length + length / 1000 + 64];
      int filled = 0;
      while (!deflater.finished()) {
        if (filled == packed.length) {
          packed = Arrays.copyOf(packed, packed.length * 2);
        }
        filled += deflater.deflate(packed, filled, packed.length - filled);
      }
      return Arrays.copyOf(packed, filled);
    }
  }

  @Override
  public void expand(byte[] packed, byte[] plain, int length) throws IOException {
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(packed);
      int filled = 0;
      while (filled < length) {
        int more = inflater.inflate(plain, filled, length - filled);
        if (more == 0) {
          throw new IOException("deflate: ends after " + filled + " bytes, want " + length);
        }
        filled += more;
      }
      if (inflater.inflate(new byte[1]) != 0 || !inflater.finished()) {
        throw new IOException("deflate: goes on after " + length + " bytes");
      }
    } catch (DataFormatException e) {
      throw new IOException("deflate: " + e.getMessage(), e);
    }
  }
}
