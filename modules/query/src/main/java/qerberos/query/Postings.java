package qerberos.query;

import java.io.IOException;
import org.apache.lucene.index.BaseTermsEnum;
import org.apache.lucene.index.ImpactsEnum;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/// The terms of some documents in order, each with its list, as Lucene wants to read them for
/// writing: once, from the first to the last. Used by one thread at a time.
final class Postings extends Terms {
  private final SortedTerms terms;
  private final byte[] widths;
  private final int[] starts;
  private final int[] ends;
  private final int[] lists;
  private final FixedTerms fixed;
  private final int documents;

  /// @param widths by the number of a term: 0, or it is the beginning of terms that end in so many
  ///     bytes
  /// @param starts where the list of a term begins in `lists`, by its rank; or where the values
  ///     begin that it is the beginning of
  /// @param ends and where they end
  /// @param fixed the values of fixed size, sorted
  Postings(
      SortedTerms terms,
      byte[] widths,
      int[] starts,
      int[] ends,
      int[] lists,
      FixedTerms fixed,
      int documents) {
    this.terms = terms;
    this.widths = widths;
    this.starts = starts;
    this.ends = ends;
    this.lists = lists;
    this.fixed = fixed;
    this.documents = documents;
  }

  @Override
  public TermsEnum iterator() {
    return new InOrder();
  }

  @Override
  public long size() {
    long size = fixed.distinct();
    for (int rank = 0; rank < terms.size(); rank++) {
      if (widths[terms.number(rank)] == 0) {
        size++;
      }
    }
    return size;
  }

  @Override
  public long getSumTotalTermFreq() {
    return getSumDocFreq();
  }

  @Override
  public long getSumDocFreq() {
    long sum = 0;
    for (int rank = 0; rank < terms.size(); rank++) {
      sum += ends[rank] - starts[rank];
    }
    return sum;
  }

  @Override
  public int getDocCount() {
    return documents;
  }

  @Override
  public boolean hasFreqs() {
    return false;
  }

  @Override
  public boolean hasOffsets() {
    return false;
  }

  @Override
  public boolean hasPositions() {
    return false;
  }

  @Override
  public boolean hasPayloads() {
    return false;
  }

  private final class InOrder extends BaseTermsEnum {
    private final BytesRef whole = new BytesRef();
    private final BytesRef withValue = new BytesRef();
    private BytesRef term = whole;
    private int rank = -1;
    private long ord = -1;

    // Where the term's documents are.
    private int[] in = lists;
    private int start;
    private int end;

    @Override
    public @Nullable BytesRef next() {
      ord++;
      // A beginning has as many terms as it has different values.
      if (rank >= 0 && end < ends[rank]) {
        return value();
      }
      if (++rank == terms.size()) {
        return null;
      }
      if (widths[terms.number(rank)] != 0) {
        return beginning();
      }
      in = lists;
      start = starts[rank];
      end = ends[rank];
      terms.term(rank, whole);
      term = whole;
      return term;
    }

    private BytesRef beginning() {
      terms.term(rank, whole);
      int width = widths[terms.number(rank)];
      withValue.bytes = new byte[whole.length + width];
      withValue.length = withValue.bytes.length;
      System.arraycopy(whole.bytes, whole.offset, withValue.bytes, 0, whole.length);
      in = fixed.documents();
      end = starts[rank];
      term = withValue;
      return value();
    }

    private BytesRef value() {
      long[] values = fixed.values();
      start = end;
      long value = values[start];
      while (end < ends[rank] && values[end] == value) {
        end++;
      }
      for (int at = withValue.length - 1; at >= whole.length; at--) {
        withValue.bytes[at] = (byte) value;
        value >>>= 8;
      }
      return term;
    }

    @Override
    public BytesRef term() {
      return term;
    }

    @Override
    public long ord() {
      return ord;
    }

    @Override
    public int docFreq() {
      return end - start;
    }

    @Override
    public long totalTermFreq() {
      return docFreq();
    }

    @Override
    public PostingsEnum postings(@Nullable PostingsEnum reuse, int flags) {
      Documents documents = reuse instanceof Documents old ? old : new Documents();
      documents.reset(in, start, end);
      return documents;
    }

    @Override
    public SeekStatus seekCeil(BytesRef text) {
      throw onlyInOrder();
    }

    @Override
    public void seekExact(long ord) {
      throw onlyInOrder();
    }

    @Override
    public ImpactsEnum impacts(int flags) {
      throw onlyInOrder();
    }

    private static UnsupportedOperationException onlyInOrder() {
      return new UnsupportedOperationException("these terms are read in order, to be written");
    }
  }

  private static final class Documents extends PostingsEnum {
    private int[] lists = {};
    private int start;
    private int next;
    private int end;
    private int document = -1;

    void reset(int[] in, int from, int to) {
      lists = in;
      start = from;
      next = from;
      end = to;
      document = -1;
    }

    @Override
    public int docID() {
      return document;
    }

    @Override
    public int nextDoc() {
      document = next == end ? NO_MORE_DOCS : lists[next++];
      return document;
    }

    @Override
    public int advance(int target) throws IOException {
      return slowAdvance(target);
    }

    @Override
    public long cost() {
      return (long) end - start;
    }

    @Override
    public int freq() {
      return 1;
    }

    @Override
    public int nextPosition() {
      return -1;
    }

    @Override
    public int startOffset() {
      return -1;
    }

    @Override
    public int endOffset() {
      return -1;
    }

    @Override
    public @Nullable BytesRef getPayload() {
      return null;
    }
  }
}
