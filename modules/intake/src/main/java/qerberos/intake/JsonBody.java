package qerberos.intake;

import java.util.List;

/// A body of JSON: one event, or an array of them. Immutable.
public record JsonBody(boolean array, List<Parsed> events) {
  public JsonBody {
    events = List.copyOf(events);
  }
}
