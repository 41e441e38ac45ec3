package qerberos.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import qerberos.notice.MailServer;

/// What the text of a setting must look like, and what it becomes.
///
/// `read` throws an [IllegalArgumentException] whose message completes the sentence "want ...".
/// Immutable.
public final class Kind<T> {
  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)?");

  private final String wanted;
  private final Function<String, T> reader;
  private final boolean many;

  private Kind(String wanted, Function<String, T> reader) {
    this(wanted, reader, false);
  }

  private Kind(String wanted, Function<String, T> reader, boolean many) {
    this.wanted = wanted;
    this.reader = reader;
    this.many = many;
  }

  /// Whether it is a list, so that a file may write one.
  boolean many() {
    return many;
  }

  /// What is accepted, in words: `a whole number 0..65535`.
  public String wanted() {
    return wanted;
  }

  /// The value, or an IllegalArgumentException that says what was wanted.
  public T read(String text) {
    try {
      return reader.apply(text.strip());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("want " + wanted, e);
    }
  }

  /// A whole number between two bounds, both included.
  static Kind<Integer> whole(int min, int max) {
    return new Kind<>(
        "a whole number " + min + ".." + max,
        text -> {
          int value = Integer.parseInt(text);
          return require(value, value >= min && value <= max);
        });
  }

  /// A TCP port; 0 takes a free one.
  static Kind<Integer> port() {
    return whole(0, 65_535);
  }

  /// A number with a fraction between two bounds, both included.
  static Kind<Double> fraction(double min, double max) {
    return new Kind<>(
        "a number " + min + ".." + max,
        text -> {
          double value = Double.parseDouble(text);
          return require(value, value >= min && value <= max);
        });
  }

  /// A length of time such as `250ms`, `30s`, `15m`, `24h`, `90d`; a bare number is in the given
  /// unit.
  public static Kind<Duration> duration(String bareUnit, Duration min, Duration max) {
    return new Kind<>(
        "a time such as 250ms, 30s, 15m, 24h or 90d (a bare number is in "
            + bareUnit
            + "), "
            + inWords(min)
            + ".."
            + inWords(max),
        text -> {
          var matcher = AMOUNT.matcher(text);
          require(text, matcher.matches());
          long amount = Long.parseLong(matcher.group(1));
          String unit = matcher.group(2) == null ? bareUnit : matcher.group(2);
          Duration value =
              switch (unit) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                case "d" -> Duration.ofDays(amount);
                default -> throw new IllegalArgumentException(unit);
              };
          return require(value, value.compareTo(min) >= 0 && value.compareTo(max) <= 0);
        });
  }

  /// `true` or `false` (also yes, no, on, off, 1, 0).
  static Kind<Boolean> flag() {
    return new Kind<>(
        "true or false",
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true", "yes", "on", "1" -> true;
              case "false", "no", "off", "0" -> false;
              default -> throw new IllegalArgumentException(text);
            });
  }

  /// One of the names of an enum, written in lower case.
  static <E extends Enum<E>> Kind<E> oneOf(Class<E> type) {
    List<E> all = List.of(type.getEnumConstants());
    List<String> names = all.stream().map(each -> each.name().toLowerCase(Locale.ROOT)).toList();
    return new Kind<>(
        "one of " + String.join(", ", names),
        text -> {
          int at = names.indexOf(text.toLowerCase(Locale.ROOT));
          require(text, at >= 0);
          return all.get(at);
        });
  }

  /// A path; a relative one is resolved by the loader before it gets here.
  static Kind<Path> path() {
    return new Kind<>("a path", text -> Path.of(require(text, !text.isEmpty())));
  }

  /// An http or https address.
  static Kind<URI> url() {
    return new Kind<>(
        "a URL that begins with http:// or https://",
        text -> {
          URI uri = URI.create(text);
          String scheme = String.valueOf(uri.getScheme());
          return require(
              uri, (scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null);
        });
  }

  /// Where Redis is, and how it lets us in.
  static Kind<RedisSettings> redis() {
    return new Kind<>(
        "a URL such as redis://localhost:6379, redis://user:password@localhost:6379/0 or"
            + " rediss://... for TLS, with %40 for @ and the like in a password",
        RedisSettings::read);
  }

  /// One line of text without control characters.
  static Kind<String> text(int max) {
    return new Kind<>(
        "one line of 1.." + max + " characters",
        text ->
            require(
                text,
                !text.isEmpty()
                    && text.length() <= max
                    && text.chars().noneMatch(Character::isISOControl)));
  }

  /// An address that mail can go to.
  static Kind<String> mailbox() {
    return new Kind<>(
        "an address such as a@example.org", text -> require(text, MailServer.isAddress(text)));
  }

  /// Text of a given form.
  static Kind<String> form(String wanted, String regex) {
    Pattern pattern = Pattern.compile(regex);
    return new Kind<>(wanted, text -> require(text, pattern.matcher(text).matches()));
  }

  /// Several values of one kind, separated by commas; nothing is an empty list.
  static <V> Kind<List<V>> list(Kind<V> each) {
    return new Kind<>(
        "a list, separated by commas, each " + each.wanted,
        text ->
            Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(each::read)
                .toList(),
        true);
  }

  /// The same, or nothing.
  static <V> Kind<Optional<V>> optional(Kind<V> kind) {
    return new Kind<>(
        kind.wanted + ", or nothing",
        text -> text.isEmpty() ? Optional.empty() : Optional.of(kind.reader.apply(text)));
  }

  /// A length of time as an operator writes it: `250ms`, `2h`.
  static String inWords(Duration time) {
    long millis = time.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
  }

  private static <V> V require(V value, boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException(String.valueOf(value));
    }
    return value;
  }
}
