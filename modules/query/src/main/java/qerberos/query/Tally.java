package qerberos.query;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.StringHelper;
import org.jspecify.annotations.Nullable;
import qerberos.event.Canonical;
import qerberos.event.Json;

/// Counts what matches, in stretches of time and by value. Used by one thread at a time.
///
/// Values are counted from their posting lists: the list of each value is met with the bits of what
/// matches, so no column of values is stored, whatever field is asked for. When everything matches,
/// the dictionary already has the counts. A histogram first writes down the bar of every matching
/// document, a segment at a time, and then walks the lists of the values it counts apart.
final class Tally {
  /// What tells values with the same beginning apart; as many as no accident makes equal.
  private static final int SHOWN_HASH_BYTES = 8;

  private final IndexSearcher searcher;
  private final Matches matches;
  private @Nullable FixedBitSet marked;

  private Tally(IndexSearcher searcher, Matches matches) {
    this.searcher = searcher;
    this.matches = matches;
  }

  static Aggregate.Answer of(
      IndexSearcher searcher, LuceneForm form, Aggregate aggregate, long logSize, TimeLimit limit)
      throws IOException {
    return all(searcher, form, List.of(aggregate), logSize, limit).getFirst();
  }

  /// One answer to each, all about the same events.
  static List<Aggregate.Answer> all(
      IndexSearcher searcher,
      LuceneForm form,
      List<Aggregate> aggregates,
      long logSize,
      TimeLimit limit)
      throws IOException {
    int size = (int) Math.min(logSize, searcher.getIndexReader().maxDoc());
    var tally = new Tally(searcher, Matches.of(searcher, form, size, limit));
    List<Aggregate.Answer> answers = new ArrayList<>(aggregates.size());
    for (Aggregate aggregate : aggregates) {
      answers.add(tally.answer(aggregate, size));
    }
    return answers;
  }

  private Aggregate.Answer answer(Aggregate aggregate, int size) throws IOException {
    return switch (aggregate) {
      case Aggregate.Count _ -> new Aggregate.Total(matches.count(), size);
      case Aggregate.Top(var field, var count) ->
          new Aggregate.Values(
              top(FieldName.of(field), count).stream().map(Frequent::value).toList(), size);
      case Aggregate.Distinct(var field, var most) -> distinct(FieldName.of(field), most, size);
      case Aggregate.Histogram histogram -> new Aggregate.Bars(histogram(histogram), size);
    };
  }

  /// A term and the number of matches that have it.
  private record Frequent(BytesRef term, Aggregate.Value value) {
    long events() {
      return value.events();
    }
  }

  /// The bits of all matches, or null when every document of the index matches.
  private @Nullable FixedBitSet some() throws IOException {
    boolean all = matches.everything() && matches.size() == searcher.getIndexReader().maxDoc();
    if (!all && marked == null) {
      marked = matches.bits();
    }
    return marked;
  }

  private List<Frequent> top(FieldName field, int size) throws IOException {
    FixedBitSet bits = some();
    Terms terms = MultiTerms.getTerms(searcher.getIndexReader(), Generation.TERMS);
    if (terms == null) {
      return List.of();
    }
    // The worst first: the rarest, of equals the last in order.
    var best =
        new PriorityQueue<Frequent>(
            Comparator.comparingLong(Frequent::events)
                .thenComparing(Frequent::term, Comparator.reverseOrder()));
    var buffer = new TermBuffer();
    for (byte kind : kinds(field)) {
      buffer.kind(field, kind);
      collect(terms.iterator(), buffer.last(), kind, bits, size, best, matches.limit());
    }
    return best.stream()
        .sorted(Comparator.comparingLong(Frequent::events).reversed().thenComparing(Frequent::term))
        .toList();
  }

  /// Counts the terms of a field that a match has, until there are too many.
  private Aggregate.Different distinct(FieldName field, int most, int size) throws IOException {
    FixedBitSet bits = some();
    Terms terms = MultiTerms.getTerms(searcher.getIndexReader(), Generation.TERMS);
    if (terms == null) {
      return new Aggregate.Different(0, true, size);
    }
    long found = 0;
    var buffer = new TermBuffer();
    for (byte kind : kinds(field)) {
      buffer.kind(field, kind);
      found += met(terms.iterator(), buffer.last(), bits, most + 1 - found);
      if (found > most) {
        return new Aggregate.Different(most, false, size);
      }
    }
    boolean opaque = false;
    if (field.kind() == FieldName.Kind.NESTED) {
      buffer.kind(field, TermBuffer.OPAQUE_VALUE);
      opaque = met(terms.iterator(), buffer.last(), bits, 1) > 0;
    }
    return new Aggregate.Different(found, !opaque, size);
  }

