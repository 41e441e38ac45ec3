package qerberos.columns;

import java.util.Arrays;

/// Gives each different key the next number, from 0 on, as far as there is room.
///
/// Used by one thread at a time.
final class Numbering {
  private final long[] keys;
  private final int[] numbers;
  private final int[] stamps;
  private final int most;
  private int stamp = 1;
  private int size;

  /// @param most how many keys there may be, a power of two
  Numbering(int most) {
    this.most = most;
    keys = new long[most * 2];
    numbers = new int[most * 2];
    stamps = new int[most * 2];
  }

  void clear() {
    size = 0;
    if (++stamp == 0) {
      Arrays.fill(stamps, 0);
      stamp = 1;
    }
  }

  int size() {
    return size;
  }

  /// @return the key's number, which is the [#size] before when it is new; -1 when there is no room
  int of(long key) {
    long mixed = key * 0x9e3779b97f4a7c15L;
    int slot = (int) ((mixed ^ mixed >>> 32) & keys.length - 1);
    while (stamps[slot] == stamp) {
      if (keys[slot] == key) {
        return numbers[slot];
      }
      slot = slot + 1 & keys.length - 1;
    }
    if (size == most) {
      return -1;
    }
    stamps[slot] = stamp;
    keys[slot] = key;
    numbers[slot] = size;
    return size++;
  }
}
