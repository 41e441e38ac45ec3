package qerberos.settings;

import java.time.Duration;

/// Checks of numbers and durations that name the setting, what came and what was wanted.
final class Range {
  private Range() {}

  static void check(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(name + ": " + value + ", want " + least + ".." + most);
    }
  }

  static void check(String name, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(name + ": " + value + ", want " + least + ".." + most);
    }
  }
}
