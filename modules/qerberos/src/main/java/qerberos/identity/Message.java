package qerberos.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import qerberos.event.Canonical;
import qerberos.event.Json;
import qerberos.intake.AnyJson;

/// A small JSON object, as sQuid and Qonsent send and receive it: at most 64 KiB, no name twice.
/// Values are texts, booleans, numbers, lists, maps and null. Immutable.
record Message(Map<String, @Nullable Object> members) {
  static final int MOST_BYTES = 65_536;

  /// Throws IOException when the bytes are anything but one JSON object.
  static Message read(byte[] bytes) throws IOException {
    if (bytes.length > MOST_BYTES) {
      throw new IOException(bytes.length + " bytes of JSON, want at most " + MOST_BYTES);
    }
    try {
      if (AnyJson.read(bytes) instanceof Json.Obj object) {
        return new Message(plain(object));
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("not JSON: " + e.getMessage(), e);
    }
    throw new IOException("not a JSON object");
  }

  /// The bytes of an object with these members in this order; a [Raw] value goes in as it is.
  static byte[] bytes(Map<String, ?> members) {
    var text = new StringBuilder();
    write(text, members);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Text that is JSON already.
  record Raw(String json) {}

  /// The text at this path of member names, or null.
  @Nullable String text(String... path) {
    return at(path) instanceof String text ? text : null;
  }

  @Nullable Boolean flag(String... path) {
    return at(path) instanceof Boolean flag ? flag : null;
  }

  @Nullable Long number(String... path) {
    return at(path) instanceof Number number ? number.longValue() : null;
  }

  @Nullable Object at(String... path) {
    Object here = members;
    for (String name : path) {
      here = here instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return here;
  }

  private static Map<String, @Nullable Object> plain(Json.Obj object) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    object.members().forEach((name, value) -> members.put(name, plain(value)));
    return Collections.unmodifiableMap(members);
  }

  private static @Nullable Object plain(Json json) {
    return switch (json) {
      case Json.Obj object -> plain(object);
      case Json.Arr(var items) -> {
        List<@Nullable Object> list = new ArrayList<>();
        items.forEach(item -> list.add(plain(item)));
        yield Collections.unmodifiableList(list);
      }
      case Json.Str(var text) -> text;
      case Json.Num(var number) -> number;
      case Json.Bool(var flag) -> flag;
      case Json.Null _ -> null;
    };
  }

  private static void write(StringBuilder out, @Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case Boolean flag -> out.append(flag.booleanValue());
      case Number number -> out.append(Canonical.number(number.doubleValue()));
      case Raw raw -> out.append(raw.json());
      case Map<?, ?> map -> {
        String before = "{";
        for (var member : map.entrySet()) {
          out.append(before);
          write(out, String.valueOf(member.getKey()));
          out.append(':');
          write(out, member.getValue());
          before = ",";
        }
        out.append(map.isEmpty() ? "{}" : "}");
      }
      case List<?> list -> {
        String before = "[";
        for (Object item : list) {
          out.append(before);
          write(out, item);
          before = ",";
        }
        out.append(list.isEmpty() ? "[]" : "]");
      }
      default -> {
        byte[] text = Canonical.bytes(Json.of(value.toString()));
        out.append(new String(text, StandardCharsets.UTF_8));
      }
    }
  }
}
