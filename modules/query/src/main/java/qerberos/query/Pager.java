package qerberos.query;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.FixedBitSet;
import org.jspecify.annotations.Nullable;

/// Finds one page. Used by one thread at a time, for one page.
///
/// **By leaf.** A document's number is its leaf index, so newest first is the segments backwards
/// and each segment backwards. Posting lists only run forwards: therefore a segment is read in
/// windows, the last one first, each forwards and only its end kept, each four times as wide as the
/// one before it, until the page is full. The total costs nothing for one term (the dictionary has
/// it) and otherwise needs one pass over the matches, which then leaves a bit set that is read
/// backwards instead. Pages after the first have the total in their cursor and stop when they are
/// full.
///
/// **By time.** A heap keeps the latest hits. Blocks of documents whose latest time is not better
/// than the worst hit kept are passed over unread; since time nearly follows the log, that is
/// nearly all of them.
final class Pager {
  private static final int WINDOW_MIN = 1_024;

  private final Matches matches;
  private final boolean manyTerms;
  private final @Nullable Cursor cursor;

  /// Hits to collect: those to skip, the page, and one that tells whether there is a next page.
  private final int needed;

  private final List<Hit> hits = new ArrayList<>();
  private long total;

  private record Hit(long time, long leafIndex) implements Comparable<Hit> {
    @Override
    public int compareTo(Hit other) {
      return time == other.time
          ? Long.compare(leafIndex, other.leafIndex)
          : Long.compare(time, other.time);
    }
  }

  private Pager(Matches matches, boolean manyTerms, @Nullable Cursor cursor, int needed) {
    this.matches = matches;
    this.manyTerms = manyTerms;
    this.cursor = cursor;
    this.needed = needed;
    this.total = cursor == null ? 0 : cursor.total();
  }

  static Found find(IndexSearcher searcher, Search search, TimeLimit limit) throws IOException {
    int indexed = searcher.getIndexReader().maxDoc();
    String text = search.cursor();
    Cursor cursor = text == null ? null : Cursor.parse(text, search);
    if (cursor != null && cursor.logSize() > indexed) {
      throw new IndexBehind(cursor.logSize(), indexed);
    }
    int size = (int) (cursor == null ? Math.min(search.logSize(), indexed) : cursor.logSize());
    var form = new LuceneForm(search.query(), limit);
    int skipped = (int) search.offset();
    var pager =
        new Pager(
            Matches.of(searcher, form, size, limit),
            form.manyTerms(),
            cursor,
            skipped + search.limit() + 1);
    switch (search.order()) {
      case NEWEST_LEAF -> pager.newest();
      case OLDEST_LEAF -> pager.oldest();
      case TIME -> pager.byTime();
    }
    return pager.page(search, skipped);
  }

  private Found page(Search search, int skipped) {
    int end = Math.min(hits.size(), skipped + search.limit());
    List<Hit> page = hits.subList(Math.min(skipped, end), end);
    String next = null;
    if (hits.size() > end && !page.isEmpty()) {
      Hit last = page.getLast();
      next =
          new Cursor(
                  search.order(),
                  matches.size(),
                  total,
                  last.time(),
                  last.leafIndex(),
                  Cursor.hash(search.query()))
              .toString();
    }
    return new Found(page.stream().map(Hit::leafIndex).toList(), total, matches.size(), next);
  }

  private void newest() throws IOException {
    long before = cursor == null ? matches.size() : cursor.leafIndex();
    for (LeafReaderContext segment : matches.segments().reversed()) {
      if (full() && cursor != null) {
        return;
      }
      int end = Math.min(matches.end(segment), Matches.upTo(segment, before));
      FixedBitSet bits = counted(segment, end > 0);
      if (end == 0 || full()) {
        continue;
      }
      if (bits == null) {
        backwards(segment, end);
      } else {
        int doc = bits.prevSetBit(end - 1);
        while (doc >= 0 && !full()) {
          hit(segment, doc);
          doc = doc == 0 ? -1 : bits.prevSetBit(doc - 1);
        }
      }
    }
  }

