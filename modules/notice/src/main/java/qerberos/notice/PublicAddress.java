package qerberos.notice;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Which addresses belong to the public internet, by the special-purpose registries of IANA.
/// Immutable.
///
/// What is in no list of IPv4 is public; of IPv6 only what is in 2000::/3 and in no list. An IPv4
/// address inside an IPv6 one that a translator may unpack counts as what it is.
final class PublicAddress {
  private static final List<Block> NOT_PUBLIC =
      List.of(
          Block.of(8, 0),
          Block.of(8, 10),
          Block.of(10, 100, 64),
          Block.of(8, 127),
          Block.of(16, 169, 254),
          Block.of(12, 172, 16),
          Block.of(24, 192, 0, 0),
          Block.of(24, 192, 0, 2),
          Block.of(24, 192, 88, 99),
          Block.of(16, 192, 168),
          Block.of(15, 198, 18),
          Block.of(24, 198, 51, 100),
          Block.of(24, 203, 0, 113),
          Block.of(4, 224),
          Block.of(4, 240));
  private static final Block GLOBAL = Block.of(3, 0x20);
  private static final Block PROTOCOLS = Block.of(23, 0x20, 0x01, 0);
  private static final Block DOCUMENTATION = Block.of(32, 0x20, 0x01, 0x0d, 0xb8);
  private static final Block DOCUMENTATION_2 = Block.of(20, 0x3f, 0xff, 0);
  private static final Block SIX_TO_FOUR = Block.of(16, 0x20, 0x02);
  private static final Block NAT64 = Block.of(96, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0);

  private PublicAddress() {}

  /// The first bits of an address.
  private record Block(int bits, List<Integer> first) {
    static Block of(int bits, Integer... first) {
      return new Block(bits, List.of(first));
    }

    boolean holds(byte[] address) {
      for (int bit = 0; bit < bits; bit++) {
        int wanted = bit / 8 < first.size() ? first.get(bit / 8) : 0;
        if (((address[bit / 8] ^ wanted) >> (7 - bit % 8) & 1) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  static boolean is(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == 4) {
      return NOT_PUBLIC.stream().noneMatch(block -> block.holds(bytes));
    }
    if (NAT64.holds(bytes)) {
      return is(inner(bytes, 12));
    }
    return GLOBAL.holds(bytes)
        && !PROTOCOLS.holds(bytes)
        && !DOCUMENTATION.holds(bytes)
        && !DOCUMENTATION_2.holds(bytes)
        && !(SIX_TO_FOUR.holds(bytes) && !is(inner(bytes, 2)));
  }

  private static InetAddress inner(byte[] bytes, int from) {
    try {
      return InetAddress.getByAddress(
          new byte[] {bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]});
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
