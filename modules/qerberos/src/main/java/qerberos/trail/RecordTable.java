package qerberos.trail;

import java.io.IOException;

/// Where the record of a name may be: a hash table from 32 bits of a name to the numbers of
/// records, 8 bytes for each place. Used under its owner's lock.
final class RecordTable {
  private int[] fingerprints = new int[1 << 10];

  /// Record number plus one; 0 is a free place.
  private int[] records = new int[1 << 10];

  private int size;

  /// Looks at one record that may be meant.
  interface Candidate {
    /// Whether this was it.
    boolean meant(int record) throws IOException;
  }

  int size() {
    return size;
  }

  void add(int fingerprint, int record) {
    if (size * 2 >= records.length) {
      grow();
    }
    place(fingerprint, record + 1);
  }

  /// Shows the records under a fingerprint until one is meant.
  ///
  /// @return whether one was
  boolean find(int fingerprint, Candidate candidate) throws IOException {
    int mask = records.length - 1;
    for (int at = spread(fingerprint) & mask; records[at] != 0; at = (at + 1) & mask) {
      if (fingerprints[at] == fingerprint && candidate.meant(records[at] - 1)) {
        return true;
      }
    }
    return false;
  }

  private void grow() {
    int[] oldPrints = fingerprints;
    int[] oldRecords = records;
    fingerprints = new int[oldRecords.length * 2];
    records = new int[oldRecords.length * 2];
    size = 0;
    for (int i = 0; i < oldRecords.length; i++) {
      if (oldRecords[i] != 0) {
        place(oldPrints[i], oldRecords[i]);
      }
    }
  }

  private void place(int fingerprint, int recordPlusOne) {
    int mask = records.length - 1;
    int at = spread(fingerprint) & mask;
    while (records[at] != 0) {
      at = (at + 1) & mask;
    }
    fingerprints[at] = fingerprint;
    records[at] = recordPlusOne;
    size++;
  }

  private static int spread(int fingerprint) {
    return fingerprint ^ (fingerprint >>> 15);
  }
}
