package qerberos.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;

/// A JSON value that a server answered, read leniently: what is missing is empty. Immutable.
record Reply(Json json) {
  /// What stands under a path of names.
  Reply at(String... path) {
    Json here = json;
    for (String name : path) {
      here = here instanceof Json.Obj members ? orNull(members.get(name)) : Json.NULL;
    }
    return new Reply(here);
  }

  /// Texts as they are, numbers without a fraction where they have none, nothing for null.
  String text() {
    return switch (json) {
      case Json.Str(var value) -> value;
      case Json.Num(var value) ->
          value == Math.rint(value) && Math.abs(value) < 1e15
              ? Long.toString((long) value)
              : Double.toString(value);
      case Json.Bool(var value) -> Boolean.toString(value);
      case Json.Null() -> "";
      case Json.Obj _, Json.Arr _ -> JsonText.compact(json);
    };
  }

  long number() {
    return json instanceof Json.Num(var value) ? (long) value : 0;
  }

  double fraction() {
    return json instanceof Json.Num(var value) ? value : 0;
  }

  boolean isMissing() {
    return json instanceof Json.Null;
  }

  List<Reply> items() {
    List<Reply> items = new ArrayList<>();
    if (json instanceof Json.Arr(var all)) {
      all.forEach(item -> items.add(new Reply(item)));
    }
    return items;
  }

  /// The names of an object's members, in their order.
  List<String> names() {
    return json instanceof Json.Obj(var members) ? List.copyOf(members.keySet()) : List.of();
  }

  private static Json orNull(@Nullable Json value) {
    return value == null ? Json.NULL : value;
  }
}
