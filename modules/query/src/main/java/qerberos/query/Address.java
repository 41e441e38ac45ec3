package qerberos.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An IP address or network as bytes: 4 for version 4, 16 for version 6. Immutable.
///
/// Only literals are read, never a name, and nothing is asked of the network. A version 4 octet has
/// no leading zero (some read it as octal). `::ffff:10.1.2.3` is the version 4 address in it. Zones
/// (`%eth0`), brackets and ports are not part of an address.
final class Address {
  private final byte[] bytes;
  private final int bits;

  private Address(byte[] bytes, int bits) {
    this.bytes = bytes;
    this.bits = bits;
  }

  /// The address a text stands for, or null when it is none.
  static byte @Nullable [] bytes(String text) {
    int length = text.length();
    if (length < 2 || length > 45 || !plausible(text)) {
      return null;
    }
    if (text.indexOf(':') < 0) {
      var v4 = new byte[4];
      return length >= 7 && length <= 15 && v4(text, 0, v4, 0) ? v4 : null;
    }
    return v6(text);
  }

  /// A network such as `10.0.0.0/8`; bits behind the prefix are cleared. Null when the part before
  /// the slash is no address.
  ///
  /// @throws IllegalArgumentException when the number behind the slash is out of range
  static @Nullable Address network(String text) {
    int slash = text.indexOf('/');
    byte[] bytes = slash < 0 ? null : bytes(text.substring(0, slash));
    if (bytes == null) {
      return null;
    }
    // A version 4 address written as version 6 keeps counting its bits from the front of 16 bytes.
    int shift = bytes.length == 4 && text.indexOf(':') >= 0 ? 96 : 0;
    String size = text.substring(slash + 1);
    int most = bytes.length * 8 + shift;
    int bits =
        size.matches("0|[1-9][0-9]{0,2}") ? Integer.parseInt(size) - shift : Integer.MAX_VALUE;
    if (bits < 0 || bits > bytes.length * 8) {
      throw new IllegalArgumentException("/" + size + ", want /" + shift + " to /" + most);
    }
    clearAfter(bytes, bits);
    return new Address(bytes, bits);
  }

  /// The version 4 networks whose addresses are exactly those written with this start.
  static List<Address> startingWith(String start) {
    int octets = 0;
    int from = 0;
    var bytes = new byte[4];
    for (int dot = start.indexOf('.'); dot >= 0; dot = start.indexOf('.', from)) {
      int octet = octet(start.substring(from, dot));
      if (octet < 0 || octets == 3) {
        return List.of();
      }
      bytes[octets++] = (byte) octet;
      from = dot + 1;
    }
    String rest = start.substring(from);
    if (rest.isEmpty()) {
      return octets == 0 ? List.of() : List.of(new Address(bytes, octets * 8));
    }
    var networks = new ArrayList<Address>();
    for (int octet = 0; octet < 256 && octet(rest) >= 0; octet++) {
      if (Integer.toString(octet).startsWith(rest)) {
        byte[] network = bytes.clone();
        network[octets] = (byte) octet;
        networks.add(new Address(network, octets * 8 + 8));
      }
    }
    return networks;
  }

  private static int octet(String text) {
    return text.matches("0|[1-9][0-9]{0,2}") && Integer.parseInt(text) < 256
        ? Integer.parseInt(text)
        : -1;
  }

  /// The first address of the network.
  byte[] first() {
    return bytes.clone();
  }

  /// The last address of the network.
  byte[] last() {
    byte[] last = bytes.clone();
    for (int bit = bits; bit < last.length * 8; bit++) {
      last[bit / 8] |= (byte) (0x80 >>> (bit % 8));
    }
    return last;
  }

  boolean contains(byte[] address) {
    if (address.length != bytes.length) {
      return false;
    }
    byte[] masked = address.clone();
    clearAfter(masked, bits);
    return Arrays.equals(masked, bytes);
  }

  /// Version 4 as dotted decimal, version 6 in the shortest form of RFC 5952, then the prefix.
  @Override
  public String toString() {
    return text(bytes) + "/" + bits;
  }

  static String text(byte[] bytes) {
    if (bytes.length == 4) {
      return (bytes[0] & 255)
          + "."
          + (bytes[1] & 255)
          + "."
          + (bytes[2] & 255)
          + "."
          + (bytes[3] & 255);
    }
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = ((bytes[2 * i] & 255) << 8) | (bytes[2 * i + 1] & 255);
    }
    int gap = 8;
    int gapLength = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > gapLength) {
        gap = i;
        gapLength = end - i;
      }
    }
    var text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == gap) {
        text.append("::");
        i += gapLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }

  /// Refusal of what would not even parse as groups: only hexadecimal digits, dots, colons.
  private static boolean plausible(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      if (!letter && !digit(c) && c != ':' && c != '.') {
        return false;
      }
    }
    return true;
  }

  private static boolean v4(String text, int from, byte[] to, int at) {
    int octets = 0;
    for (int i = from; octets < 4; i++) {
      int start = i;
      int value = 0;
      while (i < text.length() && i - start < 3 && digit(text.charAt(i))) {
        value = value * 10 + text.charAt(i++) - '0';
      }
      boolean zeros = i - start > 1 && text.charAt(start) == '0';
      if (i == start || zeros || value > 255) {
        return false;
      }
      to[at + octets++] = (byte) value;
      boolean last = octets == 4;
      if (last ? i != text.length() : i >= text.length() || text.charAt(i) != '.') {
        return false;
      }
    }
    return true;
  }

  private static byte @Nullable [] v6(String text) {
    byte[] bytes = new byte[16];
    int filled = 0;
    int gap = -1;
    int i = 0;
    if (text.startsWith("::")) {
      gap = 0;
      i = 2;
    }
    while (i < text.length()) {
      int end = i;
      while (end < text.length() && text.charAt(end) != ':' && text.charAt(end) != '.') {
        end++;
      }
      if (end < text.length() && text.charAt(end) == '.') {
        if (filled > 12 || !v4(text, i, bytes, filled)) {
          return null;
        }
        filled += 4;
        break;
      }
      if (end == i || end - i > 4 || filled == 16) {
        return null;
      }
      int group = Integer.parseInt(text, i, end, 16);
      bytes[filled++] = (byte) (group >>> 8);
      bytes[filled++] = (byte) group;
      i = end;
      if (i < text.length()) {
        i++;
        if (i == text.length()) {
          return null;
        }
        if (text.charAt(i) == ':') {
          if (gap >= 0) {
            return null;
          }
          gap = filled;
          i++;
        }
      }
    }
    if (gap < 0 ? filled != 16 : filled > 14) {
      return null;
    }
    if (gap >= 0) {
      int tail = filled - gap;
      System.arraycopy(bytes, gap, bytes, 16 - tail, tail);
      Arrays.fill(bytes, gap, 16 - tail, (byte) 0);
    }
    return mapped(bytes) ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
  }

  private static boolean mapped(byte[] bytes) {
    for (int i = 0; i < 10; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return bytes[10] == -1 && bytes[11] == -1;
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  private static void clearAfter(byte[] bytes, int bits) {
    for (int bit = bits; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >>> (bit % 8));
    }
  }
}
