package qerberos.query;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.event.Json;
import qerberos.query.Query.Bound;

/// What a query means, said a second time in the plainest way, sharing no code with the product but
/// the query's own records. Immutable.
final class Naive {
  private static final Pattern WORD =
      Pattern.compile(
          "\\p{IsIdeographic}|[\\p{L}\\p{Nd}&&[^\\p{IsIdeographic}]][\\p{L}\\p{Nd}\\p{M}&&[^\\p{IsIdeographic}]]*");

  private Naive() {}

  static boolean matches(Query query, long seq, AuditEvent event) {
    return switch (query) {
      case Query.All _ -> true;
      case Query.And(var parts) -> parts.stream().allMatch(part -> matches(part, seq, event));
      case Query.Or(var parts) -> parts.stream().anyMatch(part -> matches(part, seq, event));
      case Query.Not(var part) -> !matches(part, seq, event);
      case Query.Text(var words) ->
          Arrays.stream(words.split("[\\s\\p{Z}]+")).allMatch(piece -> hasPiece(piece, event));
      case Query.Cidr(var field, var network) ->
          (field.equals("text") ? texts(event) : values(field, event))
              .stream().anyMatch(value -> inside(value, network));
      case Query.Prefix(var field, var start) ->
          field.equals("text")
              ? wordsOf(event).stream().anyMatch(word -> word.startsWith(start))
              : values(field, event).stream().anyMatch(starts(start, isNested(field)));
      case Query.Term(var field, var value) ->
          field.equals("seq")
              ? seq == Long.parseLong(value)
              : values(field, event).stream().anyMatch(is(value, isNested(field)));
      case Query.Range range -> inside(range, seq, event);
    };
  }

  private static boolean inside(Query.Range range, long seq, AuditEvent event) {
    String field = range.field();
    Bound from = range.from();
    Bound to = range.to();
    if (field.equals("seq")) {
      return within(seq, Long::valueOf, from, to);
    }
    if (isNested(field)) {
      return values(field, event).stream().anyMatch(value -> within(value, from, to));
    }
    Instant time = field.equals("time") ? event.time() : event.receivedAt();
    return within(micros(time), Instant::parse, from, to);
  }

  private static boolean isNested(String field) {
    return field.startsWith("details.") || field.startsWith("context.");
  }

  private static Predicate<Json> starts(String start, boolean nested) {
    return value ->
        switch (value) {
          case Json.Str(var text) when start.isEmpty() -> true;
          case Json.Str(var text) when nested && address(text).isPresent() ->
              address(text).get() instanceof Inet4Address four
                  && four.getHostAddress().startsWith(start);
          case Json.Str(var text) when nested && opaque(text) -> false;
          case Json.Str(var text) -> text.startsWith(start);
          case Json.Bool(var truth) -> Boolean.toString(truth).startsWith(start);
          case Json.Num _ -> start.isEmpty();
          case Json.Null _, Json.Obj _, Json.Arr _ -> false;
        };
  }

  private static Predicate<Json> is(String wanted, boolean nested) {
    return value ->
        switch (value) {
          case Json.Str(var text) when nested && address(wanted).isPresent() ->
              address(wanted).equals(address(text));
          case Json.Str(var text) -> text.equals(wanted);
          case Json.Bool(var truth) -> Boolean.toString(truth).equals(wanted);
          case Json.Num(var number) ->
              nested && numeric(wanted) && Double.parseDouble(wanted) + 0.0 == number;
          case Json.Null _, Json.Obj _, Json.Arr _ -> false;
        };
  }

  private static boolean numeric(String text) {
    return text.matches("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");
  }

  static boolean opaque(String text) {
    return text.matches("[0-9a-fA-F-]+") && text.replace("-", "").length() >= 16;
  }

  static Optional<InetAddress> address(String text) {
    if (text.matches("(.*\\.)?0[0-9].*") || !text.matches("[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*")) {
      return Optional.empty();
    }
    if (!text.contains(":") && !text.matches("[0-9]+(\\.[0-9]+){3}")) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static BigInteger number(InetAddress address) {
    return new BigInteger(1, address.getAddress());
  }

  private static boolean within(Json value, @Nullable Bound from, @Nullable Bound to) {
    String one = from != null ? from.value() : to != null ? to.value() : "";
    boolean numbers = numeric(one);
    Optional<InetAddress> address = address(one);
    return switch (value) {
      case Json.Num(var number) -> numbers && within(number, Naive::number, from, to);
      case Json.Str(var text) when address.isPresent() ->
          address(text).isPresent()
              && address(text).get().getClass() == address.get().getClass()
              && within(number(address(text).get()), end -> number(address(end).get()), from, to);
      case Json.Str(var text) ->
          !numbers
              && address(text).isEmpty()
              && !opaque(text)
              && within(text, end -> end, from, to);
      case Json.Bool(var truth) ->
          !numbers && address.isEmpty() && within(Boolean.toString(truth), end -> end, from, to);
      case Json.Null _, Json.Obj _, Json.Arr _ -> false;
    };
  }

  private static <T extends Comparable<T>> boolean within(
      T value, Function<String, T> end, @Nullable Bound from, @Nullable Bound to) {
    int above = from == null ? 1 : value.compareTo(end.apply(from.value()));
    int below = to == null ? 1 : end.apply(to.value()).compareTo(value);
    return (above > 0 || (above == 0 && from != null && from.inclusive()))
        && (below > 0 || (below == 0 && to != null && to.inclusive()));
  }

  private static Double number(String text) {
    return Double.parseDouble(text) + 0.0;
  }

  private static Instant micros(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MICROS);
  }

