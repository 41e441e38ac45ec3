package qerberos.identity;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/// A range of addresses, `192.0.2.0/24` or `2001:db8::/64`. An IPv4 address inside IPv6
/// (`::ffff:192.0.2.1`) is the IPv4 address. Immutable.
public final class CidrBlock {
  private static final String FORMS =
      "(0|[1-9][0-9]{0,2})([.](0|[1-9][0-9]{0,2})){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*";

  private final byte[] first;
  private final int bits;

  private CidrBlock(byte[] address, int bits) {
    this.first = masked(address, bits);
    this.bits = bits;
  }

  /// The network that counts as one place: /24 of an IPv4 address, /64 of an IPv6 one.
  public static CidrBlock around(InetAddress address) {
    byte[] bytes = address.getAddress();
    return new CidrBlock(bytes, bytes.length == 4 ? 24 : 64);
  }

  /// Throws IllegalArgumentException for anything but an address, or an address, a slash and a
  /// number of bits. Names are refused: nothing is looked up.
  public static CidrBlock parse(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    try {
      if (!host.matches(FORMS)) {
        throw new UnknownHostException(host);
      }
      byte[] bytes = InetAddress.ofLiteral(host).getAddress();
      int most = bytes.length * 8;
      String size = slash < 0 ? String.valueOf(most) : text.substring(slash + 1);
      if (!size.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(size) > most) {
        throw new IllegalArgumentException(
            "network: \"" + text + "\", want 0.." + most + " after the slash");
      }
      return new CidrBlock(bytes, Integer.parseInt(size));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "network: \"" + text + "\", want an address or address/bits", e);
    }
  }

  public boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == first.length && Arrays.equals(masked(bytes, bits), first);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CidrBlock block
        && bits == block.bits
        && Arrays.equals(first, block.first);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(first) + bits;
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(first).getHostAddress() + "/" + bits;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  private static byte[] masked(byte[] address, int bits) {
    byte[] masked = address.clone();
    for (int i = 0; i < masked.length; i++) {
      int kept = Math.clamp(bits - 8L * i, 0, 8);
      masked[i] &= (byte) (0xff00 >> kept);
    }
    return masked;
  }
}
