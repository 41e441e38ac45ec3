package qerberos.query;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;

/// A question about one event: does it match or not? Immutable.
///
/// Made by [QueryParser] from text or by hand; `toString` writes the text that parses to an equal
/// query. A scope ("only this organisation's rows") is one more query, put in front with
/// [#and(List)]. Field names are those of [QueryParser]; each part checks that its field knows what
/// is asked of it, and throws IllegalArgumentException naming the field when it does not.
public sealed interface Query {
  /// Every event. Written `*`.
  record All() implements Query {
    @Override
    public String toString() {
      return QueryText.of(this);
    }
  }

  /// Events that match every part, of which there are two or more; an And inside is dissolved.
  record And(List<Query> parts) implements Query {
    public And {
      var flat = new ArrayList<Query>(parts.size());
      for (Query part : parts) {
        if (part instanceof And(var inner)) {
          flat.addAll(inner);
        } else {
          flat.add(part);
        }
      }
      parts = atLeastTwo("and", flat);
    }

    @Override
    public String toString() {
      return QueryText.of(this);
    }
  }

  /// Events that match one part or more; an Or inside is dissolved.
  record Or(List<Query> parts) implements Query {
    public Or {
      var flat = new ArrayList<Query>(parts.size());
      for (Query part : parts) {
        if (part instanceof Or(var inner)) {
          flat.addAll(inner);
        } else {
          flat.add(part);
        }
      }
      parts = atLeastTwo("or", flat);
    }

    @Override
    public String toString() {
      return QueryText.of(this);
    }
  }

  /// Events that do not match the part.
  record Not(Query part) implements Query {
    @Override
    public String toString() {
      return QueryText.of(this);
    }
  }

  /// The field has exactly this value. In `details.*` and `context.*` a value that reads as a
  /// number finds that number as well as that text, one that is an address finds it however it is
  /// written, and `true` and `false` find booleans too.
  record Term(String field, String value) implements Query {
    public Term {
      FieldName name = FieldName.of(field);
      field = name.text();
      value = name.term(value);
    }

    @Override
    public String toString() {
      return QueryText.of(this);
    }
  }

  /// The field has a text that starts so, at most 190 bytes of UTF-8, or a version 4 address that
  /// does. An empty start asks only that the field has a value. On `text` it is the start of a
  /// word. Ids, and 16 or more hexadecimal digits (UUIDs, trace ids), are not found by their start.
  record Prefix(String field, String start) implements Query {
    public Prefix {
      FieldName name = FieldName.of(field);
      field = name.text();
      start = name.prefix(start);
    }

    @Override
    public String toString() {
      return QueryText.of(this);
    }
  }

  /// The field lies between two ends, one of which may be missing. On `time` and `receivedAt` the
  /// ends are RFC 3339 instants, on `seq` integers. In `details.*` and `context.*` numbers compare
  /// with numbers, addresses with addresses of their version, other texts with other texts by code
  /// point; 16 or more hexadecimal digits compare with nothing.
  record Range(String field, @Nullable Bound from, @Nullable Bound to) implements Query {
    public Range {
      FieldName name = FieldName.of(field);
      field = name.text();
      name.range(from, to);
    }

    @Override
    public String toString() {
      return QueryText.of(this);
    }
  }

  /// One end of a range; `inclusive` when a value equal to it belongs to the range.
  record Bound(String value, boolean inclusive) {}

  /// The field has an address of this network, such as `10.0.0.0/8` or `2001:db8::/32`; on `text`,
  /// the event's `ref` or any text of its details is one.
  record Cidr(String field, String network) implements Query {
    public Cidr {
      FieldName name = FieldName.of(field);
      field = name.text();
      network = name.network(network);
    }

    @Override
    public String toString() {
      return QueryText.of(this);
    }
  }

  /// Every word of this text occurs in the event's `ref`, `type` or the texts of its details,
  /// whatever the case, the order and the place. An address or a UUID also finds itself where it is
  /// a whole value, however it is written. There are 1 to 64 words.
  record Text(String words) implements Query {
    public Text {
      int count = Words.count(words);
      if (count == 0) {
        throw new IllegalArgumentException("text: no word in it, want letters or digits");
      }
      if (count > Words.QUERY_MAX) {
        throw new IllegalArgumentException(
            "text: " + count + " words, want at most " + Words.QUERY_MAX);
      }
    }

    @Override
    public String toString() {
      return QueryText.of(this);
    }
  }

  /// All of these: every event when there are none, the one itself when there is one.
  static Query and(List<Query> parts) {
    return switch (parts.size()) {
      case 0 -> new All();
      case 1 -> parts.getFirst();
      default -> new And(parts);
    };
  }

  /// Any of these: no event when there are none, the one itself when there is one.
  static Query or(List<Query> parts) {
    return switch (parts.size()) {
      case 0 -> new Not(new All());
      case 1 -> parts.getFirst();
      default -> new Or(parts);
    };
  }

  /// Answers without the index, from the event itself: what a caller asks about a hit when it must
  /// not trust the index (a scope), or about an event that has just arrived (a subscription).
  ///
  /// @param leafIndex the event's place in the log
  default boolean matches(long leafIndex, AuditEvent event) {
    return Matching.matches(this, leafIndex, event);
  }

  /// Whether some part looks for words.
  default boolean asksWords() {
    return switch (this) {
      case Text _ -> true;
      case Prefix(var field, _) -> field.equals("text");
      case Cidr(var field, _) -> field.equals("text");
      case And(var parts) -> parts.stream().anyMatch(Query::asksWords);
      case Or(var parts) -> parts.stream().anyMatch(Query::asksWords);
      case Not(var part) -> part.asksWords();
      case All _, Term _, Range _ -> false;
    };
  }

  private static List<Query> atLeastTwo(String what, List<Query> parts) {
    if (parts.size() < 2) {
      throw new IllegalArgumentException(what + ": " + parts.size() + " parts, want 2 or more");
    }
    return List.copyOf(parts);
  }
}
