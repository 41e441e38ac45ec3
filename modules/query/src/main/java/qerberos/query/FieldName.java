package qerberos.query;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import qerberos.event.Verdict;
import qerberos.query.Query.Bound;

/// The name of a field, and what may be asked of it. Immutable.
///
/// The one place that knows all names. `code` is the first byte of the field's terms in the index.
record FieldName(Kind kind, String text, byte code, String path) {
  /// Bytes of a prefix in UTF-8 that can be looked for; longer values are hashed from byte 200 on.
  static final int PREFIX_MAX = 190;

  private static final String DETAILS = "details.";
  private static final String CONTEXT = "context.";

  /// The fields of one value, with the code of their terms.
  private static final Map<String, Character> KEYWORDS =
      Map.ofEntries(
          Map.entry("id", 'i'),
          Map.entry("type", 't'),
          Map.entry("subtype", 'u'),
          Map.entry("severity", 'v'),
          Map.entry("actor", 'a'),
          Map.entry("subId", 'b'),
          Map.entry("daoId", 'd'),
          Map.entry("layer", 'l'),
          Map.entry("verdict", 'j'),
          Map.entry("ref", 'r'),
          Map.entry("source", 's'));

  private static final Map<String, String> ALIASES =
      Map.of(
          "action", "type",
          "target", "ref",
          "timestamp", "time",
          "actor.squidId", "actor",
          "actor.subId", "subId",
          "actor.daoId", "daoId");

  private static final Set<String> ALWAYS_THERE =
      Set.of("id", "type", "actor", "layer", "verdict", "ref", "source");

  static final String KNOWN =
      "id, type, subtype, severity, actor, subId, daoId, layer, verdict, ref, source, time,"
          + " receivedAt, seq, text, details.<path> or context.<path>";

  /// What kind of question a field answers.
  enum Kind {
    /// One exact text.
    KEYWORD,
    /// Microseconds since 1970.
    TIME,
    /// The place in the log.
    SEQ,
    /// The words of an event.
    TEXT,
    /// A path into `details` or `context`: texts, numbers, booleans, addresses.
    NESTED
  }

  /// The field of that name.
  ///
  /// @throws IllegalArgumentException naming the known fields
  static FieldName of(String given) {
    String name = ALIASES.getOrDefault(given, given);
    Character code = KEYWORDS.get(name);
    if (code != null) {
      return new FieldName(Kind.KEYWORD, name, (byte) code.charValue(), "");
    }
    return switch (name) {
      case "time", "receivedAt" -> new FieldName(Kind.TIME, name, (byte) 0, "");
      case "seq" -> new FieldName(Kind.SEQ, name, (byte) 0, "");
      case "text" -> new FieldName(Kind.TEXT, name, TermBuffer.WORD, "");
      default -> nested(name);
    };
  }

  private static FieldName nested(String name) {
    if (name.startsWith(DETAILS) && name.length() > DETAILS.length()) {
      return new FieldName(Kind.NESTED, name, TermBuffer.DETAILS, name.substring(DETAILS.length()));
    }
    if (name.startsWith(CONTEXT) && name.length() > CONTEXT.length()) {
      return new FieldName(Kind.NESTED, name, TermBuffer.CONTEXT, name.substring(CONTEXT.length()));
    }
    throw new IllegalArgumentException("unknown field \"" + name + "\", want " + KNOWN);
  }

  /// The names that are written the same, with the name they stand for.
  static Map<String, String> aliases() {
    return new TreeMap<>(ALIASES);
  }

  boolean alwaysThere() {
    return ALWAYS_THERE.contains(text);
  }

  /// Checks the value of a [Query.Term] and returns how it is written.
  String term(String value) {
    return switch (kind) {
      case KEYWORD -> text.equals("verdict") ? verdict(value) : notEmpty(value);
      case NESTED -> value;
      case SEQ -> Long.toString(seq(value));
      case TIME -> throw wrong("a point in time, want a range such as [2026-01-01 TO 2026-02-01}");
      case TEXT -> throw wrong("one exact value, want words (Query.Text)");
    };
  }

