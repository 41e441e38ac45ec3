package qerberos.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Which events a command is about: a query and a stretch of event time. Used by one thread at a
/// time.
final class Filters {
  @Parameters(arity = "0..*", paramLabel = "QUERY", description = "What to find; nothing: all.")
  private List<String> words = new ArrayList<>();

  @Mixin private EventTime time = new EventTime();

  @Option(
      names = "--saved",
      paramLabel = "NAME",
      description = "What this saved search finds, and matches QUERY too when there is one.")
  private @Nullable String saved;

  /// The words as one query; empty when there are none.
  String query() {
    return String.join(" ", words);
  }

  /// Not earlier than this; null when open.
  @Nullable String from() {
    return time.from();
  }

  /// Earlier than this; null when open.
  @Nullable String to() {
    return time.to();
  }

  /// Whether more than the words narrows what is found.
  boolean narrowed() {
    return time.narrowed() || saved != null;
  }

  /// Writes what they ask for into the query of a request.
  ///
  /// @throws Failure the words are no query; shows where
  void into(Asking asking) throws Failure {
    String query = query();
    Caret.check(query);
    asking.add("q", query.isEmpty() ? null : query);
    asking.add("search", saved);
    asking.add("startDate", time.from());
    asking.add("endDate", time.to());
  }
}
