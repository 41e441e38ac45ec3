package qerberos.event;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/// Points in time as RFC 3339 text. Immutable.
///
/// Written in one form only: UTC, nine digits of a second, 30 characters, so that text sorts as
/// time does and a leaf's length does not depend on the clock. Read in any form of the RFC, with
/// up to nine digits; what cannot be kept whole (a tenth digit, a leap second) is refused, not cut.
public final class Rfc3339 {
  static final int LENGTH = 30;
  private static final long FIRST_SECOND = -62_135_596_800L;
  private static final long LAST_SECOND = 253_402_300_799L;
  private static final int SECONDS_PER_DAY = 86_400;

  private Rfc3339() {}

  /// Whether the year has four digits and is not 0000.
  static boolean writable(Instant time) {
    return time.getEpochSecond() >= FIRST_SECOND && time.getEpochSecond() <= LAST_SECOND;
  }

  /// `2026-11-21T10:00:00.123456789Z`.
  public static String write(Instant time) {
    var text = new byte[LENGTH];
    write(time, text, 0);
    return new String(text, StandardCharsets.US_ASCII);
  }

  /// Writes the 30 characters at that place.
  static void write(Instant time, byte[] to, int at) {
    if (!writable(time)) {
      throw new IllegalArgumentException("time " + time + ", want a year from 0001 to 9999");
    }
    long day = Math.floorDiv(time.getEpochSecond(), SECONDS_PER_DAY);
    int second = (int) Math.floorMod(time.getEpochSecond(), (long) SECONDS_PER_DAY);
    // Days to a date: the calendar counted from 1 March 0000, in eras of 400 years (146,097 days).
    long shifted = day + 719_468;
    long era = Math.floorDiv(shifted, 146_097);
    int dayOfEra = (int) (shifted - era * 146_097);
    int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    int monthFromMarch = (5 * dayOfYear + 2) / 153;
    int dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1;
    int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    int year = (int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0);
    digits(year, 4, to, at);
    to[at + 4] = '-';
    digits(month, 2, to, at + 5);
    to[at + 7] = '-';
    digits(dayOfMonth, 2, to, at + 8);
    to[at + 10] = 'T';
    digits(second / 3_600, 2, to, at + 11);
    to[at + 13] = ':';
    digits(second / 60 % 60, 2, to, at + 14);
    to[at + 16] = ':';
    digits(second % 60, 2, to, at + 17);
    to[at + 19] = '.';
    digits(time.getNano(), 9, to, at + 20);
    to[at + 29] = 'Z';
  }

  private static void digits(int value, int count, byte[] to, int at) {
    int rest = value;
    for (int i = count - 1; i >= 0; i--) {
      to[at + i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /// Reads a time.
  ///
  /// @throws DateTimeException saying what was wanted, when this is no time of RFC 3339
  public static Instant read(String text) {
    int length = text.length();
    if (length < 20 || length > 35) {
      throw wrong(text);
    }
    int year = number(text, 0, 4);
    int month = number(text, 5, 2);
    int day = number(text, 8, 2);
    int hour = number(text, 11, 2);
    int minute = number(text, 14, 2);
    int second = number(text, 17, 2);
    char between = text.charAt(10);
    if (text.charAt(4) != '-'
        || text.charAt(7) != '-'
        || text.charAt(13) != ':'
        || text.charAt(16) != ':'
        || (between != 'T' && between != 't' && between != ' ')
        || hour > 23
        || minute > 59
        || second > 59) {
      throw wrong(text);
    }
    int at = 19;
    int nano = 0;
    if (text.charAt(at) == '.') {
      int unit = 100_000_000;
      at++;
      int from = at;
      while (at < length && isDigit(text.charAt(at))) {
        if (unit == 0) {
          throw wrong(text);
        }
        nano += (text.charAt(at) - '0') * unit;
        unit /= 10;
        at++;
      }
      if (at == from) {
        throw wrong(text);
      }
    }
    long offset = offset(text, at);
    long epochDay;
    try {
      epochDay = LocalDate.of(year, month, day).toEpochDay();
    } catch (DateTimeException e) {
      throw wrong(text);
    }
    long epochSecond = epochDay * SECONDS_PER_DAY + hour * 3_600L + minute * 60L + second - offset;
    Instant time = Instant.ofEpochSecond(epochSecond, nano);
    if (!writable(time)) {
      throw wrong(text);
    }
    return time;
  }

  private static long offset(String text, int at) {
    int left = text.length() - at;
    if (left == 1 && (text.charAt(at) == 'Z' || text.charAt(at) == 'z')) {
      return 0;
    }
    if (left != 6 || text.charAt(at + 3) != ':') {
      throw wrong(text);
    }
    int hours = number(text, at + 1, 2);
    int minutes = number(text, at + 4, 2);
    if (hours > 23 || minutes > 59) {
      throw wrong(text);
    }
    long seconds = hours * 3_600L + minutes * 60L;
    return switch (text.charAt(at)) {
      case '+' -> seconds;
      case '-' -> -seconds;
      default -> throw wrong(text);
    };
  }

  private static int number(String text, int at, int count) {
    int value = 0;
    for (int i = at; i < at + count; i++) {
      char digit = text.charAt(i);
      if (!isDigit(digit)) {
        throw wrong(text);
      }
      value = value * 10 + digit - '0';
    }
    return value;
  }

  private static boolean isDigit(char unit) {
    return unit >= '0' && unit <= '9';
  }

  private static DateTimeException wrong(String text) {
    String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
    return new DateTimeException(
        "'" + shown + "', want RFC 3339 with a zone, such as 2026-11-21T10:00:00Z");
  }
}
