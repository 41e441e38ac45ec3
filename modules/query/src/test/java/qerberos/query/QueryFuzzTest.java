package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;

import fuzz.Fuzzed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Whatever text arrives as a query or a cursor: an answer, or an IllegalArgumentException with a
/// sentence.
class QueryFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 10_000);

  static Stream<byte[]> queries() {
    return Stream.of(
            "type:auth.login verdict:DENY details.ip:10.0.0.0/8 -actor:\"did:squid:ci\" \"q\"",
            "time:[2026-01-01 TO 2026-02-01} OR (details.n:>=5 AND NOT seq:{* TO 9])",
            "details.\"a \\\" b\".c:\"\\\\\"* context.x:*",
            "2001:db8::/32 text:10.0.0.0/8 quart* \u0000",
            "((((((((",
            "[{\"")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @Fuzzed("queries")
  void query(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      Query query = QueryParser.parse(text);
      assertThat(QueryParser.parse(query.toString())).isEqualTo(query);
      new LuceneForm(query, new TimeLimit(Duration.ofHours(1)));
    } catch (QuerySyntax e) {
      assertThat(e).hasMessageMatching("(?s)column [0-9]+: .+");
    }
  }

  static Stream<byte[]> names() {
    return Stream.of("type,actor , details.\"a, b\".c", ",", "type,type", "15m", "1000M", "0s")
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @Fuzzed("names")
  void namesAndIntervals(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      assertThat(QueryParser.fields(text)).isNotEmpty().doesNotHaveDuplicates();
    } catch (QuerySyntax e) {
      assertThat(e).hasMessageMatching("(?s)column [0-9]+: .+");
    }
    try {
      assertThat(Interval.parse(text)).hasToString(text.replaceFirst("^0+", ""));
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith("interval: ");
    }
  }

  static Stream<byte[]> cursors() {
    long hash = Cursor.hash(new Query.All());
    return Stream.of(
            new Cursor(Order.NEWEST_LEAF, 9, 5, 0, 3, hash),
            new Cursor(Order.TIME, Long.MAX_VALUE, 0, Long.MIN_VALUE, 0, hash),
            new Cursor(Order.OLDEST_LEAF, -1, -1, 0, -1, hash))
        .map(cursor -> cursor.toString().getBytes(StandardCharsets.US_ASCII));
  }

  @Fuzzed("cursors")
  void cursor(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    for (Order order : List.of(Order.values())) {
      Search search = Search.of(new Query.All()).withOrder(order);
      try {
        assertThat(Cursor.parse(text, search).toString()).isEqualTo(text.replace("=", ""));
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageStartingWith("cursor: ");
      }
    }
  }

  @Test
  void examplesWithAnyChange_areReadOrRefused() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("QueryFuzzTest seed " + seed);
    var random = new Random(seed);
    List<byte[]> queries = queries().toList();
    List<byte[]> names = names().toList();
    List<byte[]> cursors = cursors().toList();
    for (int round = 0; round < ROUNDS; round++) {
      query(changed(queries, random));
      namesAndIntervals(changed(names, random));
      cursor(changed(cursors, random));
    }
  }

  /// One of the examples with bytes of the language put in, or a piece of an example.
  private static byte[] changed(List<byte[]> examples, Random random) {
    byte[] likely = "\"\\():*[]{}<>=-/ .,TOANDRNt0129\u00e9".getBytes(StandardCharsets.UTF_8);
    var changed = new ByteArrayOutputStream();
    changed.writeBytes(examples.get(random.nextInt(examples.size())));
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      byte[] bytes = changed.toByteArray();
      byte[] other = examples.get(random.nextInt(examples.size()));
      int at = random.nextInt(bytes.length + 1);
      int from = random.nextInt(other.length);
      changed.reset();
      changed.write(bytes, 0, at);
      switch (random.nextInt(3)) {
        case 0 -> changed.write(likely[random.nextInt(likely.length)]);
        case 1 -> changed.write(other, from, random.nextInt(other.length - from));
        default -> {}
      }
      int dropped = random.nextInt(Math.min(4, bytes.length - at + 1));
      changed.write(bytes, at + dropped, bytes.length - at - dropped);
    }
    return changed.toByteArray();
  }
}
