package qerberos.query;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BulkScorer;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.DocIdStream;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.FixedBitSet;

/// What matches a query among the first events of the log, segment by segment. Used by one thread
/// at a time.
///
/// @param size how many events count; not more than are indexed
/// @param limit when all of it has to be over
record Matches(
    List<LeafReaderContext> segments,
    Weight weight,
    boolean everything,
    int size,
    TimeLimit limit) {
  private static final int BETWEEN_CHECKS = 1 << 18;

  /// @throws SearchTooLong as every other method that goes through matches, when the time is over
  static Matches of(IndexSearcher searcher, LuceneForm form, int size, TimeLimit limit)
      throws IOException {
    limit.check();
    var query = searcher.rewrite(form.query());
    return new Matches(
        searcher.getLeafContexts(),
        searcher.createWeight(query, ScoreMode.COMPLETE_NO_SCORES, 1f),
        query instanceof MatchAllDocsQuery,
        size,
        limit);
  }

  /// How many documents of the segment count.
  int end(LeafReaderContext segment) {
    return upTo(segment, size);
  }

  /// How many documents of the segment lie before a leaf.
  static int upTo(LeafReaderContext segment, long leafIndex) {
    return Math.clamp(leafIndex - segment.docBase, 0, segment.reader().maxDoc());
  }

  /// The matches of a segment when that costs nothing to know, else -1.
  int knownCount(LeafReaderContext segment) throws IOException {
    return end(segment) == segment.reader().maxDoc() ? weight.count(segment) : -1;
  }

  int count(LeafReaderContext segment) throws IOException {
    int known = knownCount(segment);
    if (known >= 0) {
      return known;
    }
    var counting = new Counting();
    score(segment, counting);
    return counting.count;
  }

  long count() throws IOException {
    long count = 0;
    for (LeafReaderContext segment : segments) {
      if (end(segment) > 0) {
        count += count(segment);
      }
    }
    return count;
  }

  /// The matches of a segment, one bit each.
  FixedBitSet bits(LeafReaderContext segment) throws IOException {
    var bits = new FixedBitSet(Math.max(1, end(segment)));
    score(segment, new Marking(bits, 0));
    return bits;
  }

  /// All matches, one bit for each event.
  FixedBitSet bits() throws IOException {
    var bits = new FixedBitSet(Math.max(1, size));
    for (LeafReaderContext segment : segments) {
      score(segment, new Marking(bits, segment.docBase));
    }
    return bits;
  }

  /// The matches of a segment in order; empty when there are none. Not bound to the size.
  DocIdSetIterator iterator(LeafReaderContext segment) throws IOException {
    limit.check();
    Scorer scorer = weight.scorer(segment);
    return scorer == null ? DocIdSetIterator.empty() : scorer.iterator();
  }

  private void score(LeafReaderContext segment, LeafCollector collector) throws IOException {
    limit.check();
    int end = end(segment);
    BulkScorer scorer = end == 0 ? null : weight.bulkScorer(segment);
    int from = 0;
    while (scorer != null && from < end) {
      limit.check();
      int to = (int) Math.min(end, (long) from + BETWEEN_CHECKS);
      from = Math.max(to, scorer.score(collector, null, from, to));
    }
  }

  private static final class Counting implements LeafCollector {
    private int count;

    @Override
    public void setScorer(Scorable scorer) {}

    @Override
    public void collect(int doc) {
      count++;
    }

    @Override
    public void collectRange(int min, int max) {
      count += max - min;
    }

    @Override
    public void collect(DocIdStream stream) throws IOException {
      count += stream.count();
    }
  }

  private record Marking(FixedBitSet bits, int base) implements LeafCollector {
    @Override
    public void setScorer(Scorable scorer) {}

    @Override
    public void collect(int doc) {
      bits.set(base + doc);
    }

    @Override
    public void collectRange(int min, int max) {
      bits.set(base + min, base + max);
    }

    @Override
    public void collect(DocIdStream stream) throws IOException {
      stream.forEach(doc -> bits.set(base + doc));
    }
  }
}
