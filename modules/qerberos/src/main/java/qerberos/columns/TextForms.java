package qerberos.columns;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Texts that are another writing of bytes or of a number, and nothing else: each has exactly one
/// writing, so the bytes stand for it. Immutable.
final class TextForms {
  /// Characters of 32 bytes in base64url without padding.
  static final int HASH_TEXT = 43;

  static final int HASH = 32;
  static final int UUID_TEXT = 36;
  static final int UUID = 16;

  /// Characters of a time: `2026-11-21T10:00:00.123456789Z`.
  static final int TIME_TEXT = 30;

  private static final byte[] TO_64 =
      latin("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
  private static final byte[] FROM_64 = inverse(TO_64);
  private static final byte[] TO_16 = latin("0123456789abcdef");
  private static final byte[] FROM_16 = inverse(TO_16);
  private static final int[] DAYS_BEFORE = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  private static final long NANOS = 1_000_000_000;
  private static final long DAY_NANOS = 86_400 * NANOS;

  private TextForms() {}

  /// @return whether the 43 bytes were base64url of 32 bytes
  static boolean readHash(byte[] text, int from, byte[] to, int at) {
    int in = from;
    int out = at;
    int bad = 0;
    for (int group = 0; group < 10; group++, in += 4, out += 3) {
      int bits =
          FROM_64[text[in] & 0xff] << 18
              | FROM_64[text[in + 1] & 0xff] << 12
              | FROM_64[text[in + 2] & 0xff] << 6
              | FROM_64[text[in + 3] & 0xff];
      bad |= bits;
      to[out] = (byte) (bits >> 16);
      to[out + 1] = (byte) (bits >> 8);
      to[out + 2] = (byte) bits;
    }
    int bits =
        FROM_64[text[in] & 0xff] << 12
            | FROM_64[text[in + 1] & 0xff] << 6
            | FROM_64[text[in + 2] & 0xff];
    to[out] = (byte) (bits >> 10);
    to[out + 1] = (byte) (bits >> 2);
    return (bad | bits) >= 0 && (bits & 3) == 0;
  }

  static void writeHash(byte[] bytes, int from, byte[] to, int at) {
    int in = from;
    int out = at;
    for (int group = 0; group < 10; group++, in += 3, out += 4) {
      int bits = (bytes[in] & 0xff) << 16 | (bytes[in + 1] & 0xff) << 8 | (bytes[in + 2] & 0xff);
      to[out] = TO_64[bits >> 18];
      to[out + 1] = TO_64[bits >> 12 & 63];
      to[out + 2] = TO_64[bits >> 6 & 63];
      to[out + 3] = TO_64[bits & 63];
    }
    int bits = (bytes[in] & 0xff) << 8 | (bytes[in + 1] & 0xff);
    to[out] = TO_64[bits >> 10];
    to[out + 1] = TO_64[bits >> 4 & 63];
    to[out + 2] = TO_64[bits << 2 & 63];
  }

  /// @return whether twice `count` bytes were lower-case hexadecimal
  static boolean readHex(byte[] text, int from, int count, byte[] to, int at) {
    int bad = 0;
    for (int i = 0; i < count; i++) {
      int bits = FROM_16[text[from + 2 * i] & 0xff] << 4 | FROM_16[text[from + 2 * i + 1] & 0xff];
      bad |= bits;
      to[at + i] = (byte) bits;
    }
    return bad >= 0;
  }

  static void writeHex(byte[] bytes, int from, int count, byte[] to, int at) {
    for (int i = 0; i < count; i++) {
      to[at + 2 * i] = TO_16[bytes[from + i] >> 4 & 15];
      to[at + 2 * i + 1] = TO_16[bytes[from + i] & 15];
    }
  }

  /// @return whether the 36 bytes were a lower-case UUID
  static boolean readUuid(byte[] text, int from, byte[] to, int at) {
    return text[from + 8] == '-'
        && text[from + 13] == '-'
        && text[from + 18] == '-'
        && text[from + 23] == '-'
        && readHex(text, from, 4, to, at)
        && readHex(text, from + 9, 2, to, at + 4)
        && readHex(text, from + 14, 2, to, at + 6)
        && readHex(text, from + 19, 2, to, at + 8)
        && readHex(text, from + 24, 6, to, at + 10);
  }

  /// @param time the first six bytes; the others are in the array
  static void writeUuid(long time, byte[] bytes, int from, byte[] to, int at) {
    for (int i = 0, shift = 44; shift >= 0; i++, shift -= 4) {
      to[at + (i < 8 ? i : i + 1)] = TO_16[(int) (time >> shift) & 15];
    }
    writeHex(bytes, from, 2, to, at + 14);
    writeHex(bytes, from + 2, 2, to, at + 19);
    writeHex(bytes, from + 4, 6, to, at + 24);
    to[at + 8] = '-';
    to[at + 13] = '-';
    to[at + 18] = '-';
    to[at + 23] = '-';
  }

  /// @return nanoseconds since 1970, -1 when the 30 bytes are no time between that and 2261
  static long readTime(byte[] text, int from) {
    int year = digits(text, from, 4);
    int month = digits(text, from + 5, 2);
    int day = digits(text, from + 8, 2);
    int hour = digits(text, from + 11, 2);
    int minute = digits(text, from + 14, 2);
    int second = digits(text, from + 17, 2);
    int nano = digits(text, from + 20, 9);
    boolean good =
        text[from + 4] == '-'
            && text[from + 7] == '-'
            && text[from + 10] == 'T'
            && text[from + 13] == ':'
            && text[from + 16] == ':'
            && text[from + 19] == '.'
            && text[from + 29] == 'Z'
            && year >= 1970
            && year <= 2261
            && month >= 1
            && month <= 12
            && day >= 1
            && day <= daysIn(year, month)
            && hour >= 0
            && hour < 24
            && minute >= 0
            && minute < 60
            && second >= 0
            && second < 60
            && nano >= 0;
    if (!good) {
      return -1;
    }
    int leapDay = month > 2 && isLeap(year) ? 1 : 0;
    int days = daysBefore(year) + DAYS_BEFORE[month - 1] + leapDay + day - 1;
    int ofDay = (hour * 60 + minute) * 60 + second;
    return days * DAY_NANOS + ofDay * NANOS + nano;
  }

  /// @param time not negative
  static void writeTime(long time, byte[] to, int at) {
    int days = (int) (time / DAY_NANOS);
    long ofDay = time - days * DAY_NANOS;
    int year = 1970 + (int) (days / 365.2425);
    while (daysBefore(year) > days) {
      year--;
    }
    while (daysBefore(year + 1) <= days) {
      year++;
    }
    int day = days - daysBefore(year);
    int leap = isLeap(year) ? 1 : 0;
    int month = 12;
    while (day < DAYS_BEFORE[month - 1] + (month > 2 ? leap : 0)) {
      month--;
    }
    day -= DAYS_BEFORE[month - 1] + (month > 2 ? leap : 0);
    int second = (int) (ofDay / NANOS);
    writeDigits(year, 4, to, at);
    writeDigits(month, 2, to, at + 5);
    writeDigits(day + 1, 2, to, at + 8);
    writeDigits(second / 3_600, 2, to, at + 11);
    writeDigits(second / 60 % 60, 2, to, at + 14);
    writeDigits(second % 60, 2, to, at + 17);
    writeDigits(ofDay - second * NANOS, 9, to, at + 20);
    to[at + 4] = '-';
    to[at + 7] = '-';
    to[at + 10] = 'T';
    to[at + 13] = ':';
    to[at + 16] = ':';
    to[at + 19] = '.';
    to[at + 29] = 'Z';
  }

  /// Writes a number with zeros before it, the last digits when it has more.
  static void writeDigits(long number, int width, byte[] to, int at) {
    long left = number;
    int i = at + width - 1;
    for (; i >= at && left > Integer.MAX_VALUE; i--) {
      to[i] = (byte) ('0' + left % 10);
      left /= 10;
    }
    int small = (int) left;
    for (; i >= at; i--) {
      int tenth = small / 10;
      to[i] = (byte) ('0' + small - tenth * 10);
      small = tenth;
    }
  }

  /// How many decimal digits a number that is not negative has.
  static int width(long number) {
    int width = 1;
    for (long most = 10; width < 19 && number >= most; most *= 10) {
      width++;
    }
    return width;
  }

  /// @return the number, -1 when not all are digits
  private static int digits(byte[] text, int from, int count) {
    int number = 0;
    for (int i = from; i < from + count; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  private static int daysBefore(int year) {
    int before = year - 1;
    return before * 365 + before / 4 - before / 100 + before / 400 - 719_162;
  }

  private static int daysIn(int year, int month) {
    return month == 2
        ? (isLeap(year) ? 29 : 28)
        : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  private static boolean isLeap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] inverse(byte[] letters) {
    byte[] inverse = new byte[256];
    Arrays.fill(inverse, (byte) -1);
    for (int i = 0; i < letters.length; i++) {
      inverse[letters[i]] = (byte) i;
    }
    return inverse;
  }
}
