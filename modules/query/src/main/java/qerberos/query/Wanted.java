package qerberos.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.BytesRef;
import qerberos.query.Query.Bound;

/// What a question asks of an event's terms: that one of some, or one between two, be there.
/// Immutable. Both the index and [Matching] answer it, so they cannot disagree on its meaning.
sealed interface Wanted {
  /// One of these.
  record AnyOf(List<BytesRef> terms) implements Wanted {}

  /// A term not before `from` and before `to`, in the order of unsigned bytes.
  record Between(BytesRef from, BytesRef to) implements Wanted {}

  static Wanted term(Query.Term term) {
    FieldName field = FieldName.of(term.field());
    var buffer = new TermBuffer();
    var terms = new ArrayList<BytesRef>(2);
    buffer.exact(field, term.value());
    terms.add(buffer.last());
    Double number = field.kind() == FieldName.Kind.NESTED ? TermBuffer.number(term.value()) : null;
    if (number != null) {
      buffer.number(field, number);
      terms.add(buffer.last());
    }
    return new AnyOf(terms);
  }

  static Wanted word(String word) {
    var buffer = new TermBuffer();
    buffer.exact(FieldName.of("text"), word);
    return new AnyOf(List.of(buffer.last()));
  }

  static Wanted prefix(Query.Prefix prefix) {
    FieldName field = FieldName.of(prefix.field());
    var buffer = new TermBuffer();
    if (prefix.start().isEmpty()) {
      buffer.field(field);
    } else {
      buffer.prefix(field, prefix.start());
    }
    return startingWith(buffer.last());
  }

  static Wanted network(Query.Cidr cidr) {
    FieldName field = FieldName.of(cidr.field());
    Address network = Address.network(cidr.network());
    if (network == null) {
      throw new IllegalStateException(cidr.network() + " has been checked");
    }
    var buffer = new TermBuffer();
    buffer.address(field, network.first());
    BytesRef first = buffer.last();
    buffer.address(field, network.last());
    return new Between(first, behind(buffer.last()));
  }

  /// A range of numbers or texts at a path.
  static Wanted range(Query.Range range) {
    FieldName field = FieldName.of(range.field());
    Bound from = range.from();
    Bound to = range.to();
    Bound one = from == null ? to : from;
    boolean numeric = one != null && FieldName.numeric(one);
    var buffer = new TermBuffer();
    buffer.kind(field, numeric ? TermBuffer.NUMBER_VALUE : TermBuffer.TEXT_VALUE);
    Between all = startingWith(buffer.last());
    BytesRef start = all.from();
    BytesRef stop = all.to();
    if (from != null) {
      BytesRef end = end(buffer, field, from, numeric);
      start = from.inclusive() ? end : behind(end);
    }
    if (to != null) {
      BytesRef end = end(buffer, field, to, numeric);
      stop = to.inclusive() ? behind(end) : end;
    }
    return new Between(start, stop);
  }

  /// Every term that starts with these bytes.
  static Between startingWith(BytesRef start) {
    byte[] next = Arrays.copyOfRange(start.bytes, start.offset, start.offset + start.length);
    int last = next.length - 1;
    // The first byte of a term is a letter, so that this ends before the front.
    while (next[last] == -1) {
      last--;
    }
    next[last]++;
    return new Between(start, new BytesRef(next, 0, last + 1));
  }

  private static BytesRef end(TermBuffer buffer, FieldName field, Bound bound, boolean numeric) {
    Double number = numeric ? TermBuffer.number(bound.value()) : null;
    if (number != null) {
      buffer.number(field, number);
    } else {
      buffer.exact(field, bound.value());
    }
    return buffer.last();
  }

  /// The smallest term behind this one.
  private static BytesRef behind(BytesRef term) {
    return new BytesRef(Arrays.copyOf(term.bytes, term.length + 1));
  }

  /// Whether a term is wanted.
  default boolean has(BytesRef term) {
    return switch (this) {
      case AnyOf(var terms) -> terms.contains(term);
      case Between(var from, var to) -> from.compareTo(term) <= 0 && term.compareTo(to) < 0;
    };
  }
}
