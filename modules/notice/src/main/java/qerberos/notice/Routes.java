package qerberos.notice;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who hears what. Immutable.
public record Routes(List<Route> all) {
  /// Nobody hears anything.
  public static final Routes NONE = new Routes(List.of());

  public Routes {
    all = List.copyOf(all);
  }

  /// Everybody whom a fitting route names, each once, in the order of the routes.
  ///
  /// @param type of what it is about, such as `alert.raised`
  /// @param identity whom it is about; null when nobody
  /// @param at when there is something to say
  public List<Way> of(Severity severity, String type, @Nullable String identity, Instant at) {
    return all.stream()
        .filter(route -> route.matches(severity, type, identity, at))
        .flatMap(route -> route.to().stream())
        .distinct()
        .toList();
  }
}
