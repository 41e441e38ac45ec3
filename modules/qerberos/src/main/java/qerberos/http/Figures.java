package qerberos.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import qerberos.event.JsonBytes;
import qerberos.query.Aggregate;
import qerberos.query.IndexBehind;
import qerberos.query.QueryParser;
import qerberos.query.QuerySyntax;
import qerberos.query.SearchTooLong;

/// Asks for numbers about what matches, and writes them. Immutable.
final class Figures {
  /// How many fields one request may count by.
  static final int FIELDS_MAX = 10;

  private Figures() {}

  /// The fields that a parameter names, with commas between them; none when it is not given.
  static List<String> fields(Params params, String name) {
    List<String> fields;
    try {
      fields = params.text(name).map(QueryParser::fields).orElse(List.of());
    } catch (QuerySyntax e) {
      throw Refused.at(name, e.column(), e.complaint());
    }
    if (fields.size() > FIELDS_MAX) {
      throw Refused.field(name, fields.size() + " fields, want at most " + FIELDS_MAX);
    }
    return fields;
  }

  /// The most frequent values of each field.
  static List<Aggregate> top(String name, List<String> fields, int size) {
    List<Aggregate> all = new ArrayList<>();
    for (String field : fields) {
      try {
        all.add(new Aggregate.Top(field, size));
      } catch (IllegalArgumentException e) {
        throw ofField(name, e);
      }
    }
    return all;
  }

  /// The library calls the field `field`; the caller has another name for it.
  static Refused ofField(String name, IllegalArgumentException e) {
    String message = String.valueOf(e.getMessage());
    int colon = message.indexOf(": ");
    return Refused.field(name, colon < 0 ? message : message.substring(colon + 2));
  }

  /// Looks into the index; what it cannot answer becomes an answer that says why.
  ///
  /// @param otherwise the parameter that is at fault when the index names none
  static <T> T asked(Exchange exchange, String otherwise, Callable<T> work) throws Exception {
    try {
      return exchange.timed("search", work);
    } catch (IndexBehind e) {
      throw behind(e);
    } catch (SearchTooLong e) {
      throw Refused.unavailable(
          Code.SERVICE_UNAVAILABLE,
          "the search took longer than "
              + e.most().toMillis()
              + " ms and was stopped; narrow it with startDate and endDate, type or actor, or raise"
              + " search.timeout",
          5);
    } catch (IllegalArgumentException e) {
      throw Asked.named(e, otherwise);
    }
  }

  /// A part of the answer would pass for the whole.
  static Refused behind(IndexBehind e) {
    return Refused.unavailable(
        Code.SERVICE_UNAVAILABLE, "the index is being built: " + e.getMessage(), 2);
  }

  /// `{"type":[{"value":"auth.login","count":7}]}`, for the answers to [#top].
  static void write(JsonBytes json, List<String> fields, List<Aggregate.Answer> answers) {
    json.object();
    for (int i = 0; i < fields.size(); i++) {
      json.name(fields.get(i)).array();
      if (answers.get(i) instanceof Aggregate.Values(var values, _)) {
        for (Aggregate.Value value : values) {
          json.object().name("value").value(value.value());
          json.name("count").value(value.events()).end();
        }
      }
      json.end();
    }
    json.end();
  }

  /// Values in order, so that an answer is the same each time.
  static void write(JsonBytes json, Map<String, Long> counts) {
    json.object();
    new TreeMap<>(counts).forEach((value, count) -> json.name(value).value(count));
    json.end();
  }
}