  static List<Json> values(String field, AuditEvent event) {
    var values = new ArrayList<Json>();
    String one =
        switch (field) {
          case "id" -> event.id();
          case "type" -> event.type();
          case "subtype" -> event.subtype();
          case "severity" -> event.severity();
          case "actor" -> event.actor().squidId();
          case "subId" -> event.actor().subId();
          case "daoId" -> event.actor().daoId();
          case "layer" -> event.layer();
          case "verdict" -> event.verdict().name();
          case "ref" -> event.ref();
          case "source" -> event.source();
          default -> null;
        };
    if (one != null) {
      values.add(Json.of(one));
    } else if (field.startsWith("details.")) {
      find(field.substring(8), "", event.details(), values);
    } else if (field.startsWith("context.")) {
      find(field.substring(8), "", event.context(), values);
    }
    return values;
  }

  private static void find(String wanted, String path, Json value, List<Json> found) {
    switch (value) {
      case Json.Obj(var members) ->
          members.forEach(
              (name, member) ->
                  find(wanted, path.isEmpty() ? name : path + "." + name, member, found));
      case Json.Arr(var items) -> items.forEach(item -> find(wanted, path, item, found));
      case Json.Str _, Json.Num _, Json.Bool _, Json.Null _ -> {
        if (path.equals(wanted)) {
          found.add(value);
        }
      }
    }
  }

  private static boolean hasPiece(String piece, AuditEvent event) {
    Set<String> words = words(piece);
    Optional<InetAddress> address = address(piece);
    for (Json value : texts(event)) {
      if (value instanceof Json.Str(var text)
          && (address.isPresent()
              ? address.equals(address(text))
              : opaque(piece) && text.equalsIgnoreCase(piece))) {
        return true;
      }
    }
    return words.isEmpty() ? address.isEmpty() : wordsOf(event).containsAll(words);
  }

  /// What has words: type, ref and the texts of the details.
  private static List<Json> texts(AuditEvent event) {
    var texts = new ArrayList<Json>(List.of(Json.of(event.type()), Json.of(event.ref())));
    gather(event.details(), texts);
    return texts;
  }

  private static void gather(Json value, List<Json> texts) {
    switch (value) {
      case Json.Obj(var members) -> members.values().forEach(member -> gather(member, texts));
      case Json.Arr(var items) -> items.forEach(item -> gather(item, texts));
      case Json.Str _ -> texts.add(value);
      case Json.Num _, Json.Bool _, Json.Null _ -> {}
    }
  }

  private static Set<String> wordsOf(AuditEvent event) {
    var words = new HashSet<String>();
    for (Json value : texts(event)) {
      if (value instanceof Json.Str(var text) && address(text).isEmpty() && !opaque(text)) {
        words.addAll(words(text));
      }
    }
    return words;
  }

  private static Set<String> words(String text) {
    var words = new HashSet<String>();
    String composed = java.text.Normalizer.normalize(text, java.text.Normalizer.Form.NFC);
    var matcher = WORD.matcher(composed);
    while (matcher.find()) {
      var lower = new StringBuilder();
      matcher.group().codePoints().map(Character::toLowerCase).forEach(lower::appendCodePoint);
      words.add(lower.toString());
    }
    return words;
  }

  private static boolean inside(Json value, String network) {
    int slash = network.indexOf('/');
    InetAddress other = address(network.substring(0, slash)).orElseThrow();
    Optional<InetAddress> address =
        value instanceof Json.Str(var text) ? address(text) : Optional.empty();
    if (address.isEmpty() || address.get().getClass() != other.getClass()) {
      return false;
    }
    int bits = other.getAddress().length * 8;
    int away = bits - Integer.parseInt(network.substring(slash + 1));
    return number(address.get()).shiftRight(away).equals(number(other).shiftRight(away));
  }
}
