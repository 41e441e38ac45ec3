package qerberos.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qerberos.query.Order;
import qerberos.query.Query;
import qerberos.query.QueryParser;
import qerberos.query.QuerySyntax;
import qerberos.state.SavedSearch;

/// What a search asks for, from the parameters of `GET /audit/search`; the command line reads a
/// folder without a server with the same words. Immutable.
///
/// @param limit hits on a page, 1..1,000
/// @param offset hits to skip, 0..10,000
/// @param cursor where the page before ended
public record Asked(Query query, Order order, int limit, long offset, @Nullable String cursor) {
  private static final List<String> TERMS =
      List.of("subtype", "actor", "layer", "verdict", "severity", "ref", "source");

  /// Every parameter there is.
  static final Set<String> NAMES = names();

  /// Those that say which events are meant.
  static final Set<String> FILTERS = filters();

  /// Reads what stands after the question mark.
  ///
  /// @throws IllegalArgumentException naming the parameter, what came and what was wanted
  public static Asked of(String rawQuery) {
    try {
      return of(Params.of(rawQuery, NAMES));
    } catch (Refused e) {
      throw new IllegalArgumentException(e.text(), e);
    }
  }

  /// The same, where `search` names one that is kept.
  ///
  /// @param saved finds it
  public static Asked of(String rawQuery, Function<String, Optional<SavedSearch>> saved) {
    Set<String> names = new LinkedHashSet<>(NAMES);
    names.add("search");
    try {
      Params params = Params.of(rawQuery, names);
      Asked asked = of(params);
      Optional<String> name = params.text("search");
      return name.isEmpty()
          ? asked
          : asked.within(
              saved.apply(name.get()).orElseThrow(() -> noSearch()), params.has("order"));
    } catch (Refused e) {
      throw new IllegalArgumentException(e.text(), e);
    }
  }

  static Refused noSearch() {
    return Refused.field("search", "no saved search has this name");
  }

  /// Of what this asks for, that which the saved search finds too, in its order when none was
  /// given.
  Asked within(SavedSearch saved, boolean orderGiven) {
    return new Asked(
        within(saved, query), orderGiven ? order : order(saved.order()), limit, offset, cursor);
  }

  static Query within(SavedSearch saved, Query query) {
    Query kept;
    try {
      kept = QueryParser.parse(saved.query());
    } catch (IllegalArgumentException e) {
      throw Refused.field("search", "is no query any more: " + e.getMessage());
    }
    return query instanceof Query.All ? kept : Query.and(List.of(kept, query));
  }

  static Asked of(Params params) {
    return new Asked(
        query(params),
        order(params.text("order").orElse("newest")),
        (int) params.number("limit", 100, 1, 1_000),
        params.number("offset", 0, 0, 10_000),
        params.text("cursor").orElse(null));
  }

  /// Which events are meant.
  static Query query(Params params) {
    List<Query> parts = new ArrayList<>();
    params.text("q").ifPresent(text -> parts.add(parsed(text)));
    params.text("type", "action").ifPresent(type -> parts.add(new Query.Term("type", type)));
    for (String name : TERMS) {
      params.text(name).ifPresent(value -> parts.add(term(name, value)));
    }
    @Nullable Instant start = instant(params, "startDate", "start");
    @Nullable Instant end = instant(params, "endDate", "end");
    if (start != null && end != null && start.isAfter(end)) {
      throw Refused.field("endDate", "lies before startDate");
    }
    if (start != null || end != null) {
      parts.add(new Query.Range("time", bound(start), bound(end)));
    }
    return Query.and(parts);
  }

  /// What this text in the query language asks for.
  static Query parsed(String text) {
    try {
      return QueryParser.parse(text);
    } catch (QuerySyntax e) {
      throw Refused.at("q", e.column(), e.complaint());
    } catch (IllegalArgumentException e) {
      throw named(e, "q");
    }
  }

  private static Query term(String name, String value) {
    if (name.equals("verdict") && !Set.of("ALLOW", "DENY", "WARN").contains(value)) {
      throw Refused.field(
          "verdict", "\"" + Params.shortened(value) + "\", want ALLOW, DENY or WARN");
    }
    try {
      return new Query.Term(name, value);
    } catch (IllegalArgumentException e) {
      throw named(e, name);
    }
  }

  private static Query.@Nullable Bound bound(@Nullable Instant instant) {
    return instant == null ? null : new Query.Bound(instant.toString(), true);
  }

  private static @Nullable Instant instant(Params params, String name, String alias) {
    Optional<String> text = params.text(name, alias);
    if (text.isEmpty()) {
      return null;
    }
    String field = params.has(name) ? name : alias;
    String value = text.get();
    try {
      if (value.length() == 10) {
        LocalDate day = LocalDate.parse(value);
        return field.startsWith("end")
            ? day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant().minusNanos(1)
            : day.atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      // A plus sign in a query is a space unless it was escaped, and few escape it.
      return OffsetDateTime.parse(value.replace(' ', '+')).toInstant();
    } catch (DateTimeException e) {
      throw Refused.field(
          field,
          "\""
              + Params.shortened(value)
              + "\", want ISO 8601 such as 2026-01-31 or 2026-01-31T12:00:00Z");
    }
  }

  /// What an order is called.
  static Order order(String text) {
    return switch (text) {
      case "newest", "desc" -> Order.NEWEST_LEAF;
      case "oldest", "asc" -> Order.OLDEST_LEAF;
      case "time" -> Order.TIME;
      default ->
          throw Refused.field(
              "order", "\"" + Params.shortened(text) + "\", want newest, oldest or time");
    };
  }

  /// The library says "field: what is wrong"; where it names none, `otherwise` is the field.
  static Refused named(IllegalArgumentException e, String otherwise) {
    String message = String.valueOf(e.getMessage());
    int colon = message.indexOf(": ");
    boolean names = colon > 0 && message.substring(0, colon).matches("[A-Za-z._]{1,40}");
    return names
        ? Refused.field(message.substring(0, colon), message.substring(colon + 2))
        : Refused.field(otherwise, message);
  }

  private static Set<String> filters() {
    Set<String> names =
        new LinkedHashSet<>(List.of("q", "type", "action", "startDate", "start", "endDate", "end"));
    names.addAll(TERMS);
    return names;
  }

  private static Set<String> names() {
    return filtersAnd("limit", "offset", "cursor", "order");
  }

  /// Those of a route that takes filters and more.
  static Set<String> filtersAnd(String... more) {
    Set<String> names = filters();
    names.addAll(List.of(more));
    return names;
  }
}
