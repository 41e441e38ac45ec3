package qerberos.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.intake.AnyJson;

/// Reads what a peer with an HTTP interface answered.
final class JsonReply {
  private JsonReply() {}

  /// @throws IllegalStateException when the answer is no JSON object
  static Json.Obj object(String body) {
    Json json = AnyJson.read(body.getBytes(StandardCharsets.UTF_8));
    if (json instanceof Json.Obj object) {
      return object;
    }
    throw new IllegalStateException("no object: " + body);
  }

  /// The items of an array that must be there.
  static List<Json> items(@Nullable Json json) {
    if (json instanceof Json.Arr(var items)) {
      return items;
    }
    throw new IllegalStateException("no array: " + json);
  }

  /// A whole number that must be there.
  static long whole(@Nullable Json json) {
    if (json instanceof Json.Num(double value)) {
      return (long) value;
    }
    throw new IllegalStateException("no number: " + json);
  }

  /// The object in an array of objects.
  static Json.Obj member(Json item) {
    if (item instanceof Json.Obj object) {
      return object;
    }
    throw new IllegalStateException("no object: " + item);
  }
}