  /// How many terms that begin so a match has, at most so many.
  private long met(TermsEnum terms, BytesRef prefix, @Nullable FixedBitSet bits, long most)
      throws IOException {
    if (terms.seekCeil(prefix) == TermsEnum.SeekStatus.END) {
      return 0;
    }
    long met = 0;
    PostingsEnum postings = null;
    for (BytesRef term = terms.term();
        met < most && term != null && StringHelper.startsWith(term, prefix);
        term = terms.next()) {
      matches.limit().done(TimeLimit.TERM);
      if (bits == null) {
        met++;
      } else {
        postings = terms.postings(postings, PostingsEnum.NONE);
        met += meets(postings, bits) ? 1 : 0;
      }
    }
    return met;
  }

  private boolean meets(PostingsEnum postings, FixedBitSet bits) throws IOException {
    int end = bits.length();
    int seen = 0;
    boolean meets = false;
    for (int doc = postings.nextDoc(); doc < end && !meets; doc = postings.nextDoc()) {
      meets = bits.get(doc);
      seen++;
    }
    matches.limit().done(seen);
    return meets;
  }

  private static byte[] kinds(FieldName field) {
    return field.kind() == FieldName.Kind.NESTED
        ? new byte[] {
          TermBuffer.V4_VALUE, TermBuffer.V6_VALUE, TermBuffer.NUMBER_VALUE, TermBuffer.TEXT_VALUE
        }
        : new byte[] {TermBuffer.TEXT_VALUE};
  }

  private static void collect(
      TermsEnum terms,
      BytesRef prefix,
      byte kind,
      @Nullable FixedBitSet bits,
      int size,
      PriorityQueue<Frequent> best,
      TimeLimit limit)
      throws IOException {
    if (terms.seekCeil(prefix) == TermsEnum.SeekStatus.END) {
      return;
    }
    PostingsEnum postings = null;
    for (BytesRef term = terms.term();
        term != null && StringHelper.startsWith(term, prefix);
        term = terms.next()) {
      limit.done(TimeLimit.TERM);
      long events = terms.docFreq();
      boolean full = best.size() == size;
      if (!beats(events, full, best)) {
        continue;
      }
      if (bits != null) {
        limit.done(events);
        postings = terms.postings(postings, PostingsEnum.NONE);
        events = common(postings, bits);
        if (events == 0 || !beats(events, full, best)) {
          continue;
        }
      }
      if (full) {
        best.poll();
      }
      best.add(
          new Frequent(
              BytesRef.deepCopyOf(term),
              new Aggregate.Value(shown(term, prefix.length, kind), events)));
    }
  }

  private static boolean beats(long events, boolean full, PriorityQueue<Frequent> best) {
    Frequent worst = best.peek();
    return !full || worst == null || events > worst.events();
  }

  private static long common(PostingsEnum postings, FixedBitSet bits) throws IOException {
    long common = 0;
    int end = bits.length();
    for (int doc = postings.nextDoc(); doc < end; doc = postings.nextDoc()) {
      if (bits.get(doc)) {
        common++;
      }
    }
    return common;
  }

  /// A term's value as a person reads it.
  private static String shown(BytesRef term, int prefix, byte kind) {
    if (kind == TermBuffer.NUMBER_VALUE) {
      return new String(
          Canonical.bytes(Json.of(TermBuffer.number(term, prefix))), StandardCharsets.UTF_8);
    }
    int length = term.length - prefix;
    if (kind == TermBuffer.V4_VALUE || kind == TermBuffer.V6_VALUE) {
      int from = term.offset + prefix;
      return Address.text(Arrays.copyOfRange(term.bytes, from, from + length));
    }
    if (length <= TermBuffer.KEPT) {
      return new String(term.bytes, term.offset + prefix, length, StandardCharsets.UTF_8);
    }
    // The cut may run through a character: leave out what is not whole.
    int end = TermBuffer.KEPT;
    while (end > 0 && (term.bytes[term.offset + prefix + end] & 0xc0) == 0x80) {
      end--;
    }
    int hash = term.offset + prefix + TermBuffer.KEPT + 1;
    return new String(term.bytes, term.offset + prefix, end, StandardCharsets.UTF_8)
        + "…"
        + HexFormat.of().formatHex(term.bytes, hash, hash + SHOWN_HASH_BYTES);
  }

