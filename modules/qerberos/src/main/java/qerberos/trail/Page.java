package qerberos.trail;

import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.query.Aggregate;

/// One page of what a search found. Immutable.
///
/// @param events in the order that was asked for
/// @param total how many events match in all, exactly
/// @param nextCursor asks for the page after this one, null when there is none
/// @param facets numbers about all that match, on this page and others, as they were asked for
public record Page(
    List<Shown> events, long total, @Nullable String nextCursor, List<Aggregate.Answer> facets) {
  public Page {
    events = List.copyOf(events);
    facets = List.copyOf(facets);
  }

  /// A page for which no numbers were asked.
  Page(List<Shown> events, long total, @Nullable String nextCursor) {
    this(events, total, nextCursor, List.of());
  }
}
