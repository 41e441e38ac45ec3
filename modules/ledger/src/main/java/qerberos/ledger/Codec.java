package qerberos.ledger;

import java.io.IOException;

/// How full segments are compressed. The name is written into every file, so a ledger may change
/// its codec and still read what it wrote before.
///
/// Implementations are safe for concurrent use.
public interface Codec {
  /// 1 to 16 characters of `a-z0-9-`.
  String name();

  /// Compresses the bytes of one bundle: for each entry the length of its leaf (2 bytes) and the
  /// leaf, then for each entry the length of its attachment (4 bytes), then the checksums. A codec
  /// may use that, and must give back any bytes.
  ///
  /// @param plain the bytes, from the array's beginning on
  /// @param leaves how many of them are leaves and their lengths; 0 when nothing is to be made of
  ///     that, as after a failure
  /// @param length how many there are
  byte[] compress(byte[] plain, int leaves, int length);

  /// Writes what was compressed to the beginning of an array.
  ///
  /// @param length how many bytes must come out
  /// @throws IOException when the bytes are not what `compress` made of `length` bytes; what the
  ///     array then holds is of no use
  void expand(byte[] packed, byte[] plain, int length) throws IOException;
}
