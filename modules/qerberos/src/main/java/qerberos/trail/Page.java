package qerberos.trail;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One page of what a search found. Immutable.
///
/// @param events in the order that was asked for
/// @param total how many events match in all, exactly
/// @param nextCursor asks for the page after this one, null when there is none
public record Page(List<Shown> events, long total, @Nullable String nextCursor) {
  public Page {
    events = List.copyOf(events);
  }
}