  private List<Aggregate.Bar> histogram(Aggregate.Histogram wanted) throws IOException {
    String by = wanted.by();
    List<Frequent> values = by == null ? List.of() : top(FieldName.of(by), wanted.values());
    var buckets = new Buckets(wanted.interval(), wanted.bars());
    long[] totals = new long[64];
    long[][] counts = new long[values.size()][64];
    for (LeafReaderContext segment : matches.segments()) {
      int end = matches.end(segment);
      if (end == 0) {
        continue;
      }
      matches.limit().check();
      int[] bars = bars(segment, end, buckets);
      if (buckets.overfull()) {
        throw tooMany(wanted);
      }
      totals = grown(totals, buckets.count());
      for (int bar : bars) {
        if (bar >= 0) {
          totals[bar]++;
        }
      }
      Terms terms = values.isEmpty() ? null : segment.reader().terms(Generation.TERMS);
      TermsEnum seek = terms == null ? TermsEnum.EMPTY : terms.iterator();
      PostingsEnum postings = null;
      for (int i = 0; i < values.size(); i++) {
        matches.limit().done(TimeLimit.TERM);
        if (seek.seekExact(values.get(i).term())) {
          matches.limit().done(seek.docFreq());
          counts[i] = grown(counts[i], buckets.count());
          postings = seek.postings(postings, PostingsEnum.NONE);
          add(postings, bars, counts[i]);
        }
      }
    }
    return bars(buckets, totals, values, counts);
  }

  /// Goes through the times of all matches once more, for an interval that would have done.
  private IllegalArgumentException tooMany(Aggregate.Histogram wanted) throws IOException {
    long[] ends = {Long.MAX_VALUE, Long.MIN_VALUE};
    for (LeafReaderContext segment : matches.segments()) {
      int end = matches.end(segment);
      FixedBitSet bits = matches.everything() || end == 0 ? null : matches.bits(segment);
      if (end > 0) {
        matches.limit().done(end);
        new Times(segment.reader())
            .read(
                0,
                end,
                (doc, time) -> {
                  if (time != Times.NONE && (bits == null || bits.get(doc))) {
                    ends[0] = Math.min(ends[0], time);
                    ends[1] = Math.max(ends[1], time);
                  }
                });
      }
    }
    return new IllegalArgumentException(
        "interval: "
            + wanted.interval()
            + " makes more than "
            + wanted.bars()
            + " bars, want "
            + Interval.covering(ends[0], ends[1], wanted.bars())
            + " or longer, or a shorter time");
  }

  private static void add(DocIdSetIterator postings, int[] bars, long[] counts) throws IOException {
    for (int doc = postings.nextDoc(); doc < bars.length; doc = postings.nextDoc()) {
      int bar = bars[doc];
      if (bar >= 0) {
        counts[bar]++;
      }
    }
  }

  /// The bar of each document of a segment, -1 where it does not match or has no time.
  private int[] bars(LeafReaderContext segment, int end, Buckets buckets) throws IOException {
    int[] bars = new int[end];
    FixedBitSet bits = matches.everything() ? null : matches.bits(segment);
    var times = new Times(segment.reader());
    for (int block = 0; block < times.blocks() && times.start(block) < end; block++) {
      int from = times.start(block);
      int to = Math.min(end, times.end(block));
      long earliest = times.earliest(block);
      matches.limit().done(to - from);
      if (bits != null && bits.cardinality(from, to) == 0) {
        Arrays.fill(bars, from, to, -1);
      } else if (earliest != Times.NONE && buckets.same(earliest, times.latest(block))) {
        Arrays.fill(bars, from, to, buckets.bar(earliest));
        clear(bars, from, to, bits);
      } else {
        times.read(
            from,
            to,
            (doc, time) -> {
              boolean counts = time != Times.NONE && (bits == null || bits.get(doc));
              bars[doc] = counts ? buckets.bar(time) : -1;
            });
      }
    }
    return bars;
  }

  private static void clear(int[] bars, int from, int to, @Nullable FixedBitSet bits) {
    for (int doc = from; bits != null && doc < to; doc++) {
      if (!bits.get(doc)) {
        bars[doc] = -1;
      }
    }
  }

  private static List<Aggregate.Bar> bars(
      Buckets buckets, long[] totals, List<Frequent> values, long[][] counts) {
    var bars = new ArrayList<Aggregate.Bar>();
    int[] inOrder =
        IntStream.range(0, buckets.count())
            .boxed()
            .sorted(Comparator.comparing(buckets::start))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int bar : inOrder) {
      Map<String, Long> by = new HashMap<>();
      for (int i = 0; i < values.size(); i++) {
        if (bar < counts[i].length && counts[i][bar] > 0) {
          // A number and a text may be shown alike.
          by.merge(values.get(i).value().value(), counts[i][bar], Long::sum);
        }
      }
      Instant start = buckets.start(bar);
      if (totals[bar] > 0) {
        bars.add(new Aggregate.Bar(start, totals[bar], by));
      }
    }
    return bars;
  }

  private static long[] grown(long[] array, int size) {
    return size <= array.length ? array : Arrays.copyOf(array, Math.max(size, 2 * array.length));
  }
}
