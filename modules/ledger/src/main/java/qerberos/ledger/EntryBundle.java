package qerberos.ledger;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The bytes under which up to 256 consecutive entries are served: each is its length as two bytes,
/// big-endian, and then itself.
public final class EntryBundle {
  /// The longest entry a log takes, in bytes.
  public static final int LONGEST_ENTRY = 65_535;

  private EntryBundle() {}

  /// @throws IllegalArgumentException for no or more than 256 entries, or one that is too long
  public static byte[] encode(List<byte[]> entries) {
    if (entries.isEmpty() || entries.size() > TilePath.FULL) {
      throw new IllegalArgumentException("bundle: " + entries.size() + " entries, want 1..256");
    }
    int size = 0;
    for (byte[] entry : entries) {
      if (entry.length > LONGEST_ENTRY) {
        throw new IllegalArgumentException(
            "entry: " + entry.length + " bytes, want at most " + LONGEST_ENTRY);
      }
      size += Short.BYTES + entry.length;
    }
    ByteBuffer bundle = ByteBuffer.allocate(size);
    entries.forEach(entry -> bundle.putShort((short) entry.length).put(entry));
    return bundle.array();
  }

  /// @param width how many entries it must hold, 1..256
  /// @throws IllegalArgumentException saying at which entry and byte it is wrong
  public static List<byte[]> decode(byte[] bundle, int width) {
    if (width < 1 || width > TilePath.FULL) {
      throw new IllegalArgumentException("bundle: width " + width + ", want 1..256");
    }
    ByteBuffer rest = ByteBuffer.wrap(bundle);
    List<byte[]> entries = new ArrayList<>(width);
    while (entries.size() < width) {
      int at = rest.position();
      int length = rest.remaining() < Short.BYTES ? -1 : rest.getShort() & 0xffff;
      if (length < 0 || length > rest.remaining()) {
        throw new IllegalArgumentException(
            "bundle: ends inside entry " + entries.size() + " of " + width + ", at byte " + at);
      }
      byte[] entry = new byte[length];
      rest.get(entry);
      entries.add(entry);
    }
    if (rest.hasRemaining()) {
      throw new IllegalArgumentException(
          "bundle: " + rest.remaining() + " bytes behind its " + width + " entries");
    }
    return entries;
  }
}