  /// Checks the start of a [Query.Prefix] and returns how it is written.
  String prefix(String start) {
    if (TermBuffer.utf8Length(start) > PREFIX_MAX) {
      throw wrong(
          "a start of more than " + PREFIX_MAX + " bytes, want it shorter or the whole value");
    }
    return switch (kind) {
      case KEYWORD -> {
        if (text.equals("id") && !start.isEmpty()) {
          throw wrong("the start of an id, want the whole id: ids are found whole only");
        }
        yield start;
      }
      case NESTED -> start;
      case TEXT -> {
        var words = Words.distinct(start);
        if (words.size() != 1 || words.iterator().next().length() != start.length()) {
          throw wrong("\"" + start + "*\", want the start of one word, letters or digits only");
        }
        yield words.iterator().next();
      }
      case TIME, SEQ -> throw wrong("the start of a value, want a range");
    };
  }

  /// Checks the ends of a [Query.Range].
  void range(@Nullable Bound from, @Nullable Bound to) {
    if (from == null && to == null) {
      throw wrong("a range without ends, want at least one");
    }
    switch (kind) {
      case TIME -> {
        Moment.microsFrom(text, from);
        Moment.microsTo(text, to);
      }
      case SEQ -> {
        seqFrom(from);
        seqTo(to);
      }
      case NESTED -> {
        if (from != null && to != null && kind(from) != kind(to)) {
          throw wrong("a range whose ends differ in kind, want two numbers, addresses or texts");
        }
      }
      case KEYWORD, TEXT ->
          throw wrong(
              "a range, want one on time, receivedAt, seq, details.<path> or context.<path>");
    }
  }

  /// Checks the network of a [Query.Cidr] and returns how it is written.
  String network(String network) {
    switch (kind) {
      case NESTED, TEXT -> {}
      case KEYWORD, TIME, SEQ ->
          throw wrong("a network, want one on details.<path>, context.<path> or text");
    }
    Address address;
    try {
      address = Address.network(network);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(text + ": network " + e.getMessage(), e);
    }
    if (address == null) {
      throw wrong("\"" + network + "\", want a network such as 10.0.0.0/8 or 2001:db8::/32");
    }
    return address.toString();
  }

  /// What kind of value at a path compares with this end.
  static byte kind(@Nullable Bound bound) {
    if (bound == null) {
      throw new IllegalArgumentException("a range has one end at least");
    }
    if (TermBuffer.number(bound.value()) != null) {
      return TermBuffer.NUMBER_VALUE;
    }
    byte[] address = Shape.of(bound.value()).address();
    return address == null ? TermBuffer.TEXT_VALUE : TermBuffer.kind(address);
  }

  /// The first place that a range from here includes; none when beyond every place.
  long seqFrom(@Nullable Bound from) {
    if (from == null) {
      return 0;
    }
    long first = seq(from.value());
    return from.inclusive() || first == Long.MAX_VALUE ? first : first + 1;
  }

  /// The last place that a range to here includes; -1 when none.
  long seqTo(@Nullable Bound to) {
    if (to == null) {
      return Long.MAX_VALUE;
    }
    long last = seq(to.value());
    return to.inclusive() ? last : last - 1;
  }

  private long seq(String value) {
    if (!value.matches("[0-9]{1,18}")) {
      throw wrong("\"" + value + "\", want a whole number of at most 18 digits");
    }
    return Long.parseLong(value);
  }

  private String verdict(String value) {
    for (Verdict verdict : Verdict.values()) {
      if (verdict.name().equals(value.toUpperCase(Locale.ROOT))) {
        return verdict.name();
      }
    }
    throw wrong("\"" + value + "\", want ALLOW, DENY or WARN");
  }

  private String notEmpty(String value) {
    if (value.isEmpty()) {
      throw wrong("an empty value, want at least one character");
    }
    return value;
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(text + ": " + what);
  }
}
