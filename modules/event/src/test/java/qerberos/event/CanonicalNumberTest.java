package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CanonicalNumberTest {
  private static final double LEAST = Double.MIN_VALUE;

  @Test
  void knownNumbers_lookAsEcmaScriptPrintsThem() {
    Map<Double, String> known =
        Map.ofEntries(
            Map.entry(0.0, "0"),
            Map.entry(-0.0, "0"),
            Map.entry(1.0, "1"),
            Map.entry(-1.5, "-1.5"),
            Map.entry(100.0, "100"),
            Map.entry(0.1 + 0.2, "0.30000000000000004"),
            Map.entry(1.0 / 3, "0.3333333333333333"),
            Map.entry(9_007_199_254_740_992.0, "9007199254740992"),
            Map.entry(-9_007_199_254_740_992.0, "-9007199254740992"),
            Map.entry(9_007_199_254_740_994.0, "9007199254740994"),
            Map.entry(123_456_789_012_345_680_000.0, "123456789012345680000"),
            Map.entry(Math.nextDown(1e21), "999999999999999900000"),
            Map.entry(1e21, "1e+21"),
            Map.entry(1.5e300, "1.5e+300"),
            Map.entry(1e23, "1e+23"),
            Map.entry(Math.nextDown(1e23), "9.999999999999997e+22"),
            Map.entry(Math.nextUp(1e23), "1.0000000000000001e+23"),
            Map.entry(2e23, "2e+23"),
            Map.entry(1e-6, "0.000001"),
            Map.entry(Math.nextDown(1e-6), "9.999999999999997e-7"),
            Map.entry(1e-7, "1e-7"),
            Map.entry(1.234e-5, "0.00001234"),
            Map.entry(Double.MAX_VALUE, "1.7976931348623157e+308"),
            Map.entry(Double.MIN_NORMAL, "2.2250738585072014e-308"),
            Map.entry(LEAST, "5e-324"),
            // Half way between two: the even one.
            Map.entry(7_494_370_268_087_439.0 / 4, "1873592567021859.8"),
            Map.entry(-LEAST, "-5e-324"),
            Map.entry(2 * LEAST, "1e-323"),
            Map.entry(3 * LEAST, "1.5e-323"),
            Map.entry(4 * LEAST, "2e-323"));
    known.forEach((number, text) -> assertThat(Canonical.number(number)).isEqualTo(text));
  }

  @Test
  void anyNumber_isTheShortestAndClosestDecimal() {
    long seed = 20_261_121;
    var random = new RandomJson(new Random(seed));
    for (int i = 0; i < 30_000; i++) {
      double number = i < 2_000 ? i * LEAST : random.number();
      assertThat(Canonical.number(number))
          .as("seed %s, number %s", seed, number)
          .isEqualTo(byTrying(number));
      assertThat(new String(Canonical.bytes(Json.of(number)), StandardCharsets.US_ASCII))
          .isEqualTo(Canonical.number(number));
    }
  }

  @Test
  void fewDecimals_areWrittenAsTheSlowWayDoes() {
    for (int i = 0; i < 100_000; i++) {
      double number = i / 1_000.0;
      assertThat(new String(Canonical.bytes(Json.of(number)), StandardCharsets.US_ASCII))
          .isEqualTo(CanonicalNumber.text(number));
    }
  }

  @Test
  void whatIsNoNumber_isRefused() {
    for (double none : new double[] {Double.NaN, 1 / 0.0, -1 / 0.0}) {
      assertThatThrownBy(() -> Canonical.number(none))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("want a finite one");
      assertThatThrownBy(() -> Json.of(none)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  /// The definition itself: the fewest digits that round to the same double, of those the closest,
  /// of two equally close the even one;
  /// then placed by the five cases of ECMA-262.
  private static String byTrying(double number) {
    if (number == 0) {
      return "0";
    }
    var exact = new BigDecimal(Math.abs(number));
    for (int digits = 1; digits <= 17; digits++) {
      BigDecimal best = null;
      for (RoundingMode mode : new RoundingMode[] {RoundingMode.DOWN, RoundingMode.UP}) {
        BigDecimal rounded = exact.round(new MathContext(digits, mode));
        boolean same = rounded.doubleValue() == Math.abs(number);
        int order =
            best == null ? -1 : rounded.subtract(exact).abs().compareTo(best.subtract(exact).abs());
        boolean even = !rounded.unscaledValue().testBit(0);
        boolean closer = order < 0 || (order == 0 && even);
        if (same && closer) {
          best = rounded;
        }
      }
      if (best != null) {
        return (number < 0 ? "-" : "") + placed(best.stripTrailingZeros());
      }
    }
    throw new AssertionError(number);
  }

  private static String placed(BigDecimal decimal) {
    String digits = decimal.unscaledValue().toString();
    int k = digits.length();
    int n = k - decimal.scale();
    if (n > 21 || n <= -6) {
      String sign = n > 0 ? "+" : "";
      return digits.charAt(0) + (k == 1 ? "" : "." + digits.substring(1)) + "e" + sign + (n - 1);
    }
    return decimal.toPlainString();
  }
}
