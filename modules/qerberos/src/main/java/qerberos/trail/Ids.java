package qerberos.trail;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Makes ids: UUIDs of version 7 (RFC 9562), which sort by the millisecond they were made in.
///
/// 74 bits are random; they come out of a block that is filled once per 128 ids, because a call to
/// the system's generator for each would cost more than the rest of an id.
///
/// Safe for concurrent use.
public final class Ids {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final InstantSource clock;
  private final RandomGenerator random;
  private final byte[] block = new byte[128 * 16];
  private int used = block.length;

  public Ids(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /// The next id, 36 characters, lower case.
  public String next() {
    long high;
    long low;
    synchronized (this) {
      if (used == block.length) {
        random.nextBytes(block);
        used = 0;
      }
      high = longAt(used);
      low = longAt(used + 8);
      used += 16;
    }
    long millis = clock.millis();
    high = (millis << 16) | 0x7000 | (high & 0xfff);
    low = (low & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    char[] text = new char[36];
    hex(text, 0, high >>> 32, 8);
    text[8] = '-';
    hex(text, 9, high >>> 16, 4);
    text[13] = '-';
    hex(text, 14, high, 4);
    text[18] = '-';
    hex(text, 19, low >>> 48, 4);
    text[23] = '-';
    hex(text, 24, low, 12);
    return new String(text);
  }

  private long longAt(int offset) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (block[offset + i] & 0xff);
    }
    return value;
  }

  private static void hex(char[] text, int from, long value, int digits) {
    for (int i = 0; i < digits; i++) {
      text[from + i] = HEX[(int) (value >>> (4 * (digits - 1 - i))) & 0xf];
    }
  }
}
