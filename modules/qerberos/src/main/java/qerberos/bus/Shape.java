package qerberos.bus;

import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;
import qerberos.event.JsonBytes;
import qerberos.event.Rfc3339;

/// Which members an object must and may have, and what they are: what the JSON Schema of a topic
/// says of its payload, for the moment in which it is written. A test holds the two together.
///
/// Lengths are counted in Unicode characters, as JSON Schema counts them. Immutable.
final class Shape {
  /// What a member's value may be.
  @FunctionalInterface
  interface Kind {
    /// What is wanted instead of this value; null when it is as wanted.
    @Nullable String wanted(Json value);
  }

  private record Member(String name, boolean required, Kind kind) {}

  private final List<Member> members;

  private Shape(List<Member> members) {
    this.members = List.copyOf(members);
  }

  static Shape empty() {
    return new Shape(List.of());
  }

  Shape with(String name, Kind kind) {
    return with(new Member(name, true, kind));
  }

  Shape withOptional(String name, Kind kind) {
    return with(new Member(name, false, kind));
  }

  private Shape with(Member member) {
    List<Member> more = new ArrayList<>(members);
    more.add(member);
    return new Shape(more);
  }

  /// What is wrong with these members, in one sentence; others than the named ones do not count.
  Optional<String> fault(Json.Obj object) {
    for (Member member : members) {
      Json value = object.get(member.name);
      if (value == null) {
        if (member.required) {
          return Optional.of(member.name + ": missing");
        }
        continue;
      }
      String wanted = member.kind.wanted(value);
      if (wanted != null) {
        return Optional.of(member.name + ": want " + wanted);
      }
    }
    return Optional.empty();
  }

  /// Writes those members of the object that are named here, into an object that is open.
  void write(JsonBytes json, Json.Obj object) {
    for (Member member : members) {
      Json value = object.get(member.name);
      if (value != null) {
        json.name(member.name).value(value);
      }
    }
  }

  /// 1 to `most` characters.
  static Kind text(int most) {
    return value ->
        value instanceof Json.Str(var text)
                && !text.isEmpty()
                && text.codePointCount(0, text.length()) <= most
            ? null
            : "a text of 1.." + most + " characters";
  }

  static Kind oneOf(String... texts) {
    Set<String> all = Set.of(texts);
    return value ->
        value instanceof Json.Str(var text) && all.contains(text)
            ? null
            : "one of " + String.join(", ", texts);
  }

  static Kind number(double least, double most) {
    return value ->
        value instanceof Json.Num(var number) && number >= least && number <= most
            ? null
            : "a number " + least + ".." + most;
  }

  static Kind anyNumber() {
    return value -> value instanceof Json.Num ? null : "a number";
  }

  /// A date and time, RFC 3339.
  static Kind time() {
    return value -> value instanceof Json.Str(var text) && isTime(text) ? null : "a date and time";
  }

  /// A list, possibly empty, each item of that kind.
  static Kind listOf(Kind each) {
    return value -> {
      if (!(value instanceof Json.Arr(var items))) {
        return "a list";
      }
      for (Json item : items) {
        String wanted = each.wanted(item);
        if (wanted != null) {
          return "in the list " + wanted;
        }
      }
      return null;
    };
  }

  /// An object of that shape, without other members.
  static Kind object(Shape shape) {
    return value ->
        value instanceof Json.Obj obj
            ? shape
                .fault(obj)
                .or(() -> shape.unknown(obj).map(name -> "no member " + name))
                .orElse(null)
            : "an object";
  }

  private Optional<String> unknown(Json.Obj object) {
    return object.members().keySet().stream()
        .filter(name -> members.stream().noneMatch(member -> member.name.equals(name)))
        .findFirst();
  }

  private static boolean isTime(String text) {
    try {
      var ignored = Rfc3339.read(text);
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
