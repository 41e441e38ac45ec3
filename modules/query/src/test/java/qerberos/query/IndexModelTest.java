package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.AuditEvent;
import qerberos.event.Canonical;
import qerberos.event.Json;

/// The index against a list that is gone through from end to end.
class IndexModelTest {
  private static final IndexSettings AT_ONCE = new IndexSettings(4, Duration.ZERO, 256);

  @TempDir Path folder;

  @Test
  void anyQueryInAnyOrder_findsWhatGoingThroughTheListFinds() throws Exception {
    long seed = Long.getLong("query.seed", System.nanoTime());
    int rounds = Integer.getInteger("query.rounds", 1);
    for (int round = 0; round < rounds; round++) {
      String where = "seed " + (seed + round);
      var samples = new Samples(seed + round);
      var events = new ArrayList<AuditEvent>();
      try (var index = EventIndex.open(folder.resolve("" + round), AT_ONCE)) {
        fill(index, samples, events, 100 + samples.random.nextInt(500), 40);
        for (int i = 0; i < 400; i++) {
          compare(index, samples, samples.query(3), events, where);
        }
        for (int i = 0; i < 60; i++) {
          aggregates(index, samples, samples.query(1), events, where);
        }
      }
    }
  }

  /// Large segments: pages read in several windows, times in several blocks.
  @Test
  void inLargeSegments_theSameIsFound() throws Exception {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var samples = new Samples(seed);
    var events = new ArrayList<AuditEvent>();
    try (var index = EventIndex.open(folder, AT_ONCE)) {
      fill(index, samples, events, 9_500, 3_000);
      for (int i = 0; i < 60; i++) {
        Query query =
            switch (samples.random.nextInt(4)) {
              case 0 -> new Query.Term("id", "id-" + samples.random.nextInt(9_500));
              case 1 -> new Query.Term("subId", "sub1");
              case 2 -> samples.query(0);
              default -> new Query.And(List.of(samples.query(0), new Query.Term("layer", "api")));
            };
        compare(index, samples, query, events, "seed " + seed);
      }
      for (int i = 0; i < 10; i++) {
        aggregates(index, samples, samples.query(0), events, "seed " + seed);
      }
    }
  }

  private static void fill(
      EventIndex index, Samples samples, List<AuditEvent> events, int size, int every)
      throws Exception {
    while (events.size() < size) {
      AuditEvent event = samples.event(events.size());
      index.add(events.size(), event);
      events.add(event);
      switch (samples.random.nextInt(every)) {
        case 0 -> index.commit();
        case 1, 2 -> index.refresh();
        default -> {}
      }
    }
  }

  private static void places(
      EventIndex index, Query query, int from, int size, List<Long> all, String text)
      throws Exception {
    Places places = index.places(query, from, size);
    List<Long> found = new ArrayList<>();
    for (long at = places.next(from); at < places.size(); at = places.next(at + 1)) {
      found.add(at);
    }
    assertThat(found)
        .as("%s from %s", text, from)
        .isEqualTo(all.stream().filter(at -> at >= from).toList());
    assertThat(places.count()).as(text).isEqualTo(found.size());
  }

