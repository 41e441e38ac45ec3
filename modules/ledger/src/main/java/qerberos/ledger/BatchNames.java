package qerberos.ledger;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The names in one batch, to find those that come twice in it. Used by one thread at a time.
final class BatchNames {
  private final byte[] @Nullable [] names;
  private final int[] places;

  /// Which slots are taken, so that forgetting a few names is cheap.
  private final int[] taken;

  private int used;

  /// @param most how many names there can be
  BatchNames(int most) {
    int slots = Integer.highestOneBit(most) * 4;
    this.names = new byte[slots][];
    this.places = new int[slots];
    this.taken = new int[most];
  }

  /// Forgets all names.
  void clear() {
    while (used > 0) {
      names[taken[--used]] = null;
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
    taken[used++] = at;
    return -1;
  }
}
