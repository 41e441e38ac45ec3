package qerberos.ledger;

/// A sum over (print, index) pairs that does not depend on their order: two collections of pairs
/// have the same sum when they are the same, and otherwise only by a chance of 2^-128.
///
/// The terms are mixed with random numbers that are drawn for each verification, so nobody can
/// prepare a collection that happens to have the sum of another.
///
/// Used by one thread at a time.
final class IdSum {
  private final long[] keys;
  private long low;
  private long high;
  private boolean spoilt;

  /// @param keys four random numbers, the same for all sums that are compared
  IdSum(long[] keys) {
    this.keys = keys;
  }

  void add(long print, long index) {
    low += mixed(print, index, keys[0], keys[1]);
    high += mixed(print, index, keys[2], keys[3]);
  }

  /// Some pairs are not known; the sum says nothing any more.
  void spoil() {
    spoilt = true;
  }

  void add(IdSum other) {
    spoilt |= other.spoilt;
    low += other.low;
    high += other.high;
  }

  /// Whether two sums are of the same pairs, as far as either can tell.
  boolean same(IdSum other) {
    return spoilt || other.spoilt || (low == other.low && high == other.high);
  }

  private static long mixed(long print, long index, long k0, long k1) {
    return scatter(scatter(scatter(print ^ k0) + index ^ k1) + k0);
  }

  private static long scatter(long value) {
    long z = value;
    z = (z ^ (z >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }
}
