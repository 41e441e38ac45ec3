package qerberos.query;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import qerberos.query.Query.Bound;

/// Reads the query language. Used by one thread at a time.
///
/// | written | finds events |
/// |---|---|
/// | `type:auth.login` | whose type is exactly that; case counts |
/// | `type:auth.*`, `details.path:"C:\\Program "*` | whose value starts so |
/// | `subId:*` | that have a value there |
/// | `details.ip:10.0.0.0/8`, `details.ip:2001:db8::/32` | with an address of that network |
/// | `time:[2026-01-01 TO 2026-02-01}`, `time:>=2026-01`, `time:2026-01-31` | of that time |
/// | `details.amount:>1000`, `seq:[* TO 99]` | within those ends |
/// | `quarterly`, `"the quarterly report"` | with all these words: see [Query.Text] |
/// | `quart*` | with a word that starts so |
/// | `details."odd name":x` | whose path needs quotes |
/// | `a b`, `a AND b` | that match both |
/// | `a OR b` | that match one or both; binds weaker than AND |
/// | `-a`, `NOT a` | that do not match a |
/// | `*`, nothing | all |
///
/// Fields are `id`, `type` (or `action`), `subtype`, `severity`, `actor`, `subId`, `daoId`,
/// `layer`, `verdict`, `ref` (or `target`), `source`, `time` (or `timestamp`), `receivedAt`, `seq`
/// (the place in the log), `text`, and paths into `details` and `context`. `[ ]` include the ends
/// of a range, `{ }` do not, `*` is an open end. Words in capitals (AND, OR, NOT, TO) are operators
/// only in capitals and outside quotes. In quotes, `\"` and `\\` stand for the second character
/// and nothing else has a meaning. A year, month or day is UTC and means all of it:
/// `time:<=2026-01` ends with January.
///
/// Limits: 4,096 characters, 32 levels of parentheses and NOT, 256 terms (each word of a text
/// counts). Anything else is a [QuerySyntax] that names the column and what was wanted.
public final class QueryParser {
  static final int LENGTH_MAX = 4_096;
  static final int DEPTH_MAX = 32;
  static final int TERMS_MAX = 256;

  private static final String NAME_SIGNS = "_-.@/$#+";

  private final String text;
  private int at;
  private int depth;
  private int terms;

  private QueryParser(String text) {
    this.text = text;
  }

  /// Reads a query.
  ///
  /// @throws QuerySyntax when the text is none
  public static Query parse(String text) {
    if (text.length() > LENGTH_MAX) {
      throw new QuerySyntax(
          LENGTH_MAX + 1, text.length() + " characters, want at most " + LENGTH_MAX);
    }
    return new QueryParser(text).whole();
  }

  /// Reads names of fields as they are written in a query, with commas between them.
  ///
  /// @return their own names, in that order
  /// @throws QuerySyntax when the text is none, or names one twice
  public static List<String> fields(String text) {
    if (text.length() > LENGTH_MAX) {
      throw new QuerySyntax(
          LENGTH_MAX + 1, text.length() + " characters, want at most " + LENGTH_MAX);
    }
    return new QueryParser(text).names();
  }

  private List<String> names() {
    var names = new ArrayList<String>();
    while (true) {
      skipSpace();
      int start = at;
      String name = name();
      if (at == start) {
        throw wrong(at, "want the name of a field");
      }
      String known = made(start, () -> FieldName.of(name), "").text();
      if (names.contains(known)) {
        throw wrong(start, known + " twice");
      }
      names.add(known);
      skipSpace();
      if (atEnd()) {
        return names;
      }
      if (text.charAt(at) != ',') {
        throw wrong(
            at, "\"" + text.substring(at, text.offsetByCodePoints(at, 1)) + "\", want a comma");
      }
      at++;
    }
  }

  static boolean plainInName(int c) {
    return Character.isLetterOrDigit(c) || NAME_SIGNS.indexOf(c) >= 0;
  }

