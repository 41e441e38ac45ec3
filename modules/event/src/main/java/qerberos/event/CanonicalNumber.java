package qerberos.event;

import java.math.BigDecimal;

/// A double in the form of ECMAScript, which RFC 8785 asks for. Immutable.
///
/// `Double.toString` (since JDK 19) already finds the shortest digits by Raffaello Giulietti's
/// method, with one difference: it prints at least two, so of all two-digit decimals it takes the
/// closest even where one digit would do (4.9E-324 where ECMAScript has 5e-324). That case is
/// settled here by trying the two neighbours with one digit. The rest is moving the point.
final class CanonicalNumber {
  private static final double EXACT = 9_007_199_254_740_992.0;

  private CanonicalNumber() {}

  static String text(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("number " + value + ", want a finite one");
    }
    if (Math.abs(value) <= EXACT && value == Math.rint(value)) {
      return Long.toString((long) value);
    }
    String sign = value < 0 ? "-" : "";
    String java = Double.toString(Math.abs(value));
    int mark = java.indexOf('E');
    int exponent = mark < 0 ? 0 : Integer.parseInt(java.substring(mark + 1));
    String mantissa = mark < 0 ? java : java.substring(0, mark);
    int point = mantissa.indexOf('.');
    // value = 0.digits * 10^scale
    String digits = mantissa.substring(0, point) + mantissa.substring(point + 1);
    int scale = point + exponent;
    int zeros = 0;
    while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
      zeros++;
    }
    digits = digits.substring(zeros);
    scale -= zeros;
    int end = digits.length();
    while (end > 1 && digits.charAt(end - 1) == '0') {
      end--;
    }
    digits = digits.substring(0, end);
    if (digits.length() == 2) {
      int tens = digits.charAt(0) - '0';
      String best = oneDigit(Math.abs(value), tens, scale);
      if (!best.isEmpty()) {
        scale += best.length() - 1;
        digits = best.substring(0, 1);
      }
    }
    return sign + place(digits, scale);
  }

  /// The one digit (or "10", meaning one digit and the next power) that stands for the same double,
  /// the closer of two, or nothing.
  private static String oneDigit(double value, int tens, int scale) {
    var exact = new BigDecimal(value);
    String best = "";
    BigDecimal distance = BigDecimal.ZERO;
    for (int candidate = tens; candidate <= tens + 1; candidate++) {
      var decimal = BigDecimal.valueOf(candidate).scaleByPowerOfTen(scale - 1);
      if (decimal.doubleValue() == value) {
        BigDecimal away = decimal.subtract(exact).abs();
        int order = away.compareTo(distance);
        if (best.isEmpty() || order < 0 || (order == 0 && candidate % 2 == 0)) {
          best = Integer.toString(candidate);
          distance = away;
        }
      }
    }
    return best;
  }

  /// ECMA-262, Number::toString, steps 6 to 10, with k digits and n the place of the point.
  private static String place(String digits, int n) {
    int k = digits.length();
    if (k <= n && n <= 21) {
      return digits + "0".repeat(n - k);
    }
    if (0 < n && n <= 21) {
      return digits.substring(0, n) + '.' + digits.substring(n);
    }
    if (-6 < n && n <= 0) {
      return "0." + "0".repeat(-n) + digits;
    }
    String power = (n - 1 < 0 ? "e-" : "e+") + Math.abs(n - 1);
    return k == 1 ? digits + power : digits.charAt(0) + "." + digits.substring(1) + power;
  }
}
