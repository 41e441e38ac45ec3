package qerberos.query;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import qerberos.event.Json;

/// A place in an event's `details` or `context`, and what stands below it. Used by one thread at a
/// time.
///
/// Events of one kind have the same paths, so paths are kept from event to event: a name is found
/// by one look into a map, and its bytes are made once.
final class Place {
  /// Receives the values of an event.
  interface Reader {
    /// @param words whether the words of this text can be searched
    void string(Place at, String value, boolean words);

    void number(Place at, double value);

    void truth(Place at, boolean value);
  }

  private final byte[] bytes;
  private final Map<String, Place> children = new HashMap<>();
  private final Repeats repeats = new Repeats();

  /// The place that the terms with this code begin at.
  Place(byte code) {
    this(new byte[] {code});
  }

  /// The place with this name, whose parts are joined by dots already.
  static Place of(FieldName field) {
    return new Place(field.code()).child(field.path());
  }

  private Place(byte[] bytes) {
    this.bytes = bytes;
  }

  /// The code, then the names joined by dots; U+0000 as C0 80, so that a 0 behind a path is its
  /// end. Not to be changed.
  byte[] bytes() {
    return bytes;
  }

  /// The values met here that are likely to come again.
  Repeats repeats() {
    return repeats;
  }

  /// Forgets the numbers of all terms.
  void clear() {
    repeats.clear();
    children.values().forEach(Place::clear);
  }

  /// Reads all values of an object, in its order.
  void members(Json.Obj object, boolean words, Reader reader) {
    object.members().forEach((name, value) -> child(name).value(value, words, reader));
  }

  private void value(Json value, boolean words, Reader reader) {
    switch (value) {
      case Json.Str(String string) -> reader.string(this, string, words);
      case Json.Num(double number) -> reader.number(this, number);
      case Json.Bool(boolean truth) -> reader.truth(this, truth);
      case Json.Obj object -> members(object, words, reader);
      case Json.Arr(List<Json> items) -> {
        for (Json item : items) {
          value(item, words, reader);
        }
      }
      case Json.Null _ -> {}
    }
  }

  private Place child(String name) {
    Place known = children.get(name);
    if (known == null) {
      known = new Place(extended(name));
      children.put(name, known);
    }
    return known;
  }

  private byte[] extended(String name) {
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + 3 * name.length());
    int size = bytes.length;
    if (size > 1) {
      longer[size++] = '.';
    }
    for (int i = 0; i < name.length(); ) {
      int c = name.codePointAt(i);
      i += Character.charCount(c);
      if (c == 0) {
        longer[size++] = (byte) 0xc0;
        longer[size++] = (byte) 0x80;
      } else {
        size = TermBuffer.encode(longer, size, c);
      }
    }
    return Arrays.copyOf(longer, size);
  }

  /// About how many bytes all this takes in memory.
  long memory() {
    long sum = 200 + bytes.length + repeats.memory();
    for (Map.Entry<String, Place> child : children.entrySet()) {
      sum += 100 + child.getKey().length() + child.getValue().memory();
    }
    return sum;
  }
}
