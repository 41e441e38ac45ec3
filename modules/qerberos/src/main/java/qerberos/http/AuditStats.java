package qerberos.http;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.event.JsonBytes;
import qerberos.identity.Permission;
import qerberos.query.Aggregate;
import qerberos.query.Interval;
import qerberos.query.Query;
import qerberos.trail.TrailSearch;

/// `GET /audit/stats`: numbers about the events that a search would find.
///
/// | parameter | answers |
/// |---|---|
/// | the filters of `GET /audit`, `search` | about which events |
/// | `interval=1h` | `histogram`: how many in each stretch of event time that has any |
/// | `by=type` | the same with the most frequent types counted apart in each stretch |
/// | `top=type,details.ip` | the most frequent values of each field |
/// | `size=10` | how many values `top` shows and `by` counts apart |
/// | `distinct=actor` | how many different values; `exact` says whether or at least so many |
///
/// `count` and `logSize`, how many events of the log were looked at, are always there; all numbers
/// are about the same ones. Nothing is counted that the caller may not see.
///
/// Safe for concurrent use.
final class AuditStats {
  /// Bars that one answer may hold.
  static final int BARS_MAX = 1_000;

  /// Values that are counted apart at most.
  static final int DISTINCT_MAX = 100_000;

  private static final int APART_MAX = 100;
  private static final Set<String> NAMES = names();

  private final TrailSearch search;
  private final Records records;
  private final SearchRoutes saved;

  AuditStats(TrailSearch search, Records records, SearchRoutes saved) {
    this.search = search;
    this.records = records;
    this.saved = saved;
  }

  private static Set<String> names() {
    Set<String> names = new LinkedHashSet<>(Asked.FILTERS);
    names.addAll(List.of("search", "searchOwner", "interval", "by", "top", "size", "distinct"));
    return names;
  }

  List<Route> routes() {
    return List.of(Route.guarded("GET", "/audit/stats", Permission.AUDIT_READ, this::stats));
  }

  private Answer stats(Exchange exchange) throws Exception {
    Params params = exchange.params(NAMES);
    Query query = saved.within(exchange, params, Asked.query(params));
    int size = (int) params.number("size", 10, 1, 1_000);
    @Nullable Histogram histogram = histogram(params, size);
    List<String> top = Figures.fields(params, "top");
    List<String> distinct = Figures.fields(params, "distinct");
    List<Aggregate> wanted = new ArrayList<>();
    wanted.add(new Aggregate.Count());
    wanted.addAll(Figures.top("top", top, size));
    for (String field : distinct) {
      try {
        wanted.add(new Aggregate.Distinct(field, DISTINCT_MAX));
      } catch (IllegalArgumentException e) {
        throw Figures.ofField("distinct", e);
      }
    }
    if (histogram != null) {
      wanted.add(histogram.wanted());
    }
    records.read(exchange, "qerberos:audit:stats", query.toString());
    List<Aggregate.Answer> answers =
        Figures.asked(exchange, "q", () -> search.count(exchange.caller().view(), query, wanted));
    return exchange.ok(
        json -> {
          json.object();
          if (answers.getFirst() instanceof Aggregate.Total(var count, var logSize)) {
            json.name("count").value(count).name("logSize").value(logSize);
          }
          int at = 1;
          if (!top.isEmpty()) {
            Figures.write(json.name("top"), top, answers.subList(at, at + top.size()));
          }
          at += top.size();
          if (!distinct.isEmpty()) {
            json.name("distinct").object();
            for (String field : distinct) {
              distinct(json.name(field), answers.get(at++));
            }
            json.end();
          }
          if (histogram != null) {
            histogram(json.name("histogram"), histogram, answers.getLast());
          }
          json.end();
        });
  }

  private record Histogram(Aggregate.Histogram wanted, Interval interval) {}

  private static @Nullable Histogram histogram(Params params, int size) {
    Optional<String> text = params.text("interval");
    @Nullable String by = one(Figures.fields(params, "by"));
    if (text.isEmpty()) {
      if (by != null) {
        throw Refused.field("by", "counts apart in a histogram, want an interval too");
      }
      return null;
    }
    if (by != null && size > APART_MAX) {
      throw Refused.field("size", "\"" + size + "\", want 1.." + APART_MAX + " together with by");
    }
    Interval interval;
    try {
      interval = Interval.parse(text.get());
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, "interval");
    }
    try {
      int values = Math.min(size, APART_MAX);
      return new Histogram(new Aggregate.Histogram(interval, by, values, BARS_MAX), interval);
    } catch (IllegalArgumentException e) {
      throw Figures.ofField("by", e);
    }
  }

  private static @Nullable String one(List<String> fields) {
    if (fields.size() > 1) {
      throw Refused.field("by", fields.size() + " fields, want one");
    }
    return fields.isEmpty() ? null : fields.getFirst();
  }

  private static void distinct(JsonBytes json, Aggregate.Answer answer) {
    json.object();
    if (answer instanceof Aggregate.Different(var values, var exact, _)) {
      json.name("count").value(values).name("exact").value(exact);
    }
    json.end();
  }

  private static void histogram(JsonBytes json, Histogram asked, Aggregate.Answer answer) {
    @Nullable String by = asked.wanted().by();
    json.object().name("interval").value(asked.interval().toString());
    if (by != null) {
      json.name("by").value(by);
    }
    json.name("bars").array();
    if (answer instanceof Aggregate.Bars(var bars, _)) {
      for (Aggregate.Bar bar : bars) {
        json.object().name("start").value(bar.start().toString());
        json.name("count").value(bar.events());
        if (by != null) {
          Figures.write(json.name("by"), bar.by());
        }
        json.end();
      }
    }
    json.end().end();
  }
}
