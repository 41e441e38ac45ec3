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

  /// Checks depth, number of fields, names and numbers. Strings have checked themselves.
  static void tree(String field, Json.Obj tree, List<Fault> faults) {
    int fields = object(field, tree, 1, faults);
    if (fields > FIELDS_MAX) {
      faults.add(
          new Fault(field, fields + " fields, want at most " + FIELDS_MAX, Fault.Kind.TOO_LARGE));
    }
  }

  private static int object(String path, Json.Obj obj, int depth, List<Fault> faults) {
    Members members = obj.sorted();
    int fields = members.names.length;
    for (int i = 0; i < members.names.length; i++) {
      String name = members.names[i];
      if (name.length() > NAME_MAX && Text.characters(name) > NAME_MAX) {
        faults.add(
            new Fault(
                path,
                "a name of " + Text.characters(name) + " characters, want at most " + NAME_MAX));
      }
      switch (members.values[i]) {
        case Json.Str _, Json.Bool _, Json.Null _ -> {}
        case Json.Num num -> number(path, name, num, faults);
        case Json.Obj child -> {
          if (deeper(path, depth, faults)) {
            fields += object(path + '.' + name, child, depth + 1, faults);
          }
        }
        case Json.Arr child -> {
          if (deeper(path, depth, faults)) {
            fields += array(path + '.' + name, child, depth + 1, faults);
          }
        }
      }
    }
    return fields;
  }

  private static int array(String path, Json.Arr arr, int depth, List<Fault> faults) {
    int fields = 0;
    for (int i = 0; i < arr.items().size(); i++) {
      switch (arr.items().get(i)) {
        case Json.Str _, Json.Bool _, Json.Null _ -> {}
        case Json.Num num -> number(path, "[" + i + "]", num, faults);
        case Json.Obj child -> {
          if (deeper(path, depth, faults)) {
            fields += object(path + '[' + i + ']', child, depth + 1, faults);
          }
        }
        case Json.Arr child -> {
          if (deeper(path, depth, faults)) {
            fields += array(path + '[' + i + ']', child, depth + 1, faults);
          }
        }
      }
    }
    return fields;
  }

  private static void number(String path, String name, Json.Num num, List<Fault> faults) {
    if (beyondInteger(num.value())) {
      String field = name.startsWith("[") ? path + name : path + '.' + name;
      faults.add(new Fault(field, integerMessage(Canonical.number(num.value()))));
    }
  }

  /// Whether the canonical form of this number is an integer beyond 2^53, which readers that know
  /// nothing of doubles would take for an exact one.
  static boolean beyondInteger(double value) {
    double size = Math.abs(value);
    return size > INTEGER_MAX && size < EXPONENT_FROM;
  }

  static String integerMessage(String number) {
    return "integer " + number + " beyond 2^53, want it as a string";
  }

  private static boolean deeper(String path, int depth, List<Fault> faults) {
    if (depth < DEPTH_MAX) {
      return true;
    }
    faults.add(new Fault(path, "deeper than " + DEPTH_MAX + " levels"));
    return false;
  }
}
