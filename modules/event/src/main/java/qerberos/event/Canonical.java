package qerberos.event;

/// JSON in its one canonical form, RFC 8785 (JCS): no white space, members in the order of the
/// UTF-16 units of their names, shortest escapes, numbers as ECMAScript prints them, UTF-8.
/// Immutable.
public final class Canonical {
  /// Levels of objects and arrays that are written and read; a leaf never has more than 66.
  public static final int DEPTH_MAX = 128;

  private Canonical() {}

  /// The canonical bytes of a value.
  ///
  /// @throws IllegalArgumentException when it is deeper than 128 levels
  public static byte[] bytes(Json json) {
    var out = new CanonicalWriter(256);
    out.value(json, 0);
    return out.toBytes();
  }

  /// Reads canonical bytes, and nothing else: what is JSON but not canonical is refused.
  ///
  /// @throws IllegalArgumentException saying at which byte what was wanted
  public static Json read(byte[] canonical) {
    return new CanonicalReader(canonical).document();
  }

  /// A number as ECMAScript's `Number::toString` prints it: the shortest digits that give the same
  /// double again, the closest of them, with an exponent below 1e-6 and from 1e21 on.
  ///
  /// @throws IllegalArgumentException when it is infinite or not a number
  public static String number(double value) {
    return CanonicalNumber.text(value);
  }
}