  private Query whole() {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        int codePoint = text.codePointAt(i);
        if (codePoint <= Character.MAX_VALUE) {
          throw wrong(i, "half a character (a lone surrogate), want whole ones");
        }
        i++;
      }
    }
    skipSpace();
    if (at == text.length()) {
      return new Query.All();
    }
    Query query = or();
    if (at < text.length()) {
      throw wrong(at, "a \")\" without its \"(\"");
    }
    return query;
  }

  private Query or() {
    var parts = new ArrayList<Query>();
    parts.add(and());
    while (takeWord("OR")) {
      parts.add(and());
    }
    return Query.or(parts);
  }

  private Query and() {
    var parts = new ArrayList<Query>();
    do {
      parts.add(not());
    } while (takeWord("AND") || anotherBegins());
    return Query.and(parts);
  }

  private boolean anotherBegins() {
    return !atEnd() && text.charAt(at) != ')' && !word("OR");
  }

  private Query not() {
    int start = at;
    boolean sign = at + 1 < text.length() && text.charAt(at) == '-' && !space(text.charAt(at + 1));
    if (sign) {
      at++;
    } else if (!takeWord("NOT")) {
      return primary();
    }
    deeper(start);
    Query part = not();
    depth--;
    return new Query.Not(part);
  }

  private Query primary() {
    if (atEnd()) {
      throw wrong(at, "the text ends, want a field, a word or \"(\"");
    }
    int start = at;
    char c = text.charAt(at);
    if (c == ')' || word("AND") || word("OR")) {
      throw wrong(at, "\"" + (c == ')' ? ")" : bare()) + "\", want a field, a word or \"(\"");
    }
    if (c == '(') {
      deeper(start);
      at++;
      skipSpace();
      Query inner = or();
      if (atEnd()) {
        throw wrong(start, "a \"(\" without its \")\"");
      }
      at++;
      depth--;
      return closed(inner);
    }
    if (c == '*' && bareEnd() == at + 1) {
      at++;
      return closed(new Query.All());
    }
    Query clause = clause(start);
    terms += clause instanceof Query.Text(var words) ? Words.count(words) : 1;
    if (terms > TERMS_MAX) {
      throw wrong(start, "more than " + TERMS_MAX + " terms");
    }
    return closed(clause);
  }

  /// One clause: `field:value` or words.
  private Query clause(int start) {
    if (text.charAt(start) == '"') {
      return words(start, quoted());
    }
    String name = name();
    if (at < text.length() && text.charAt(at) == ':') {
      FieldName field = made(start, () -> FieldName.of(name), URL_HINT);
      at++;
      return value(field);
    }
    at = start;
    String word = bare();
    boolean starred = at < text.length() && text.charAt(at) == '*';
    return !starred && networkLike(word)
        ? made(start, () -> new Query.Cidr("text", word), "")
        : words(start, word);
  }

  private static final String URL_HINT = "; a text that holds a colon needs double quotes";

  /// A field's name; `details.` and `context.` may be followed by quoted parts.
  private String name() {
    var name = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"' && (name.indexOf("details.") == 0 || name.indexOf("context.") == 0)) {
        name.append(quoted());
      } else if (plainInName(c)) {
        name.append(c);
        at++;
      } else {
        break;
      }
    }
    return name.toString();
  }

  private Query words(int start, String words) {
    if (takeStar()) {
      return made(start, () -> new Query.Prefix("text", words), "");
    }
    return made(start, () -> new Query.Text(words), "");
  }

  private Query value(FieldName field) {
    int start = at;
    if (at == text.length() || space(text.charAt(at)) || ")(".indexOf(text.charAt(at)) >= 0) {
      throw wrong(at, field.text() + ": no value, want one right after the colon");
    }
    switch (text.charAt(at)) {
      case '[', '{' -> {
        return range(field);
      }
      case '<', '>' -> {
        return comparison(field);
      }
      default -> {}
    }
    boolean quoted = text.charAt(at) == '"';
    String value = quoted ? quoted() : bare();
    if (takeStar()) {
      return made(start, () -> new Query.Prefix(field.text(), value), "");
    }
    return made(
        start,
        () ->
            switch (field.kind()) {
              case TEXT ->
                  !quoted && networkLike(value)
                      ? new Query.Cidr(field.text(), value)
                      : new Query.Text(value);
              case TIME -> time(field, value);
              case KEYWORD, SEQ -> new Query.Term(field.text(), value);
              case NESTED ->
                  !quoted && networkLike(value)
                      ? new Query.Cidr(field.text(), value)
                      : new Query.Term(field.text(), value);
            },
        "");
  }

  private static boolean networkLike(String value) {
    int slash = value.indexOf('/');
    return slash > 0 && Address.bytes(value.substring(0, slash)) != null;
  }

  private static Query time(FieldName field, String value) {
    Moment moment = moment(field, value);
    return new Query.Range(
        field.text(),
        new Bound(moment.start().toString(), true),
        new Bound(moment.end().toString(), moment.isPoint()));
  }

  /// `[a TO b]` and its open forms.
  private Query range(FieldName field) {
    int start = at;
    boolean fromIncluded = text.charAt(at++) == '[';
    skipSpace();
    int fromAt = at;
    String from = bound(start);
    checkEnd(fromAt, field, from);
    skipSpace();
    if (!takeWord("TO")) {
      throw wrong(at, field.text() + ": want TO between the two ends of a range");
    }
    int toAt = at;
    String to = bound(start);
    checkEnd(toAt, field, to);
    skipSpace();
    if (at == text.length() || "]}".indexOf(text.charAt(at)) < 0) {
      throw wrong(at, field.text() + ": want ] or } at the end of a range");
    }
    boolean toIncluded = text.charAt(at++) == ']';
    return made(start, () -> range(field, from, fromIncluded, to, toIncluded), "");
  }

  /// `>a`, `>=a`, `<a`, `<=a`.
  private Query comparison(FieldName field) {
    int start = at;
    boolean lower = text.charAt(at++) == '>';
    boolean included = at < text.length() && text.charAt(at) == '=';
    if (included) {
      at++;
    }
    if (at == text.length()
        || space(text.charAt(at))
        || "()*<>[]{}".indexOf(text.charAt(at)) >= 0) {
      throw wrong(at, field.text() + ": want a value after the comparison");
    }
    int valueAt = at;
    String value = text.charAt(at) == '"' ? quoted() : bare();
    checkEnd(valueAt, field, value);
    return made(
        start,
        () ->
            lower
                ? range(field, value, included, null, true)
                : range(field, null, true, value, included),
        "");
  }

  /// An end that is wrong by itself is complained about where it stands, not where the range
  /// begins.
  private void checkEnd(int start, FieldName field, @Nullable String value) {
    if (value == null) {
      return;
    }
    switch (field.kind()) {
      case TIME -> {
        Moment ignored = made(start, () -> moment(field, value), "");
      }
      case SEQ -> {
        Query ignored = made(start, () -> new Query.Term(field.text(), value), "");
      }
      case KEYWORD, TEXT, NESTED -> {}
    }
  }

  private static Query range(
      FieldName field,
      @Nullable String from,
      boolean fromIncluded,
      @Nullable String to,
      boolean toIncluded) {
    if (field.kind() != FieldName.Kind.TIME) {
      return new Query.Range(
          field.text(),
          from == null ? null : new Bound(from, fromIncluded),
          to == null ? null : new Bound(to, toIncluded));
    }
    return new Query.Range(
        field.text(),
        from == null ? null : after(moment(field, from), fromIncluded),
        to == null ? null : until(moment(field, to), toIncluded));
  }

  private static Bound after(Moment moment, boolean included) {
    return moment.isPoint() || included
        ? new Bound(moment.start().toString(), included)
        : new Bound(moment.end().toString(), true);
  }

  private static Bound until(Moment moment, boolean included) {
    return moment.isPoint() || !included
        ? new Bound(moment.start().toString(), included)
        : new Bound(moment.end().toString(), false);
  }

  private static Moment moment(FieldName field, String value) {
    try {
      return Moment.parse(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(field.text() + ": " + e.getMessage(), e);
    }
  }

  /// One end of a range, or null for `*`.
  private @Nullable String bound(int start) {
    if (at < text.length() && text.charAt(at) == '"') {
      return quoted();
    }
    int from = at;
    while (at < text.length() && !space(text.charAt(at)) && "]}".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    if (at == from) {
      throw wrong(at == text.length() ? start : at, "a range lacks an end, want [a TO b] or *");
    }
    String bound = text.substring(from, at);
    return bound.equals("*") ? null : bound;
  }

  /// The text between two quotes.
  private String quoted() {
    int start = at++;
    var value = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return value.toString();
      }
      if (c == '\\') {
        if (at == text.length() || "\"\\".indexOf(text.charAt(at)) < 0) {
          throw wrong(at - 1, "a lone \\ in quotes, want \\\" or \\\\");
        }
        c = text.charAt(at++);
      }
      value.append(c);
    }
    throw wrong(start, "a quote that is not closed");
  }

  /// Everything up to a space, a parenthesis or a quote, without a star at its end.
  private String bare() {
    int end = bareEnd();
    int star = text.indexOf('*', at);
    if (star >= 0 && star < end - 1) {
      throw wrong(star, "a * inside a value, want it at the end or the value in quotes");
    }
    String value = text.substring(at, star == end - 1 ? star : end);
    at += value.length();
    return value;
  }

  private int bareEnd() {
    int end = at;
    while (end < text.length()
        && !space(text.charAt(end))
        && "()\"".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    return end;
  }

  private boolean takeStar() {
    boolean star = at < text.length() && text.charAt(at) == '*';
    if (star) {
      at++;
    }
    return star;
  }

  /// What stands behind a finished part: a space, a closing parenthesis or the end.
  private Query closed(Query query) {
    if (at < text.length() && !space(text.charAt(at)) && text.charAt(at) != ')') {
      throw wrong(
          at, "\"" + text.substring(at, text.offsetByCodePoints(at, 1)) + "\", want a space");
    }
    skipSpace();
    return query;
  }

  private boolean takeWord(String word) {
    if (!word(word)) {
      return false;
    }
    at += word.length();
    skipSpace();
    return true;
  }

  private boolean word(String word) {
    int end = at + word.length();
    return text.startsWith(word, at)
        && (end == text.length()
            || space(text.charAt(end))
            || "()\"".indexOf(text.charAt(end)) >= 0);
  }

  private boolean atEnd() {
    return at == text.length();
  }

  private void skipSpace() {
    while (at < text.length() && space(text.charAt(at))) {
      at++;
    }
  }

  private static boolean space(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  private void deeper(int start) {
    if (++depth > DEPTH_MAX) {
      throw wrong(start, "more than " + DEPTH_MAX + " levels");
    }
  }

  /// What the maker makes; its complaint gets this column.
  private <T> T made(int start, Supplier<T> maker, String hint) {
    try {
      return maker.get();
    } catch (QuerySyntax e) {
      throw e;
    } catch (IllegalArgumentException e) {
      QuerySyntax syntax = wrong(start, e.getMessage() + hint);
      syntax.initCause(e);
      throw syntax;
    }
  }

  private QuerySyntax wrong(int position, String message) {
    return new QuerySyntax(text.codePointCount(0, position) + 1, message);
  }
}
