package qerberos.ledger;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The names in one batch, to find those that come twice in it. Used by one thread at a time.
final class BatchNames {
  private final byte[] @Nullable [] names;
  private final int[] places;
  private int used;

  /// @param most how many names there can be
  BatchNames(int most) {
    int slots = Integer.highestOneBit(most) * 4;
    this.names = new byte[slots][];
    this.places = new int[slots];
  }

  /// Forgets all names.
  void clear() {
    if (used > 0) {
      Arrays.fill(names, null);
      used = 0;
    }
  }

  /// Remembers a name, unless it is there.
  ///
  /// @return the place under which it was there before, or -1
  int add(byte[] name, int place) {
    int at = (int) (Ids.print(name) & (names.length - 1));
    for (byte[] there = names[at]; there != null; there = names[at]) {
      if (Arrays.equals(there, name)) {
        return places[at];
      }
      at = (at + 1) & (names.length - 1);
    }
    names[at] = name;
    places[at] = place;
    used++;
    return -1;
  }
}