  private void oldest() throws IOException {
    long from = cursor == null ? 0 : cursor.leafIndex() + 1;
    for (LeafReaderContext segment : matches.segments()) {
      if (full() && cursor != null) {
        return;
      }
      int start = Matches.upTo(segment, from);
      int end = matches.end(segment);
      FixedBitSet bits = counted(segment, start < end);
      if (start >= end || full()) {
        continue;
      }
      if (bits == null) {
        DocIdSetIterator docs = matches.iterator(segment);
        for (int doc = docs.advance(start); doc < end && !full(); doc = docs.nextDoc()) {
          hit(segment, doc);
        }
      } else {
        int doc = bits.nextSetBit(start);
        while (doc < end && !full()) {
          hit(segment, doc);
          doc = doc + 1 < end ? bits.nextSetBit(doc + 1) : end;
        }
      }
    }
  }

  /// Adds a segment's matches to the total, unless the cursor knows it. Returns them as bits when
  /// they had to be gone through for that and the page still wants some of them.
  private @Nullable FixedBitSet counted(LeafReaderContext segment, boolean wanted)
      throws IOException {
    if (matches.end(segment) == 0) {
      return null;
    }
    int known = cursor == null ? matches.knownCount(segment) : 0;
    boolean bitsHelp = known < 0 || manyTerms;
    if (wanted && !full() && bitsHelp) {
      FixedBitSet bits = matches.bits(segment);
      total += cursor == null ? bits.cardinality() : 0;
      return bits;
    }
    total += known < 0 ? matches.count(segment) : known;
    return null;
  }

  /// Reads the matches before `end` backwards, window by window.
  private void backwards(LeafReaderContext segment, int end) throws IOException {
    DocIdSetIterator docs = matches.iterator(segment);
    long spread = segment.reader().maxDoc() / Math.max(1, docs.cost());
    long width = Math.max(WINDOW_MIN, 2 * spread * (needed - hits.size()));
    int to = end;
    while (to > 0 && !full()) {
      matches.limit().check();
      int from = (int) Math.max(0, to - width);
      // The end of the window's matches, in a ring.
      int wanted = needed - hits.size();
      int[] ring = new int[wanted];
      int seen = 0;
      for (int doc = docs.advance(from); doc < to; doc = docs.nextDoc()) {
        matches.limit().done(1);
        ring[seen++ % wanted] = doc;
      }
      for (int i = seen - 1; i >= 0 && i >= seen - wanted; i--) {
        hit(segment, ring[i % wanted]);
      }
      to = from;
      width *= 4;
      if (to > 0 && !full()) {
        docs = matches.iterator(segment);
      }
    }
  }

  private void byTime() throws IOException {
    var best = new PriorityQueue<Hit>();
    for (LeafReaderContext segment : matches.segments().reversed()) {
      if (matches.end(segment) == 0) {
        continue;
      }
      FixedBitSet bits = matches.bits(segment);
      total += cursor == null ? bits.cardinality() : 0;
      var times = new Times(segment.reader());
      for (int block = times.blocks() - 1; block >= 0; block--) {
        int end = Math.min(times.end(block), matches.end(segment));
        boolean late = cursor == null || times.earliest(block) <= cursor.time();
        if (end <= times.start(block) || !late || !beats(times.latest(block), best)) {
          continue;
        }
        matches.limit().done(end - times.start(block));
        times.read(
            times.start(block),
            end,
            (doc, time) -> {
              if (bits.get(doc)) {
                keep(time, (long) segment.docBase + doc, best);
              }
            });
      }
    }
    Hit[] sorted = best.toArray(Hit[]::new);
    Arrays.sort(sorted);
    hits.addAll(Arrays.asList(sorted).reversed());
  }

  /// Whether a hit at that time, in a place before all hits so far, belongs to the page.
  private boolean beats(long time, PriorityQueue<Hit> best) {
    Hit worst = best.peek();
    return best.size() < needed || worst == null || time > worst.time();
  }

  private void keep(long time, long leafIndex, PriorityQueue<Hit> best) {
    if (cursor != null && !before(time, leafIndex, cursor.time(), cursor.leafIndex())) {
      return;
    }
    Hit worst = best.peek();
    if (best.size() < needed || worst == null) {
      best.add(new Hit(time, leafIndex));
    } else if (before(worst.time(), worst.leafIndex(), time, leafIndex)) {
      best.poll();
      best.add(new Hit(time, leafIndex));
    }
  }

  private static boolean before(long time, long leafIndex, long otherTime, long otherLeafIndex) {
    return time < otherTime || (time == otherTime && leafIndex < otherLeafIndex);
  }

  private boolean full() {
    return hits.size() >= needed;
  }

  private void hit(LeafReaderContext segment, int doc) {
    hits.add(new Hit(0, (long) segment.docBase + doc));
  }
}
