package qerberos.query;

import java.io.IOException;
import org.apache.lucene.index.BaseTermsEnum;
import org.apache.lucene.index.ImpactsEnum;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;
import org.jspecify.annotations.Nullable;

/// The terms of some documents in order, each with its list, as Lucene wants to read them for
/// writing: once, from the first to the last. Used by one thread at a time.
final class Postings extends Terms {
  private final BytesRefHash terms;
  private final int[] sorted;
  private final int[] starts;
  private final int[] ends;
  private final int[] lists;
  private final int documents;

  /// @param sorted the numbers of all terms in the order of their bytes
  /// @param starts where the list of a term begins in `lists`, by its number
  /// @param ends and where it ends
  Postings(BytesRefHash terms, int[] sorted, int[] starts, int[] ends, int[] lists, int documents) {
    this.terms = terms;
    this.sorted = sorted;
    this.starts = starts;
    this.ends = ends;
    this.lists = lists;
    this.documents = documents;
  }

  @Override
  public TermsEnum iterator() {
    return new InOrder();
  }

  @Override
  public long size() {
    return terms.size();
  }

  @Override
  public long getSumTotalTermFreq() {
    return getSumDocFreq();
  }

  @Override
  public long getSumDocFreq() {
    long sum = 0;
    for (int term = 0; term < terms.size(); term++) {
      sum += ends[term] - starts[term];
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
    private final BytesRef term = new BytesRef();
    private int at = -1;

    private int number() {
      return sorted[at];
    }

    @Override
    public @Nullable BytesRef next() {
      if (++at == terms.size()) {
        return null;
      }
      return terms.get(number(), term);
    }

    @Override
    public BytesRef term() {
      return term;
    }

    @Override
    public long ord() {
      return at;
    }

    @Override
    public int docFreq() {
      return ends[number()] - starts[number()];
    }

    @Override
    public long totalTermFreq() {
      return docFreq();
    }

    @Override
    public PostingsEnum postings(@Nullable PostingsEnum reuse, int flags) {
      Documents documents = reuse instanceof Documents old ? old : new Documents();
      documents.reset(starts[number()], ends[number()]);
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

  private final class Documents extends PostingsEnum {
    private int start;
    private int next;
    private int end;
    private int document = -1;

    void reset(int from, int to) {
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
