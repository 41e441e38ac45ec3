package qerberos.query;

import java.util.function.Predicate;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;

/// Answers a query for one event, without an index. Used by one thread at a time.
///
/// Making all terms of an event costs about as much as reading it from the log, so that it is done
/// only when a part of the query asks for more than a field of one value, a time or a place.
final class Matching {
  private final long leafIndex;
  private final AuditEvent event;
  private @Nullable TermBuffer terms;
  private final BytesRef term = new BytesRef();

  private Matching(long leafIndex, AuditEvent event) {
    this.leafIndex = leafIndex;
    this.event = event;
  }

  static boolean matches(Query query, long leafIndex, AuditEvent event) {
    return new Matching(leafIndex, event).matches(query);
  }

  private boolean matches(Query query) {
    return switch (query) {
      case Query.All _ -> true;
      case Query.And(var parts) -> parts.stream().allMatch(this::matches);
      case Query.Or(var parts) -> parts.stream().anyMatch(this::matches);
      case Query.Not(var part) -> !matches(part);
      case Query.Term wanted -> matches(wanted);
      case Query.Prefix wanted -> has(Wanted.prefix(wanted));
      case Query.Range range -> matches(range);
      case Query.Cidr wanted -> has(Wanted.network(wanted));
      case Query.Text text -> has(Wanted.words(text));
    };
  }

  private boolean matches(Query.Term wanted) {
    String value = wanted.value();
    return switch (wanted.field()) {
      case "seq" -> leafIndex == Long.parseLong(value);
      case "type" -> value.equals(event.type());
      case "subtype" -> value.equals(event.subtype());
      case "severity" -> value.equals(event.severity());
      case "actor" -> value.equals(event.actor().squidId());
      case "subId" -> value.equals(event.actor().subId());
      case "daoId" -> value.equals(event.actor().daoId());
      case "layer" -> value.equals(event.layer());
      case "verdict" -> value.equals(event.verdict().name());
      case "ref" -> value.equals(event.ref());
      case "source" -> value.equals(event.source());
      default -> has(Wanted.term(wanted));
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
    TermBuffer all = terms;
    if (all == null) {
      all = new TermBuffer();
      all.read(event);
      terms = all;
    }
    for (int i = 0; i < all.count(); i++) {
      all.term(i, term);
      if (wanted.test(term)) {
        return true;
      }
    }
    return false;
  }
}