  private static void compare(
      EventIndex index, Samples samples, Query query, List<AuditEvent> events, String where)
      throws Exception {
    String text = where + ": " + query;
    int size =
        samples.random.nextInt(4) == 0 ? samples.random.nextInt(events.size()) : events.size();
    List<Long> expected = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      boolean matches = Naive.matches(query, i, events.get(i));
      if (i < 600) {
        assertThat(query.matches(i, events.get(i)))
            .as("%s on event %s", text, i)
            .isEqualTo(matches);
      }
      if (matches && i < size) {
        expected.add((long) i);
      }
    }
    assertThat(QueryParser.parse(query.toString())).as(text).isEqualTo(query);
    int from = Math.floorMod(text.hashCode(), events.size() + 2);
    places(index, query, from, size, expected, text);
    Order order = samples.one(List.of(Order.values()));
    switch (order) {
      case OLDEST_LEAF -> {}
      case NEWEST_LEAF -> expected.sort(Comparator.reverseOrder());
      case TIME ->
          expected.sort(
              Comparator.comparing(
                      (Long i) ->
                          events.get(Math.toIntExact(i)).time().truncatedTo(ChronoUnit.MICROS))
                  .thenComparing(Comparator.naturalOrder())
                  .reversed());
    }
    int limit = 1 + samples.random.nextInt(samples.random.nextBoolean() ? 10 : 1_000);
    int offset = samples.random.nextInt(3) == 0 ? samples.random.nextInt(50) : 0;
    Search search = new Search(query, order, limit, offset, null, size);
    List<Long> rest = expected.subList(Math.min(offset, expected.size()), expected.size());
    Found found = index.search(search);
    int pages = 0;
    while (true) {
      List<Long> page = rest.subList(0, Math.min(limit, rest.size()));
      assertThat(found.leafIndexes()).as("%s %s %s", text, search, pages).isEqualTo(page);
      assertThat(found.total()).as("%s %s", text, search).isEqualTo(expected.size());
      assertThat(found.logSize()).isEqualTo(size);
      rest = rest.subList(page.size(), rest.size());
      if (rest.isEmpty() || page.isEmpty()) {
        assertThat(found.nextCursor()).as(text).isNull();
        return;
      }
      if (++pages == 5) {
        return;
      }
      found = index.search(search.withOffset(0).withCursor(found.nextCursor()));
    }
  }

  private static void aggregates(
      EventIndex index, Samples samples, Query query, List<AuditEvent> events, String where)
      throws Exception {
    int size = samples.random.nextBoolean() ? events.size() : samples.random.nextInt(events.size());
    // No more than 100 different values, which is what a histogram counts apart.
    List<String> few = List.of("type", "actor", "subId", "verdict", "details.ip", "details.amount");
    String field = samples.one(events.size() > 600 ? few.subList(0, 4) : few);
    ChronoUnit unit = samples.one(List.of(ChronoUnit.HOURS, ChronoUnit.DAYS, ChronoUnit.MONTHS));
    long total = 0;
    Map<String, Long> values = new HashMap<>();
    Map<String, Map<String, Long>> bars = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      AuditEvent event = events.get(i);
      if (!Naive.matches(query, i, event)) {
        continue;
      }
      total++;
      String start =
          unit == ChronoUnit.MONTHS
              ? event.time().toString().substring(0, 7) + "-01T00:00:00Z"
              : event.time().truncatedTo(unit).toString();
      Map<String, Long> bar = bars.computeIfAbsent(start, _ -> new HashMap<>());
      bar.merge("all", 1L, Long::sum);
      for (String each : shown(field, event)) {
        String value = each.replaceFirst("^(number|address) ", "");
        values.merge(value, 1L, Long::sum);
        bar.merge("= " + value, 1L, Long::sum);
      }
    }
    String text = where + ": " + query + " first " + size + " by " + field + " " + unit;
    assertThat(index.aggregate(new Aggregate.Count(), query, size))
        .as(text)
        .isEqualTo(new Aggregate.Total(total, size));
    var top = (Aggregate.Values) index.aggregate(new Aggregate.Top(field, 1_000), query, size);
    Map<String, Long> seen = new HashMap<>();
    top.values().forEach(value -> seen.merge(value.value(), value.events(), Long::sum));
    assertThat(seen).as(text).isEqualTo(values);
    assertThat(top.values()).isSortedAccordingTo(Comparator.comparingLong(v -> -v.events()));
    var two = (Aggregate.Values) index.aggregate(new Aggregate.Top(field, 2), query, size);
    assertThat(two.values())
        .as(text)
        .isEqualTo(top.values().subList(0, Math.min(2, top.values().size())));
    var histogram =
        (Aggregate.Bars) index.aggregate(new Aggregate.Histogram(unit, field, 100), query, size);
    Map<String, Map<String, Long>> drawn = new TreeMap<>();
    for (Aggregate.Bar bar : histogram.bars()) {
      Map<String, Long> all = new HashMap<>();
      bar.by().forEach((value, count) -> all.put("= " + value, count));
      all.put("all", bar.events());
      drawn.put(bar.start().toString(), all);
    }
    assertThat(drawn).as(text).isEqualTo(bars);
    assertThat(histogram.bars()).isSortedAccordingTo(Comparator.comparing(Aggregate.Bar::start));
    distinct(index, samples, query, events.subList(0, size), field, text);
    assertThat(
            index.aggregate(
                List.of(new Aggregate.Count(), new Aggregate.Top(field, 2)), query, size))
        .as(text)
        .containsExactly(new Aggregate.Total(total, size), two);
  }

  private static void distinct(
      EventIndex index,
      Samples samples,
      Query query,
      List<AuditEvent> events,
      String field,
      String text)
      throws Exception {
    Set<Json> values = new HashSet<>();
    boolean opaque = false;
    for (int i = 0; i < events.size(); i++) {
      if (Naive.matches(query, i, events.get(i))) {
        for (Json value : Naive.values(field, events.get(i))) {
          switch (value) {
            case Json.Str(var string) when field.contains(".") && Naive.opaque(string) ->
                opaque = true;
            case Json.Str(var string)
                when field.contains(".") && Naive.address(string).isPresent() ->
                values.add(
                    Json.of("address " + Address.text(Naive.address(string).get().getAddress())));
            case Json.Bool(var truth) -> values.add(Json.of(Boolean.toString(truth)));
            case Json.Str _, Json.Num _ -> values.add(value);
            case Json.Null _, Json.Obj _, Json.Arr _ -> {}
          }
        }
      }
    }
    int all = values.size();
    assertThat(index.aggregate(new Aggregate.Distinct(field, 1_000), query, events.size()))
        .as(text)
        .isEqualTo(new Aggregate.Different(all, !opaque, events.size()));
    int most = 1 + samples.random.nextInt(all + 1);
    assertThat(index.aggregate(new Aggregate.Distinct(field, most), query, events.size()))
        .as("%s, at most %s", text, most)
        .isEqualTo(
            new Aggregate.Different(Math.min(all, most), all <= most && !opaque, events.size()));
  }

  private static String cut(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return text.substring(0, 200) + "…" + HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// The different values of a field as the index shows them.
  private static Set<String> shown(String field, AuditEvent event) {
    var shown = new HashSet<String>();
    for (Json value : Naive.values(field, event)) {
      switch (value) {
        case Json.Str(var text) when Naive.opaque(text) && field.contains(".") -> {}
        case Json.Str(var text) when field.contains(".") && Naive.address(text).isPresent() ->
            shown.add("address " + Address.text(Naive.address(text).get().getAddress()));
        case Json.Str(var text) -> shown.add(text.length() > 200 ? cut(text) : text);
        case Json.Bool(var truth) -> shown.add(Boolean.toString(truth));
        case Json.Num _ ->
            shown.add("number " + new String(Canonical.bytes(value), StandardCharsets.UTF_8));
        case Json.Null _, Json.Obj _, Json.Arr _ -> {}
      }
    }
    return shown;
  }
}
