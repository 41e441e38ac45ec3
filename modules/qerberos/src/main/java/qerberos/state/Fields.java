package qerberos.state;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import qerberos.event.Canonical;
import qerberos.event.Json;
import qerberos.intake.AnyJson;

/// Names and texts in one column. Immutable.
final class Fields {
  private Fields() {}

  static String written(Map<String, String> fields) {
    Map<String, Json> members = new TreeMap<>();
    fields.forEach((name, value) -> members.put(name, Json.of(value)));
    return new String(Canonical.bytes(new Json.Obj(members)), StandardCharsets.UTF_8);
  }

  static Map<String, String> read(String text) {
    Map<String, String> fields = new TreeMap<>();
    if (AnyJson.read(text.getBytes(StandardCharsets.UTF_8)) instanceof Json.Obj obj) {
      for (String name : obj.members().keySet()) {
        String value = obj.text(name);
        if (value != null) {
          fields.put(name, value);
        }
      }
    }
    return fields;
  }
}
