package qerberos.event;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rules for lengths and trees, in one place; each adds to a list of faults. Immutable.
final class Limits {
  /// Levels of objects and arrays in `details` or `context`, itself included.
  static final int DEPTH_MAX = 64;

  /// Members of all objects of `details` or `context` together.
  static final int FIELDS_MAX = 1_000;

  /// Characters of a member's name.
  static final int NAME_MAX = 256;

  /// Faults told of one event.
  private static final int FAULTS_MAX = 50;

  /// The largest integer such that it and all below it are doubles: 2^53.
  static final double INTEGER_MAX = 9_007_199_254_740_992.0;

  /// From here on the canonical form of a number has an exponent.
  static final double EXPONENT_FROM = 1e21;

  private Limits() {}

  static void required(String field, @Nullable String value, int max, List<Fault> faults) {
    if (value == null) {
      faults.add(new Fault(field, "missing"));
    } else {
      length(field, value, max, faults);
    }
  }

  static void optional(String field, @Nullable String value, int max, List<Fault> faults) {
    if (value != null) {
      length(field, value, max, faults);
    }
  }

  private static void length(String field, String value, int max, List<Fault> faults) {
    if (value.isEmpty() || (value.length() > max && Text.characters(value) > max)) {
      faults.add(new Fault(field, "length " + Text.characters(value) + ", want 1.." + max));
    }
    int lone = Text.loneSurrogate(value);
    if (lone >= 0) {
      faults.add(new Fault(field, Text.loneSurrogateMessage(value, lone)));
    }
  }

  static void original(String original, List<Fault> faults) {
    int lone = Text.loneSurrogate(original);
    if (lone >= 0) {
      faults.add(new Fault("original", Text.loneSurrogateMessage(original, lone)));
    } else if (original.isEmpty()) {
      faults.add(new Fault("original", "length 0, want 1.." + EventDraft.ORIGINAL_MAX));
    } else if (Text.utf8Length(original) > EventDraft.ORIGINAL_MAX) {
      faults.add(
          new Fault(
              "original",
              Text.utf8Length(original) + " bytes, want at most " + EventDraft.ORIGINAL_MAX,
              Fault.Kind.TOO_LARGE));
    }
  }

  /// Adds a fault, unless there are enough of them already.
  static void add(Fault fault, List<Fault> faults) {
    if (faults.size() < FAULTS_MAX) {
      faults.add(fault);
    } else if (faults.size() == FAULTS_MAX) {
      String field = fault.field();
      int end = 0;
      while (end < field.length() && field.charAt(end) != '.' && field.charAt(end) != '[') {
        end++;
      }
      faults.add(new Fault(field.substring(0, end), "and more faults"));
    }
  }

  /// Checks depth, number of fields, names and numbers. Strings have checked themselves.
  static void tree(String field, Json.Obj tree, List<Fault> faults) {
    if (tree.isEmpty()) {
      return;
    }
    int fields = object(new Place(null, field, -1), tree, 1, faults);
    if (fields > FIELDS_MAX) {
      add(
          new Fault(field, fields + " fields, want at most " + FIELDS_MAX, Fault.Kind.TOO_LARGE),
          faults);
    }
  }

  private static int object(Place place, Json.Obj obj, int depth, List<Fault> faults) {
    Members members = obj.sorted();
    int fields = members.names.length;
    for (int i = 0; i < members.names.length; i++) {
      String name = members.names[i];
      if (name.length() > NAME_MAX && Text.characters(name) > NAME_MAX) {
        String message =
            "a name of " + Text.characters(name) + " characters, want at most " + NAME_MAX;
        add(new Fault(place.path(), message), faults);
      }
      fields += value(place, name, -1, members.values[i], depth, faults);
    }
    return fields;
  }

  private static int value(
      Place parent, String name, int index, Json value, int depth, List<Fault> faults) {
    switch (value) {
      case Json.Str _, Json.Bool _, Json.Null _ -> {}
      case Json.Num(double number) -> {
        if (beyondInteger(number)) {
          String path = new Place(parent, name, index).path();
          String message =
              "integer " + Canonical.number(number) + " beyond 2^53, want it as a string";
          add(new Fault(path, message), faults);
        }
      }
      case Json.Obj child -> {
        if (deeper(parent, depth, faults)) {
          return object(new Place(parent, name, index), child, depth + 1, faults);
        }
      }
      case Json.Arr(List<Json> items) -> {
        if (deeper(parent, depth, faults)) {
          var place = new Place(parent, name, index);
          int fields = 0;
          for (int i = 0; i < items.size(); i++) {
            fields += value(place, "", i, items.get(i), depth + 1, faults);
          }
          return fields;
        }
      }
    }
    return 0;
  }

  private static boolean deeper(Place place, int depth, List<Fault> faults) {
    if (depth < DEPTH_MAX) {
      return true;
    }
    add(new Fault(place.path(), "deeper than " + DEPTH_MAX + " levels"), faults);
    return false;
  }

  /// A place in a tree; it becomes text only when something is wrong there.
  private record Place(@Nullable Place parent, String name, int index) {
    String path() {
      String own = index < 0 ? name : "[" + index + "]";
      return parent == null ? own : parent.path() + (index < 0 ? "." : "") + own;
    }
  }

  /// Whether the canonical form of this number is an integer beyond 2^53, which readers that know
  /// nothing of doubles would take for an exact one.
  static boolean beyondInteger(double value) {
    double size = Math.abs(value);
    return size > INTEGER_MAX && size < EXPONENT_FROM;
  }
}
