package qerberos.query;

import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.util.BytesRef;

/// Hands the terms of a buffer to Lucene without copying them. Used by one thread at a time.
final class EventTerms extends TokenStream {
  private final TermBuffer terms;
  private final BytesRef term = new BytesRef();
  private int next;

  EventTerms(TermBuffer terms) {
    this.terms = terms;
    addAttribute(BytesTermAttribute.class).setBytesRef(term);
  }

  @Override
  public boolean incrementToken() {
    if (next == terms.count()) {
      return false;
    }
    terms.term(next++, term);
    return true;
  }

  @Override
  public void reset() {
    next = 0;
  }

  /// Nothing to add: terms have no positions.
  @Override
  public void end() {}

  @Override
  public void close() {}
}
