package qerberos.query;

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;

/// A query as Lucene has it. Used by one thread at a time, for one query.
///
/// `manyTerms` tells that the form holds a part which must visit every term of a range first, so
/// that asking it again for a few documents is as dear as asking it for all.
final class LuceneForm {
  /// From here on alternatives are looked up as a set.
  private static final int SET_FROM = 16;

  private final TimeLimit limit;
  private boolean manyTerms;
  private final org.apache.lucene.search.Query query;

  /// @param limit for walking the terms of a range or a set
  LuceneForm(Query query, TimeLimit limit) {
    this.limit = limit;
    try {
      this.query = form(query);
    } catch (IndexSearcher.TooManyClauses e) {
      throw new IllegalArgumentException(
          "query: too many parts, want at most " + IndexSearcher.getMaxClauseCount(), e);
    }
  }

  org.apache.lucene.search.Query query() {
    return query;
  }

  boolean manyTerms() {
    return manyTerms;
  }

  private org.apache.lucene.search.Query form(Query query) {
    return switch (query) {
      case Query.All _ -> MatchAllDocsQuery.INSTANCE;
      case Query.And(var parts) -> and(parts);
      case Query.Or(var parts) -> or(parts);
      case Query.Not(var part) -> and(List.of(query));
      case Query.Term term -> term(term);
      case Query.Prefix(var field, var start)
          when start.isEmpty() && FieldName.of(field).alwaysThere() ->
          MatchAllDocsQuery.INSTANCE;
      case Query.Prefix prefix -> form(Wanted.prefix(prefix));
      case Query.Range range -> range(range);
      case Query.Cidr cidr -> form(Wanted.network(cidr));
      case Query.Text text -> form(Wanted.words(text));
    };
  }

  private org.apache.lucene.search.Query and(List<Query> parts) {
    var all = new BooleanQuery.Builder();
    boolean wants = false;
    for (Query part : parts) {
      if (part instanceof Query.Not(var unwanted)) {
        all.add(form(unwanted), Occur.MUST_NOT);
      } else {
        all.add(form(part), Occur.FILTER);
        wants = true;
      }
    }
    if (!wants) {
      all.add(MatchAllDocsQuery.INSTANCE, Occur.FILTER);
    }
    return all.build();
  }

  private org.apache.lucene.search.Query or(List<Query> parts) {
    var any = new BooleanQuery.Builder();
    var wanted = new ArrayList<Wanted>();
    for (Query part : parts) {
      if (part instanceof Query.Term term && !term.field().equals("seq")) {
        wanted.add(Wanted.term(term));
      } else {
        any.add(form(part), Occur.SHOULD);
      }
    }
    if (!wanted.isEmpty()) {
      any.add(form(new Wanted.Either(wanted)), Occur.SHOULD);
    }
    return any.build();
  }

  private org.apache.lucene.search.Query term(Query.Term term) {
    if (term.field().equals("seq")) {
      long seq = Long.parseLong(term.value());
      return new SeqRange(seq, seq);
    }
    return form(Wanted.term(term));
  }

  private org.apache.lucene.search.Query range(Query.Range range) {
    FieldName field = FieldName.of(range.field());
    return switch (field.kind()) {
      case TIME -> {
        long from = Moment.microsFrom(field.text(), range.from());
        long to = Moment.microsTo(field.text(), range.to());
        yield from > to
            ? MatchNoDocsQuery.INSTANCE
            : NumericDocValuesField.newSlowRangeQuery(field.text(), from, to);
      }
      case SEQ -> new SeqRange(field.seqFrom(range.from()), field.seqTo(range.to()));
      case NESTED -> form(Wanted.range(range));
      case KEYWORD, TEXT -> throw new IllegalStateException(field.text() + " has no ranges");
    };
  }

  private org.apache.lucene.search.Query form(Wanted wanted) {
    return switch (wanted) {
      case Wanted.One(var term) -> new TermQuery(new Term(Generation.TERMS, term));
      case Wanted.Between(var from, var to) -> {
        manyTerms = true;
        yield from.compareTo(to) >= 0
            ? MatchNoDocsQuery.INSTANCE
            : new LimitedTerms.Range(from, to, limit);
      }
      case Wanted.Every(var parts) -> {
        var all = new BooleanQuery.Builder();
        parts.forEach(part -> all.add(form(part), Occur.FILTER));
        yield all.build();
      }
      case Wanted.Either(var parts) -> either(parts);
    };
  }

  /// Alternatives; many single terms are looked up as one set.
  private org.apache.lucene.search.Query either(List<Wanted> parts) {
    var any = new BooleanQuery.Builder();
    var terms = new ArrayList<BytesRef>();
    for (Wanted part : parts) {
      if (part instanceof Wanted.One(var term) && parts.size() >= SET_FROM) {
        terms.add(term);
      } else {
        any.add(form(part), Occur.SHOULD);
      }
    }
    if (!terms.isEmpty()) {
      manyTerms = true;
      any.add(new LimitedTerms.Set(terms, limit), Occur.SHOULD);
    }
    return any.build();
  }
}
