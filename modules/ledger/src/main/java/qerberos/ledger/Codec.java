package qerberos.ledger;

import java.io.IOException;

/// How full segments are compressed. The name is written into every file, so a ledger may change
/// its codec and still read what it wrote before.
///
/// Implementations are safe for concurrent use.
public interface Codec {
  /// 1 to 16 characters of `a-z0-9-`.
  String name();

  byte[] compress(byte[] plain);

  /// Gives back what was compressed.
  ///
  /// @param size how many bytes must come out
  /// @throws IOException when the bytes are not what `compress` made of `size` bytes
  byte[] expand(byte[] packed, int size) throws IOException;
}
