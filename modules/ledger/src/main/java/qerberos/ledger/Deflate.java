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
  public byte[] compress(byte[] plain) {
    try (Deflater deflater = new Deflater(LEVEL, true)) {
      deflater.setInput(plain);
      deflater.finish();
      byte[] packed = new byte[plain.length + plain.length / 1000 + 64];
      int length = 0;
      while (!deflater.finished()) {
        if (length == packed.length) {
          packed = Arrays.copyOf(packed, packed.length * 2);
        }
        length += deflater.deflate(packed, length, packed.length - length);
      }
      return Arrays.copyOf(packed, length);
    }
  }

  @Override
  public byte[] expand(byte[] packed, int size) throws IOException {
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(packed);
      byte[] plain = new byte[size];
      int length = 0;
      while (length < size) {
        int more = inflater.inflate(plain, length, size - length);
        if (more == 0) {
          throw new IOException("deflate: ends after " + length + " bytes, want " + size);
        }
        length += more;
      }
      if (inflater.inflate(new byte[1]) != 0 || !inflater.finished()) {
        throw new IOException("deflate: goes on after " + size + " bytes");
      }
      return plain;
    } catch (DataFormatException e) {
      throw new IOException("deflate: " + e.getMessage(), e);
    }
  }
}
