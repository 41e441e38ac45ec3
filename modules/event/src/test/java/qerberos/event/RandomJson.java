package qerberos.event;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random trees, names and texts from a seed, with the characters and numbers that make trouble.
/// Used by one thread at a time.
final class RandomJson {
  private static final List<String> PIECES =
      List.of(
          "a", "B", "7", " ", "\"", "\\", "/", "\n", "\t", "\b", "\f", "\r", "\u0000", "\u001f",
          "\u007f", "\u0080", "é", "ß", "€", "\ud7ff", "\ue000", "\uffff", "😀", "𐀀", "\u2028",
          "~", "'", "<", "{", "}", "[", "]", ":", ",");

  private final Random random;
  private final List<String> names;

  RandomJson(Random random) {
    this(random, List.of());
  }

  /// @param names some to mix in
  RandomJson(Random random, List<String> names) {
    this.random = random;
    this.names = names;
  }

  Json value(int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> Json.NULL;
      case 1 -> Json.of(random.nextBoolean());
      case 2, 3 -> Json.of(number());
      case 4, 5 -> Json.of(text());
      case 6 -> object(depth - 1);
      default -> {
        List<Json> items = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
          items.add(value(depth - 1));
        }
        yield new Json.Arr(items);
      }
    };
  }

  Json.Obj object(int depth) {
    var builder = new ObjBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      builder.put(name(), value(depth));
    }
    return builder.build();
  }

  private String name() {
    return names.isEmpty() || random.nextInt(3) == 0
        ? text()
        : names.get(random.nextInt(names.size()));
  }

  String text() {
    var text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  /// Never an integer beyond 2^53 that is written without an exponent.
  double number() {
    while (true) {
      double number =
          switch (random.nextInt(5)) {
            case 0 -> random.nextInt(-1_000, 1_000);
            case 1 -> random.nextLong(-(1L << 53), (1L << 53) + 1);
            case 2 -> random.nextInt(-100_000, 100_000) / 100.0;
            case 3 -> random.nextDouble();
            default -> Double.longBitsToDouble(random.nextLong());
          };
      if (Double.isFinite(number) && !Limits.beyondInteger(number)) {
        return number;
      }
    }
  }
}
