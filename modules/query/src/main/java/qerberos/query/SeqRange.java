package qerberos.query;

import java.util.Objects;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConstantScoreScorer;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.jspecify.annotations.Nullable;

/// The events from one place in the log to another, both included: since the document's number is
/// the leaf index, a range of documents. Immutable.
final class SeqRange extends Query {
  private final long from;
  private final long to;

  SeqRange(long from, long to) {
    this.from = from;
    this.to = to;
  }

  @Override
  public Weight createWeight(IndexSearcher searcher, ScoreMode mode, float boost) {
    return new ConstantScoreWeight(this, boost) {
      @Override
      public @Nullable ScorerSupplier scorerSupplier(LeafReaderContext context) {
        int first = first(context);
        int end = end(context);
        if (first >= end) {
          return null;
        }
        return new ScorerSupplier() {
          @Override
          public Scorer get(long leadCost) {
            return new ConstantScoreScorer(boost, mode, DocIdSetIterator.range(first, end));
          }

          @Override
          public long cost() {
            return (long) end - first;
          }
        };
      }

      @Override
      public int count(LeafReaderContext context) {
        return Math.max(0, end(context) - first(context));
      }

      @Override
      public boolean isCacheable(LeafReaderContext context) {
        return false;
      }
    };
  }

  private int first(LeafReaderContext context) {
    return Math.clamp(from - context.docBase, 0, context.reader().maxDoc());
  }

  private int end(LeafReaderContext context) {
    int maxDoc = context.reader().maxDoc();
    return to - context.docBase >= maxDoc ? maxDoc : (int) Math.max(0, to - context.docBase + 1);
  }

  @Override
  public void visit(QueryVisitor visitor) {
    visitor.visitLeaf(this);
  }

  @Override
  public String toString(String field) {
    return "seq:[" + from + " TO " + to + "]";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SeqRange range && range.from == from && range.to == to;
  }

  @Override
  public int hashCode() {
    return Objects.hash(from, to);
  }
}
