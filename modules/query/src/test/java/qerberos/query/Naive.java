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
import java.util.Set;
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
      case Query.Range(var field, var from, var to) ->
          switch (field) {
            case "seq" -> within(Double.valueOf(seq), number(from), number(to), from, to);
            case "time" -> within(micros(event.time()), instant(from), instant(to), from, to);
            case "receivedAt" ->
                within(micros(event.receivedAt()), instant(from), instant(to), from, to);
            default -> values(field, event).stream().anyMatch(value -> within(value, from, to));
          };
    };
  }

  private static boolean isNested(String field) {
    return field.startsWith("details.") || field.startsWith("context.");
  }

  private static Predicate<Json> starts(String start, boolean nested) {
    return value ->
        switch (value) {
          case Json.Str(var text) when start.isEmpty() -> true;
          case Json.Str(var text) when nested && address(text) instanceof InetAddress address ->
              address instanceof Inet4Address && address.getHostAddress().startsWith(start);
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
          case Json.Str(var text) when nested && address(wanted) instanceof InetAddress address ->
              address.equals(address(text));
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

  static @Nullable InetAddress address(String text) {
    if (text.matches("(.*\\.)?0[0-9].*") || !text.matches("[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*")) {
      return null;
    }
    if (!text.contains(":") && !text.matches("[0-9]+(\\.[0-9]+){3}")) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static boolean within(Json value, @Nullable Bound from, @Nullable Bound to) {
    String low = from == null ? null : from.value();
    String high = to == null ? null : to.value();
    String one = low == null ? high : low;
    boolean numbers = numeric(one);
    InetAddress address = address(one);
    return switch (value) {
      case Json.Num(var number) ->
          numbers && within(Double.valueOf(number), number(from), number(to), from, to);
      case Json.Str(var text) when address != null ->
          address(text) instanceof InetAddress other
              && other.getClass() == address.getClass()
              && within(
                  new BigInteger(1, other.getAddress()),
                  low == null ? null : new BigInteger(1, address(low).getAddress()),
                  high == null ? null : new BigInteger(1, address(high).getAddress()),
                  from,
                  to);
      case Json.Str(var text) ->
          !numbers
              && address(text) == null
              && !opaque(text)
              && within(text, low, high, from, to);
      case Json.Bool(var truth) ->
          !numbers
              && address == null
              && within(Boolean.toString(truth), low, high, from, to);
      case Json.Null _, Json.Obj _, Json.Arr _ -> false;
    };
  }

  private static <T extends Comparable<T>> boolean within(
      T value, @Nullable T low, @Nullable T high, @Nullable Bound from, @Nullable Bound to) {
    int above = low == null || from == null ? 1 : value.compareTo(low);
    int below = high == null || to == null ? 1 : high.compareTo(value);
    return (above > 0 || (above == 0 && from.inclusive()))
        && (below > 0 || (below == 0 && to.inclusive()));
  }

  private static @Nullable Double number(@Nullable Bound bound) {
    return bound == null ? null : Double.valueOf(Double.parseDouble(bound.value()) + 0.0);
  }

  private static @Nullable Instant instant(@Nullable Bound bound) {
    return bound == null ? null : Instant.parse(bound.value());
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
    InetAddress address = address(piece);
    for (Json value : texts(event)) {
      if (value instanceof Json.Str(var text)
          && (address != null
              ? address.equals(address(text))
              : opaque(piece) && text.equalsIgnoreCase(piece))) {
        return true;
      }
    }
    return words.isEmpty() ? address == null : wordsOf(event).containsAll(words);
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
      if (value instanceof Json.Str(var text) && address(text) == null && !opaque(text)) {
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
    if (!(value instanceof Json.Str(var text))
        || !(address(text) instanceof InetAddress address)
        || !(address(network.substring(0, slash)) instanceof InetAddress other)) {
      return false;
    }
    int away = address.getAddress().length * 8 - Integer.parseInt(network.substring(slash + 1));
    return address.getClass() == other.getClass()
        && new BigInteger(1, address.getAddress())
            .shiftRight(away)
            .equals(new BigInteger(1, other.getAddress()).shiftRight(away));
  }
}
