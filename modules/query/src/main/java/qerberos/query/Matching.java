package qerberos.query;

import java.util.function.Predicate;
import org.apache.lucene.util.BytesRef;
import qerberos.event.AuditEvent;

/// Answers a query for one event, without an index. Used by one thread at a time.
final class Matching {
  private final long leafIndex;
  private final AuditEvent event;
  private final TermBuffer terms;
  private final BytesRef term = new BytesRef();

  private Matching(long leafIndex, AuditEvent event, TermBuffer terms) {
    this.leafIndex = leafIndex;
    this.event = event;
    this.terms = terms;
  }

  static boolean matches(Query query, long leafIndex, AuditEvent event) {
    var terms = new TermBuffer();
    terms.read(event);
    return new Matching(leafIndex, event, terms).matches(query);
  }

  private boolean matches(Query query) {
    return switch (query) {
      case Query.All _ -> true;
      case Query.And(var parts) -> parts.stream().allMatch(this::matches);
      case Query.Or(var parts) -> parts.stream().anyMatch(this::matches);
      case Query.Not(var part) -> !matches(part);
      case Query.Term wanted ->
          wanted.field().equals("seq")
              ? leafIndex == Long.parseLong(wanted.value())
              : has(Wanted.term(wanted));
      case Query.Prefix wanted -> has(Wanted.prefix(wanted));
      case Query.Range range -> matches(range);
      case Query.Cidr wanted -> has(Wanted.network(wanted));
      case Query.Text text -> has(Wanted.words(text));
    };
  }

  private boolean matches(Query.Range range) {
    FieldName field = FieldName.of(range.field());
    return switch (field.kind()) {
      case TIME -> {
        long micros =
            Moment.micros(field.text().equals("time") ? event.time() : event.receivedAt());
        yield micros >= Moment.microsFrom(field.text(), range.from())
            && micros <= Moment.microsTo(field.text(), range.to());
      }
      case SEQ -> leafIndex >= field.seqFrom(range.from()) && leafIndex <= field.seqTo(range.to());
      case NESTED -> has(Wanted.range(range));
      case KEYWORD, TEXT -> throw new IllegalStateException(field.text() + " has no ranges");
    };
  }

  private boolean has(Wanted wanted) {
    return switch (wanted) {
      case Wanted.Every(var parts) -> parts.stream().allMatch(this::has);
      case Wanted.Either(var parts) -> parts.stream().anyMatch(this::has);
      case Wanted.One(var one) -> any(one::bytesEquals);
      case Wanted.Between(var from, var to) ->
          any(each -> from.compareTo(each) <= 0 && each.compareTo(to) < 0);
    };
  }

  private boolean any(Predicate<BytesRef> wanted) {
    for (int i = 0; i < terms.count(); i++) {
      terms.term(i, term);
      if (wanted.test(term)) {
        return true;
      }
    }
    return false;
  }
}
