package qerberos.event;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON value: object, array, string, number, boolean or null. Immutable.
///
/// Two objects are equal when they have equal members, in whatever order those were given: members
/// are kept in the order of RFC 8785 (UTF-16 units of the name), so that writing needs no sorting.
public sealed interface Json {
  /// The one null.
  Json.Null NULL = new Null();

  /// The object without members.
  Json.Obj EMPTY = new Obj(Map.of());

  /// A string as JSON.
  ///
  /// @throws IllegalArgumentException when half of a surrogate pair stands alone
  static Str of(String text) {
    return new Str(text);
  }

  /// A number as JSON.
  ///
  /// @throws IllegalArgumentException when it is infinite or not a number
  static Num of(double number) {
    return new Num(number);
  }

  /// A boolean as JSON.
  static Bool of(boolean value) {
    return value ? Bool.TRUE : Bool.FALSE;
  }

  /// An object: names, each once, with their values; iterated in the order of RFC 8785.
  record Obj(Map<String, Json> members) implements Json {
    public Obj {
      members = Members.of(members);
    }

    /// The value of that name, or null.
    public @Nullable Json get(String name) {
      return members.get(name);
    }

    /// The string of that name, or null when there is none or it is not a string.
    public @Nullable String text(String name) {
      return members.get(name) instanceof Str(String value) ? value : null;
    }

    /// The object of that name, or the empty one when there is none or it is not an object.
    public Obj object(String name) {
      return members.get(name) instanceof Obj obj ? obj : EMPTY;
    }

    public boolean isEmpty() {
      return members.isEmpty();
    }

    /// This object with one member added or replaced.
    public Obj with(String name, Json value) {
      return new Obj(sorted().with(name, value));
    }

    /// The members as two arrays in order, for the writers of this package.
    Members sorted() {
      return (Members) members;
    }
  }

  /// An array.
  record Arr(List<Json> items) implements Json {
    public Arr {
      items = List.copyOf(items);
    }
  }

  /// A string of whole Unicode characters.
  record Str(String value) implements Json {
    public Str {
      int lone = Text.loneSurrogate(value);
      if (lone >= 0) {
        throw new IllegalArgumentException(Text.loneSurrogateMessage(value, lone));
      }
    }
  }

  /// A number as RFC 8785 has them, an IEEE 754 double; minus zero is zero.
  record Num(double value) implements Json {
    public Num {
      if (Double.isNaN(value) || Double.isInfinite(value)) {
        throw new IllegalArgumentException("number " + value + ", want a finite one");
      }
      value = value == 0 ? 0.0 : value;
    }
  }

  /// True or false.
  record Bool(boolean value) implements Json {
    static final Bool TRUE = new Bool(true);
    static final Bool FALSE = new Bool(false);
  }

  /// Null.
  record Null() implements Json {}
}
