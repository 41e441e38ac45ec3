package qerberos.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.BytesRef;
import qerberos.query.Query.Bound;

/// What a question asks of an event's terms. Immutable. Both the index and [Matching] answer it, so
/// they cannot disagree on its meaning.
sealed interface Wanted {
  /// This one.
  record One(BytesRef term) implements Wanted {}

  /// A term not before `from` and before `to`, in the order of unsigned bytes.
  record Between(BytesRef from, BytesRef to) implements Wanted {}

  /// All of these.
  record Every(List<Wanted> parts) implements Wanted {}

  /// At least one of these; none when there are none.
  record Either(List<Wanted> parts) implements Wanted {}

  static Wanted term(Query.Term term) {
    FieldName field = FieldName.of(term.field());
    String value = term.value();
    if (field.text().equals("id")) {
      return opaque(field, value);
    }
    var buffer = new TermBuffer();
    if (field.kind() != FieldName.Kind.NESTED) {
      buffer.text(field, value);
      return new One(buffer.last());
    }
    Shape shape = Shape.of(value);
    byte[] address = shape.address();
    if (address != null) {
      buffer.address(field, address);
      return new One(buffer.last());
    }
    Wanted text = shape.opaque() ? opaque(field, value) : text(field, value);
    Double number = TermBuffer.number(value);
    if (number == null) {
      return text;
    }
    buffer.number(field, number);
    return new Either(List.of(text, new One(buffer.last())));
  }

  /// All words of a text, each part of it that is an address or opaque also as one.
  static Wanted words(Query.Text text) {
    FieldName field = FieldName.of("text");
    var all = new ArrayList<Wanted>();
    for (Words.Chunk chunk : Words.chunks(text.words())) {
      var ways = new ArrayList<Wanted>();
      byte[] address = chunk.shape().address();
      if (address != null) {
        var buffer = new TermBuffer();
        buffer.address(field, address);
        ways.add(new One(buffer.last()));
      } else if (chunk.shape().opaque()) {
        ways.add(opaque(field, chunk.text()));
      }
      if (!chunk.words().isEmpty()) {
        ways.add(every(chunk.words().stream().map(word -> text(field, word)).toList()));
      }
      all.add(ways.size() == 1 ? ways.getFirst() : new Either(ways));
    }
    return every(all);
  }

  static Wanted prefix(Query.Prefix prefix) {
    FieldName field = FieldName.of(prefix.field());
    var buffer = new TermBuffer();
    if (prefix.start().isEmpty()) {
      buffer.field(field);
      return startingWith(buffer.last());
    }
    buffer.prefix(field, prefix.start());
    Wanted texts = startingWith(buffer.last());
    if (field.kind() != FieldName.Kind.NESTED) {
      return texts;
    }
    var ways = new ArrayList<Wanted>();
    ways.add(texts);
    for (Address network : Address.startingWith(prefix.start())) {
      ways.add(network(field, network));
    }
    return ways.size() == 1 ? texts : new Either(ways);
  }

  static Wanted network(Query.Cidr cidr) {
    Address network = Address.network(cidr.network());
    if (network == null) {
      throw new IllegalStateException(cidr.network() + " has been checked");
    }
    return network(FieldName.of(cidr.field()), network);
  }

  private static Between network(FieldName field, Address network) {
    return between(field, network.first(), network.last());
  }

  private static Between between(FieldName field, byte[] first, byte[] last) {
    var buffer = new TermBuffer();
    buffer.address(field, first);
    BytesRef from = buffer.last();
    buffer.address(field, last);
    return new Between(from, behind(buffer.last()));
  }

  /// A range of numbers, addresses or texts at a path.
  static Wanted range(Query.Range range) {
    FieldName field = FieldName.of(range.field());
    Bound from = range.from();
    Bound to = range.to();
    byte kind = FieldName.kind(from == null ? to : from);
    var buffer = new TermBuffer();
    buffer.kind(field, kind);
    Between all = startingWith(buffer.last());
    BytesRef start = all.from();
    BytesRef stop = all.to();
    if (from != null) {
      BytesRef end = end(buffer, field, from, kind);
      start = from.inclusive() ? end : behind(end);
    }
    if (to != null) {
      BytesRef end = end(buffer, field, to, kind);
      stop = to.inclusive() ? behind(end) : end;
    }
    return new Between(start, stop);
  }

  private static BytesRef end(TermBuffer buffer, FieldName field, Bound bound, byte kind) {
    Double number = TermBuffer.number(bound.value());
    byte[] address = Shape.of(bound.value()).address();
    if (kind == TermBuffer.NUMBER_VALUE && number != null) {
      buffer.number(field, number);
    } else if (kind != TermBuffer.TEXT_VALUE && address != null) {
      buffer.address(field, address);
    } else {
      buffer.text(field, bound.value());
    }
    return buffer.last();
  }

  private static Wanted text(FieldName field, String value) {
    var buffer = new TermBuffer();
    buffer.text(field, value);
    return new One(buffer.last());
  }

  private static Wanted opaque(FieldName field, String value) {
    var buffer = new TermBuffer();
    buffer.opaque(field, value);
    return new One(buffer.last());
  }

  private static Wanted every(List<? extends Wanted> parts) {
    return parts.size() == 1 ? parts.getFirst() : new Every(List.copyOf(parts));
  }

  /// Every term that starts with these bytes.
  private static Between startingWith(BytesRef start) {
    byte[] next = Arrays.copyOfRange(start.bytes, start.offset, start.offset + start.length);
    int last = next.length - 1;
    // The first byte of a term is a letter, so that this ends before the front.
    while (next[last] == -1) {
      last--;
    }
    next[last]++;
    return new Between(start, new BytesRef(next, 0, last + 1));
  }

  /// The smallest term behind this one.
  private static BytesRef behind(BytesRef term) {
    return new BytesRef(Arrays.copyOf(term.bytes, term.length + 1));
  }
}
