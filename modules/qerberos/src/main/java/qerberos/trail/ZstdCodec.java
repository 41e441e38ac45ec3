package qerberos.trail;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import qerberos.ledger.Codec;

/// Compresses sealed bundles with Zstandard, for the ledger, which itself knows the JDK alone.
///
/// Level 3: the entries of a bundle are alike, so higher levels cost more than they save.
///
/// Safe for concurrent use.
public final class ZstdCodec implements Codec {
  private static final int LEVEL = 3;

  @Override
  public String name() {
    return "zstd";
  }

  @Override
  public byte[] compress(byte[] plain) {
    return Zstd.compress(plain, LEVEL);
  }

  /// @throws IOException when the bytes are not what [#compress] made of `size` bytes
  @Override
  public byte[] expand(byte[] compressed, int size) throws IOException {
    byte[] plain;
    try {
      plain = Zstd.decompress(compressed, size);
    } catch (RuntimeException e) {
      throw new IOException("zstd: " + e.getMessage(), e);
    }
    if (plain.length != size) {
      throw new IOException("zstd: " + plain.length + " bytes, want " + size);
    }
    return plain;
  }
}
