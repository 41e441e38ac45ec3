package qerberos.query;

import java.io.IOException;
import java.util.Collection;
import org.apache.lucene.index.FilterLeafReader.FilterTermsEnum;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermRangeQuery;
import org.apache.lucene.util.AttributeSource;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/// Walks the terms that a part of a query stands for, and stops when the time is over: a network of
/// millions of addresses is walked within Lucene, between two of our own steps.
///
/// Used by one thread at a time.
final class LimitedTerms extends FilterTermsEnum {
  private final TimeLimit limit;

  private LimitedTerms(TermsEnum terms, TimeLimit limit) {
    super(terms);
    this.limit = limit;
  }

  @Override
  public @Nullable BytesRef next() throws IOException {
    limit.done(TimeLimit.TERM);
    return in.next();
  }

  @Override
  public PostingsEnum postings(@Nullable PostingsEnum reuse, int flags) throws IOException {
    limit.done(in.docFreq());
    return in.postings(reuse, flags);
  }

  /// Equal to another of the same ends, whatever the limit.
  static final class Range extends TermRangeQuery {
    private final TimeLimit limit;

    Range(BytesRef from, BytesRef to, TimeLimit limit) {
      super(Generation.TERMS, from, to, true, false);
      this.limit = limit;
    }

    @Override
    protected TermsEnum getTermsEnum(Terms terms, AttributeSource attributes) throws IOException {
      return new LimitedTerms(super.getTermsEnum(terms, attributes), limit);
    }
  }

  /// Equal to another of the same terms, whatever the limit.
  static final class Set extends TermInSetQuery {
    private final TimeLimit limit;

    Set(Collection<BytesRef> terms, TimeLimit limit) {
      super(Generation.TERMS, terms);
      this.limit = limit;
    }

    @Override
    protected TermsEnum getTermsEnum(Terms terms, AttributeSource attributes) throws IOException {
      return new LimitedTerms(super.getTermsEnum(terms, attributes), limit);
    }
  }
}
