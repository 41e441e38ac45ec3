package qerberos.ledger;

/// Whole numbers as C2SP texts write them: ASCII digits, no sign, no leading zero unless it is `0`.
final class Decimal {
  private Decimal() {}

  /// @param field what is being read, for the message
  /// @return 0..2^63-1
  /// @throws IllegalArgumentException naming the field
  static long read(String field, String digits) {
    boolean plain = !digits.isEmpty() && digits.length() <= 19;
    plain = plain && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!plain || (digits.length() > 1 && digits.charAt(0) == '0')) {
      throw new IllegalArgumentException(field + ": not a decimal number without leading zeros");
    }
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(field + ": more than 2^63-1", e);
    }
  }
}
