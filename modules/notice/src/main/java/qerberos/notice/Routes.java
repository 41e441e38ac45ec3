package qerberos.notice;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Who hears what. Immutable.
public record Routes(List<Route> all) {
  /// Nobody hears anything.
  public static final Routes NONE = new Routes(List.of());

  public Routes {
    all = List.copyOf(all);
  }

  /// Everybody whom a fitting route names, each once, in the order of the routes; of two times for
  /// one way the earlier.
  ///
  /// @param type of what it is about, such as `alert.raised`
  /// @param identity whom it is about; null when nobody
  /// @param at when there is something to say
  public List<Way> of(Severity severity, String type, @Nullable String identity, Instant at) {
    return eachOnce(
        fitting(severity, type, identity, at).flatMap(route -> route.ways(severity, at)));
  }

  /// Everybody who hears of an alert that nobody acknowledges, and when, in the same way.
  public List<Way> escalations(
      Severity severity, String type, @Nullable String identity, Instant at) {
    return eachOnce(
        fitting(severity, type, identity, at).flatMap(route -> route.escalations(severity, at)));
  }

  private Stream<Route> fitting(
      Severity severity, String type, @Nullable String identity, Instant at) {
    return all.stream().filter(route -> route.matches(severity, type, identity, at));
  }

  private static List<Way> eachOnce(Stream<Way> ways) {
    Map<Way, Way> earliest = new LinkedHashMap<>();
    ways.forEach(
        way -> {
          Way _ =
              earliest.merge(
                  way.held(Way.AT_ONCE),
                  way,
                  (one, other) -> other.notBefore().isBefore(one.notBefore()) ? other : one);
        });
    return List.copyOf(earliest.values());
  }
}
