package qerberos.query;

import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.FixedBitSet;

/// All places of the log that match, however many: one bit for each place looked at, so a million
/// hits among twenty million events take 2.5 MB. Immutable.
///
/// For whoever takes away everything that matches; a page at a time is [Found].
public final class Places {
  private final long from;
  private final long size;
  private final FixedBitSet bits;
  private final long count;

  private Places(long from, long size, FixedBitSet bits) {
    this.from = from;
    this.size = size;
    this.bits = bits;
    this.count = bits.cardinality();
  }

  /// Looks from that place on.
  static Places of(Matches matches, long from) throws IOException {
    int size = matches.size();
    int start = (int) Math.min(from, size);
    var bits = new FixedBitSet(Math.max(1, size - start));
    for (LeafReaderContext segment : matches.segments()) {
      int first = Matches.upTo(segment, start);
      int end = matches.end(segment);
      if (first < end) {
        DocIdSetIterator docs = matches.iterator(segment);
        for (int doc = docs.advance(first); doc < end; doc = docs.nextDoc()) {
          matches.limit().done(1);
          bits.set(segment.docBase + doc - start);
        }
      }
    }
    return new Places(start, size, bits);
  }

  /// How much of the log was looked at: what lies from here on is unknown.
  public long size() {
    return size;
  }

  /// How many match, among those looked at.
  public long count() {
    return count;
  }

  /// The first match at this place or after it; [#size] when there is none.
  public long next(long place) {
    long at = Math.max(0, place - from);
    if (at >= size - from) {
      return size;
    }
    int found = bits.nextSetBit((int) at);
    return found == DocIdSetIterator.NO_MORE_DOCS ? size : from + found;
  }
}
