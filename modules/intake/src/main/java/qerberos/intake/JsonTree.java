package qerberos.intake;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qerberos.event.Fault;
import qerberos.event.Json;
import qerberos.event.ObjBuilder;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Builds a JSON tree from the parser's tokens, and names the path of whatever cannot be in one.
/// Used by one thread at a time.
///
/// Strict (for events): an integer beyond 2^53, a name given twice and half a surrogate pair are
/// faults. Lenient (for vendors' records, which are kept whole as text besides): such an integer
/// becomes a string of its digits, the last of two equal names counts, and half a pair becomes
/// U+FFFD. What goes beyond the limits of depth and number is passed over, and in strict reading a
/// fault.
final class JsonTree {
  static final int DEPTH_MAX = 64;
  static final int FIELDS_MAX = 1_000;

  /// Items of all arrays together; more could not stand in a leaf.
  static final int ITEMS_MAX = 32_768;

  private static final int LENIENT_FIELDS_MAX = 20_000;

  /// 2^53.
  private static final long INTEGER_MAX = 1L << 53;

  /// A long holds any integer of this many characters, its sign included.
  private static final int LONG_CHARACTERS = 18;

  private final JsonParser parser;
  private final boolean lenient;
  private final Consumer<Fault> faults;
  private final @Nullable String[] names;
  private final int[] indexes;
  private final @Nullable ObjBuilder[] builders;
  private final int fieldsMax;
  private int fields;
  private int items;

  JsonTree(JsonParser parser, boolean lenient, Consumer<Fault> faults) {
    this(parser, new Bench(), lenient, faults);
  }

  /// @param bench used by this tree alone until it is read
  JsonTree(JsonParser parser, Bench bench, boolean lenient, Consumer<Fault> faults) {
    this.parser = parser;
    this.names = bench.names;
    this.indexes = bench.indexes;
    this.builders = bench.builders;
    this.lenient = lenient;
    this.faults = faults;
    fieldsMax = lenient ? LENIENT_FIELDS_MAX : FIELDS_MAX;
  }

  /// What reading a tree needs besides, to be used again for the next: of a batch, each line is a
  /// tree. Used by one thread at a time.
  static final class Bench {
    private final @Nullable String[] names = new String[DEPTH_MAX + 1];
    private final int[] indexes = new int[DEPTH_MAX + 1];
    private final @Nullable ObjBuilder[] builders = new ObjBuilder[DEPTH_MAX + 1];
  }

  /// The value at the parser's current token, which then is its last.
  Json read(String name) {
    fields = 0;
    items = 0;
    names[0] = name;
    Json value = value(1);
    if (!lenient && fields > FIELDS_MAX) {
      tooMany(name, FIELDS_MAX, "fields");
    }
    if (!lenient && items > ITEMS_MAX) {
      tooMany(name, ITEMS_MAX, "items in arrays");
    }
    return value;
  }

  private void tooMany(String name, int max, String what) {
    faults.accept(new Fault(name, "more than " + max + " " + what, Fault.Kind.TOO_LARGE));
  }

  private Json value(int depth) {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> object(depth);
      case START_ARRAY -> array(depth);
      case VALUE_STRING -> string(parser.getString(), depth);
      case VALUE_NUMBER_INT -> integer(depth);
      case VALUE_NUMBER_FLOAT -> fraction(depth);
      case VALUE_TRUE -> Json.of(true);
      case VALUE_FALSE -> Json.of(false);
      case VALUE_NULL -> Json.NULL;
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("no value at " + token);
    };
  }

  private Json object(int depth) {
    if (tooDeep(depth)) {
      return Json.NULL;
    }
    ObjBuilder builder = builder(depth);
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      names[depth] = name;
      fields++;
      if (fields > fieldsMax) {
        parser.skipChildren();
        continue;
      }
      Json value = value(depth + 1);
      try {
        builder.add(name, value);
      } catch (ObjBuilder.DuplicateName e) {
        if (lenient) {
          builder.put(name, value);
        } else {
          fault(depth + 1, "given twice");
        }
      } catch (IllegalArgumentException e) {
        if (lenient) {
          builder.put(whole(name), value);
        } else {
          fault(depth, "a name with " + e.getMessage());
        }
      }
    }
    Json.Obj object = builder.build();
    builder.clear();
    return object;
  }

  private Json array(int depth) {
    if (tooDeep(depth)) {
      return Json.NULL;
    }
    List<Json> list = new ArrayList<>();
    names[depth] = null;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      if (++items > ITEMS_MAX) {
        parser.skipChildren();
      } else {
        indexes[depth] = list.size();
        list.add(value(depth + 1));
      }
    }
    return new Json.Arr(list);
  }

  private Json string(String text, int depth) {
    try {
      return Json.of(text);
    } catch (IllegalArgumentException e) {
      if (lenient) {
        return Json.of(whole(text));
      }
      fault(depth, String.valueOf(e.getMessage()));
      return Json.NULL;
    }
  }

  /// Half pairs replaced by U+FFFD.
  private static String whole(String text) {
    var whole = new StringBuilder(text.length());
    text.codePoints()
        .map(point -> point >= 0xd800 && point <= 0xdfff ? 0xfffd : point)
        .forEach(whole::appendCodePoint);
    return whole.toString();
  }

  private Json integer(int depth) {
    if (parser.getStringLength() <= LONG_CHARACTERS) {
      long value = parser.getLongValue();
      if (Math.abs(value) <= INTEGER_MAX) {
        return Json.of((double) value);
      }
    }
    if (lenient) {
      return Json.of(parser.getString());
    }
    fault(depth, "integer " + shortened(parser.getString()) + " beyond 2^53, want it as a string");
    return Json.NULL;
  }

  private Json fraction(int depth) {
    double value = parser.getDoubleValue();
    if (!Double.isInfinite(value)) {
      return Json.of(value);
    }
    if (lenient) {
      return Json.of(parser.getString());
    }
    fault(
        depth, "number " + shortened(parser.getString()) + " beyond a double, want it as a string");
    return Json.NULL;
  }

  /// A name as it is told in a fault.
  static String shown(String name) {
    return name.isEmpty() ? "\"\"" : shortened(name);
  }

  static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }

  private boolean tooDeep(int depth) {
    if (depth <= DEPTH_MAX) {
      return false;
    }
    fault(depth, "deeper than " + DEPTH_MAX + " levels");
    parser.skipChildren();
    return true;
  }

  private ObjBuilder builder(int depth) {
    ObjBuilder builder = builders[depth];
    if (builder == null) {
      builder = new ObjBuilder();
      builders[depth] = builder;
    } else {
      builder.clear();
    }
    return builder;
  }

  private void fault(int depth, String message) {
    var path = new StringBuilder();
    for (int i = 0; i < Math.min(depth, names.length); i++) {
      String name = names[i];
      if (name == null) {
        path.append('[').append(indexes[i]).append(']');
      } else {
        path.append(i == 0 ? "" : ".").append(name);
      }
    }
    faults.accept(new Fault(path.toString(), message));
  }
}
