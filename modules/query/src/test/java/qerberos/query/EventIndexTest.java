package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.ObjBuilder;
import qerberos.event.Verdict;

class EventIndexTest {
  @Test
  void aSearchThatTakesTooLong_isStopped_andTheIndexIsWell() throws Exception {
    Path own = folder.resolve("limited");
    try (var index = EventIndex.open(own, AT_ONCE)) {
      fill(index, 0, 1);
      index.commit();
    }
    try (var index = EventIndex.open(own, AT_ONCE.withSearchAtMost(Duration.ZERO))) {
      assertThatThrownBy(() -> index.search(Search.of(QueryParser.parse("NOT id:nobody"))))
          .isInstanceOf(SearchTooLong.class)
          .hasMessageContaining("took longer than 0 ms; narrow it");
      assertThatThrownBy(
              () -> index.aggregate(new Aggregate.Count(), QueryParser.parse("NOT id:nobody"), 1))
          .isInstanceOf(SearchTooLong.class);
    }
    try (var index = EventIndex.open(own, AT_ONCE)) {
      assertThat(index.search(Search.of(QueryParser.parse("NOT id:nobody"))).total()).isEqualTo(1);
    }
  }

  private static final IndexSettings AT_ONCE = new IndexSettings(4, Duration.ZERO, 256);
  private static final Search EVERYTHING = Search.of(new Query.All());

  @TempDir Path folder;

  @Test
  void closedWithoutCommit_goesOnAfterTheLastCommit() throws Exception {
    try (var index = open()) {
      fill(index, 0, 30);
      index.commit();
      fill(index, 30, 50);
      assertThat(index.search(EVERYTHING).total()).isEqualTo(50);
      assertThat(index.committed()).isEqualTo(30);
    }
    try (var index = open()) {
      assertThat(index.next()).isEqualTo(30);
      assertThat(index.search(EVERYTHING).total()).isEqualTo(30);
      fill(index, 30, 60);
      index.commit();
    }
    try (var index = open()) {
      assertThat(index.search(EVERYTHING.withLimit(2)).leafIndexes()).containsExactly(59L, 58L);
      assertThat(index.search(EVERYTHING).total()).isEqualTo(60);
    }
  }

  @Test
  void copiedWhileItWasWritten_goesOnAfterTheLastCommit() throws Exception {
    Path copy = folder.resolve("copy");
    try (var index = EventIndex.open(folder.resolve("index"), AT_ONCE)) {
      fill(index, 0, 20);
      index.commit();
      fill(index, 20, 45);
      index.refresh();
      // What a killed process leaves: its files as they are, the lock file among them.
      copyTree(folder.resolve("index"), copy);
    }
    try (var index = EventIndex.open(copy, AT_ONCE)) {
      assertThat(index.next()).isEqualTo(20);
      fill(index, 20, 40);
      assertThat(index.search(EVERYTHING).total()).isEqualTo(40);
    }
  }

  @Test
  void aLeafOutOfTurn_isRefusedAndHarmsNothing() throws Exception {
    try (var index = open()) {
      fill(index, 0, 3);
      assertThatThrownBy(() -> index.add(4, event(4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("leafIndex: 4, want 3");
      assertThatThrownBy(() -> index.skip(2)).hasMessage("leafIndex: 2, want 3");
      fill(index, 3, 5);
      assertThat(index.search(EVERYTHING).total()).isEqualTo(5);
    }
  }

  @Test
  void aSkippedLeaf_isFoundByItsPlaceOnly() throws Exception {
    try (var index = open()) {
      fill(index, 0, 3);
      index.skip(3);
      fill(index, 4, 6);
      assertThat(find(index, "seq:3")).containsExactly(3L);
      assertThat(find(index, "time:>=1970")).containsExactly(5L, 4L, 2L, 1L, 0L);
      assertThat(find(index, "type:*")).contains(5L, 4L, 2L, 1L, 0L);
      assertThat(index.search(EVERYTHING.withOrder(Order.TIME)).leafIndexes())
          .containsExactly(5L, 4L, 2L, 1L, 0L, 3L);
      var bars =
          (Aggregate.Bars)
              index.aggregate(
                  new Aggregate.Histogram(java.time.temporal.ChronoUnit.DAYS, null, 1),
                  new Query.All(),
                  Search.ALL);
      assertThat(bars.bars().stream().mapToLong(Aggregate.Bar::events).sum()).isEqualTo(5);
    }
  }

  @Test
  void pages_staySteadyWhileEventsArrive() throws Exception {
    for (Order order : Order.values()) {
      Path own = folder.resolve(order.name());
      try (var index = EventIndex.open(own, AT_ONCE)) {
        fill(index, 0, 100);
        Search search = Search.of(QueryParser.parse("layer:api")).withOrder(order).withLimit(7);
        var seen = new ArrayList<Long>();
        Found found = index.search(search);
        seen.addAll(found.leafIndexes());
        while (found.nextCursor() != null) {
          fill(index, (int) index.next(), (int) index.next() + 13);
          found = index.search(search.withCursor(found.nextCursor()));
          assertThat(found.logSize()).isEqualTo(100);
          assertThat(found.total()).isEqualTo(50);
          seen.addAll(found.leafIndexes());
        }
        assertThat(seen).hasSize(50).doesNotHaveDuplicates().allMatch(leaf -> leaf < 100);
      }
    }
  }

  @Test
  void beyondThePinnedSize_nothingIsSeen() throws Exception {
    try (var index = open()) {
      fill(index, 0, 40);
      for (int size = 0; size <= 41; size++) {
        Found found = index.search(EVERYTHING.withLogSize(size));
        assertThat(found.total()).isEqualTo(Math.min(size, 40));
        assertThat(found.logSize()).isEqualTo(Math.min(size, 40));
        assertThat(found.leafIndexes()).allMatch(leaf -> leaf < found.logSize());
      }
    }
  }

  @Test
  void aCursorOfAnotherSearch_orGarbage_isAClearError() throws Exception {
    try (var index = open()) {
      fill(index, 0, 10);
      Search search = EVERYTHING.withLimit(3);
      String cursor = index.search(search).nextCursor();
      assertThat(cursor).isNotNull();
      assertThatThrownBy(() -> index.search(search.withCursor(cursor).withOrder(Order.TIME)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("cursor: made for order NEWEST_LEAF, this search is TIME");
      Search other = Search.of(QueryParser.parse("layer:api")).withCursor(cursor);
      assertThatThrownBy(() -> index.search(other)).hasMessage("cursor: made for another query");
      assertThatThrownBy(() -> search.withCursor(cursor).withOffset(1))
          .hasMessage("offset: 1 with a cursor, want one of both");
      long seed = Long.getLong("query.seed", System.nanoTime());
      var random = new Random(seed);
      for (int i = 0; i < 2_000; i++) {
        var broken = new StringBuilder(cursor);
        int at = random.nextInt(broken.length() - 1);
        char with = (char) random.nextInt(128);
        if (broken.charAt(at) != with) {
          broken.setCharAt(at, with);
          assertThatThrownBy(() -> index.search(search.withCursor(broken.toString())))
              .as("seed %s: %s", seed, broken)
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("cursor: not one of ours, want nextCursor of the page before");
        }
      }
      for (String garbage : List.of("", "x", "null", "a".repeat(10_000), "🙂", cursor + "A")) {
        assertThatThrownBy(() -> index.search(search.withCursor(garbage)))
            .hasMessage("cursor: not one of ours, want nextCursor of the page before");
      }
    }
  }

  @Test
  void searchLimits_areNamed() {
    assertThatThrownBy(() -> EVERYTHING.withLimit(0)).hasMessage("limit: 0, want 1 to 1000");
    assertThatThrownBy(() -> EVERYTHING.withLimit(1_001)).hasMessage("limit: 1001, want 1 to 1000");
    assertThatThrownBy(() -> EVERYTHING.withOffset(10_001))
        .hasMessage("offset: 10001, want 0 to 10000; a cursor goes further");
    assertThatThrownBy(() -> EVERYTHING.withLogSize(-1)).hasMessage("logSize: -1, want 0 or more");
    assertThatThrownBy(() -> new Aggregate.Top("id", 3))
        .hasMessage("field: id, want a field whose values repeat");
    assertThatThrownBy(() -> new Aggregate.Top("time", 3))
        .hasMessage("field: time, want a field of one value, details.<path> or context.<path>");
  }

  @Test
  void tooManyBars_nameAnIntervalThatWouldDo_andThatOneDoes() throws Exception {
    try (var index = open()) {
      // A second apart: 300 of them are five minutes.
      fill(index, 0, 300);
      Query every = QueryParser.parse("layer:api");
      for (Query query : List.of(new Query.All(), every)) {
        assertThatThrownBy(() -> bars(index, "1s", 100, query))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "interval: 1s makes more than 100 bars, want 10s or longer, or a shorter time");
        assertThatThrownBy(() -> bars(index, "10s", 4, query))
            .hasMessage(
                "interval: 10s makes more than 4 bars, want 5m or longer, or a shorter time");
        assertThat(bars(index, "10s", 30, query)).hasSize(30);
        assertThat(bars(index, "5m", 1, query))
            .extracting(Aggregate.Bar::start)
            .containsExactly(Instant.parse("2026-01-01T00:00:00Z"));
      }
      // Bars without events are none.
      assertThat(bars(index, "1s", 2, QueryParser.parse("seq:0 OR seq:299"))).hasSize(2);
      assertThatThrownBy(
              () -> new Aggregate.Histogram(new Interval(1, ChronoUnit.DAYS), null, 1, 0))
          .hasMessage("bars: 0, want 1 to 10000");
    }
  }

  private static List<Aggregate.Bar> bars(EventIndex index, String interval, int most, Query query)
      throws IOException {
    var wanted = new Aggregate.Histogram(Interval.parse(interval), null, 1, most);
    return ((Aggregate.Bars) index.aggregate(wanted, query, Search.ALL)).bars();
  }

  @Test
  void aFlippedBit_isFoundWhenTheIndexIsOpened_orChecked() throws Exception {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var random = new Random(seed);
    Path good = folder.resolve("good");
    try (var index = EventIndex.open(good, AT_ONCE)) {
      fill(index, 0, 60);
      index.commit();
      fill(index, 60, 90);
      index.commit();
    }
    List<Path> files;
    try (Stream<Path> walk = Files.walk(good)) {
      files =
          walk.filter(Files::isRegularFile).filter(path -> !path.endsWith("write.lock")).toList();
    }
    for (Path file : files) {
      for (int i = 0; i < 12; i++) {
        Path bad = folder.resolve("bad");
        copyTree(good, bad);
        Path hurt = bad.resolve(good.relativize(file));
        byte[] bytes = Files.readAllBytes(hurt);
        int at = random.nextInt(bytes.length);
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(hurt, bytes);
        String what = "seed " + seed + ": byte " + at + " of " + file.getFileName();
        if (file.endsWith("current")) {
          // It names the folder still, or another one, which is then an empty index, or none.
          try (var index = EventIndex.open(bad, AT_ONCE)) {
            assertThat(index.next()).as(what).isIn(0L, 90L);
          } catch (IndexDamaged e) {
            assertThat(e).hasMessage(bad + ": the file current does not name a folder");
          }
          deleteTree(bad);
          continue;
        }
        assertThatThrownBy(() -> EventIndex.open(bad, AT_ONCE).close())
            .as(what)
            .isInstanceOf(IndexDamaged.class);
        var lax = new IndexSettings(4, Duration.ZERO, 0);
        assertThatThrownBy(
                () -> {
                  try (var index = EventIndex.open(bad, lax)) {
                    index.check();
                  }
                })
            .as(what)
            .isInstanceOf(IndexDamaged.class);
        EventIndex.delete(bad);
        try (var index = EventIndex.open(bad, AT_ONCE)) {
          assertThat(index.next()).isZero();
        }
        deleteTree(bad);
      }
    }
  }

  @Test
  void aMissingFile_isFoundWhenTheIndexIsOpened() throws Exception {
    Path good = folder.resolve("good");
    try (var index = EventIndex.open(good, AT_ONCE)) {
      fill(index, 0, 60);
      index.commit();
    }
    List<Path> files;
    try (Stream<Path> list = Files.list(good.resolve("1"))) {
      files = list.toList();
    }
    for (Path file : files) {
      Path bad = folder.resolve("bad");
      copyTree(good, bad);
      Files.delete(bad.resolve("1").resolve(file.getFileName()));
      String name = file.getFileName().toString();
      if (name.startsWith("segments_") || name.equals("write.lock")) {
        // Without a commit there is no index: it begins again, or nothing is missing at all.
        try (var index = EventIndex.open(bad, AT_ONCE)) {
          assertThat(index.next()).isIn(0L, 60L);
          fill(index, (int) index.next(), 70);
          index.commit();
          assertThat(index.search(EVERYTHING).total()).isEqualTo(70);
        }
      } else {
        assertThatThrownBy(() -> EventIndex.open(bad, AT_ONCE).close())
            .as(name)
            .isInstanceOf(IndexDamaged.class);
      }
      deleteTree(bad);
    }
  }

  @Test
  void hitsThatAreDenseLongAgoAndRareLately_areFoundWhole() throws Exception {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var random = new Random(seed);
    int events = 8_000;
    int words = 50;
    int[] denseUntil = random.ints(words, 0, events / 2).toArray();
    int[] rarity = random.ints(words, 1, 400).toArray();
    List<List<Long>> hits = new ArrayList<>();
    for (int word = 0; word < words; word++) {
      hits.add(new ArrayList<>());
    }
    try (var index = open()) {
      for (int i = 0; i < events; i++) {
        var here = new ArrayList<Json>();
        for (int word = 0; word < words; word++) {
          if (i < denseUntil[word] || random.nextInt(rarity[word]) == 0) {
            here.add(Json.of("word" + word));
            hits.get(word).addFirst((long) i);
          }
        }
        index.add(i, event(i, new ObjBuilder().add("t", new Json.Arr(here)).build()));
      }
      for (int word = 0; word < words; word++) {
        Search search = Search.of(new Query.Term("details.t", "word" + word));
        for (int limit : new int[] {1, 20, 300, 1_000}) {
          Found found = index.search(search.withLimit(limit));
          List<Long> all = hits.get(word);
          assertThat(found.leafIndexes())
              .as("seed %s: word %s, limit %s", seed, word, limit)
              .isEqualTo(all.subList(0, Math.min(limit, all.size())));
          assertThat(found.total()).isEqualTo(all.size());
        }
      }
    }
  }

  @Test
  void withoutWords_fieldsAreFoundAndWordsAreRefused() throws Exception {
    var wordless = new IndexSettings(4, Duration.ZERO, 256, false);
    try (var index = EventIndex.open(folder, wordless)) {
      fill(index, 0, 5);
      index.commit();
      assertThat(find(index, "ref:order* -ref:\"order 4\"")).containsExactly(3L, 2L, 1L, 0L);
      for (String query : List.of("order", "-(type:x order)", "ord*", "type:x OR 10.0.0.0/8")) {
        assertThatThrownBy(() -> find(index, query))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("text: this index has no words (setting words is off), want fields");
      }
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(IndexDamaged.class)
        .hasMessage(folder.resolve("1") + ": has format 2 without words, its settings want 2");
  }

  @Test
  void twoProcesses_cannotWriteOneIndex() throws Exception {
    try (var _ = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(IOException.class)
          .hasMessageEndingWith(": another process writes this index");
    }
  }

  @Test
  void aRebuild_servesTheOldIndexUntilItIsFinished() throws Exception {
    try (var index = open()) {
      fill(index, 0, 20);
      index.commit();
      String cursor = index.search(EVERYTHING.withLimit(5)).nextCursor();
      try (Rebuild rebuild = index.rebuild()) {
        assertThatThrownBy(index::rebuild)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("index: a rebuild is already running");
        for (int i = 0; i < 19; i++) {
          rebuild.add(rebuild.next(), event(i + 1_000));
        }
        assertThatThrownBy(rebuild::finish).hasMessage("index: rebuilt 19 of 20 events, want all");
        assertThat(find(index, "ref:\"order 7\"")).containsExactly(7L);
        rebuild.add(19, event(1_019));
        rebuild.finish();
      }
      assertThat(find(index, "ref:\"order 7\"")).isEmpty();
      assertThat(find(index, "ref:\"order 1007\"")).containsExactly(7L);
      assertThat(index.search(EVERYTHING.withLimit(5).withCursor(cursor)).leafIndexes())
          .containsExactly(14L, 13L, 12L, 11L, 10L);
      fill(index, 20, 25);
      index.commit();
    }
    try (var index = open()) {
      assertThat(index.next()).isEqualTo(25);
      assertThat(find(index, "ref:\"order 1007\"")).containsExactly(7L);
      try (Stream<Path> list = Files.list(folder)) {
        assertThat(list.map(path -> path.getFileName().toString()))
            .containsExactlyInAnyOrder("2", "current");
      }
    }
  }

  @Test
  void anAbandonedRebuild_leavesNothing() throws Exception {
    try (var index = open()) {
      fill(index, 0, 5);
      index.commit();
      try (Rebuild rebuild = index.rebuild()) {
        rebuild.add(0, event(9));
        rebuild.skip(1);
      }
      assertThat(index.next()).isEqualTo(5);
      assertThat(folder.resolve("2")).doesNotExist();
      index.rebuild().close();
    }
  }

  @Test
  void aCursorAheadOfARebuiltIndex_isToldToComeBack() throws Exception {
    String cursor;
    try (var index = open()) {
      fill(index, 0, 20);
      cursor = index.search(EVERYTHING.withLimit(5)).nextCursor();
    }
    EventIndex.delete(folder);
    try (var index = open()) {
      fill(index, 0, 10);
      assertThatThrownBy(() -> index.search(EVERYTHING.withLimit(5).withCursor(cursor)))
          .isInstanceOf(IndexBehind.class)
          .hasMessage("index: holds 10 of 20 events; come back later");
    }
  }

  @Test
  void awaiting_endsWhenTheLeafIsThere_orTheTimeIsOver() throws Exception {
    try (var index = open()) {
      fill(index, 0, 5);
      assertThat(index.awaitIndexed(5, Duration.ZERO)).isTrue();
      assertThat(index.awaitIndexed(6, Duration.ofMillis(20))).isFalse();
      var waiting =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return index.awaitIndexed(8, Duration.ofSeconds(20));
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      fill(index, 5, 8);
      assertThat(waiting.get()).isTrue();
      assertThat(index.visible()).isEqualTo(8);
    }
  }

  @Test
  void searches_runWhileEventsAreAdded_andSeeWholePrefixes() throws Exception {
    var settings = new IndexSettings(4, Duration.ofMillis(1), 256);
    try (var index = EventIndex.open(folder, settings)) {
      var adding =
          CompletableFuture.runAsync(
              () -> {
                try {
                  fill(index, 0, 4_000);
                  index.commit();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      long last = 0;
      while (!adding.isDone()) {
        Found found = index.search(EVERYTHING.withLimit(1_000));
        assertThat(found.total()).isEqualTo(found.logSize()).isGreaterThanOrEqualTo(last);
        long size = found.logSize();
        assertThat(found.leafIndexes())
            .containsExactlyElementsOf(
                LongStream.iterate(size - 1, i -> i - 1)
                    .limit(Math.min(size, 1_000))
                    .boxed()
                    .toList());
        last = size;
      }
      adding.get();
      assertThat(index.awaitIndexed(4_000, Duration.ofSeconds(20))).isTrue();
      assertThat(index.search(EVERYTHING).total()).isEqualTo(4_000);
    }
  }

  /// Segments come from our own memory and not from Lucene's: its own examiner must accept them.
  @Test
  void whatIsWrittenAndMerged_isSoundInLucenesEyes() throws Exception {
    int parts = 0;
    try (var index = open();
        var directory = FSDirectory.open(folder.resolve("1"))) {
      // Merges run beside; go on until a commit holds one.
      int segments;
      do {
        fill(index, parts * 1_500, parts * 1_500 + 1_499);
        index.skip(index.next());
        index.commit();
        parts++;
        segments = SegmentInfos.readLatestCommit(directory).size();
      } while (parts < 12 || (segments == parts && parts < 200));
    }
    var said = new ByteArrayOutputStream();
    try (var directory = FSDirectory.open(folder.resolve("1"));
        var examiner = new CheckIndex(directory)) {
      examiner.setInfoStream(new PrintStream(said, true, StandardCharsets.UTF_8), false);
      examiner.setLevel(CheckIndex.Level.MIN_LEVEL_FOR_SLOW_CHECKS);
      CheckIndex.Status status = examiner.checkIndex();
      assertThat(status.clean).as(said.toString(StandardCharsets.UTF_8)).isTrue();
      assertThat(status.numSegments).isLessThan(parts);
      assertThat(status.segmentInfos.stream().mapToInt(segment -> segment.maxDoc).sum())
          .isEqualTo(parts * 1_500);
    }
  }

  @Test
  void longValuesThatBeginAlike_areFoundCountedAndShownApart() throws Exception {
    String one = "long ".repeat(60) + "1";
    String two = "long ".repeat(60) + "2";
    Json both = new Json.Arr(List.of(Json.of(one), Json.of(two)));
    try (var index = open()) {
      index.add(0, event(0, new ObjBuilder().add("t", both).build()));
      index.add(1, event(1, new ObjBuilder().add("t", Json.of(two)).build()));
      assertThat(index.search(Search.of(new Query.Term("details.t", one))).leafIndexes())
          .containsExactly(0L);
      var top =
          (Aggregate.Values)
              index.aggregate(new Aggregate.Top("details.t", 10), new Query.All(), 2);
      assertThat(top.values()).extracting(Aggregate.Value::events).containsExactly(2L, 1L);
      assertThat(top.values())
          .extracting(Aggregate.Value::value)
          .doesNotHaveDuplicates()
          .allMatch(value -> value.matches("(long ){40}…[0-9a-f]{16}"));
      var bars =
          (Aggregate.Bars)
              index.aggregate(
                  new Aggregate.Histogram(ChronoUnit.MONTHS, "details.t", 10), new Query.All(), 2);
      assertThat(bars.bars().getFirst().by().values()).containsExactlyInAnyOrder(2L, 1L);
    }
  }

  @Test
  void theLargestAndMostHostileEvents_areIndexed() throws Exception {
    var wide = new ObjBuilder();
    for (int i = 0; i < 999; i++) {
      wide.add("k" + i, Json.of("v" + i + " \u0000\u202e\ud83d\ude42 " + "x".repeat(40)));
    }
    Json deep = Json.of("bottom");
    for (int i = 0; i < 62; i++) {
      deep = new ObjBuilder().add("n".repeat(256), deep).build();
    }
    var many = new ArrayList<Json>();
    for (int i = 0; i < 20_000; i++) {
      many.add(Json.of("item" + i));
    }
    var details =
        List.of(
            wide.build(),
            new ObjBuilder().add("d", deep).build(),
            new ObjBuilder().add("", Json.of("nameless")).build(),
            new ObjBuilder().add("big", Json.of("word ".repeat(200_000))).build(),
            new ObjBuilder().add("many", new Json.Arr(many)).build());
    try (var index = open()) {
      for (Json.Obj one : details) {
        index.add(index.next(), event((int) index.next(), one));
      }
      index.commit();
      assertThat(find(index, "details.k500:v500*")).containsExactly(0L);
      String path = "d." + String.join(".", java.util.Collections.nCopies(62, "n".repeat(256)));
      assertThat(index.search(Search.of(new Query.Term("details." + path, "bottom"))).leafIndexes())
          .containsExactly(1L);
      assertThat(find(index, "nameless")).containsExactly(2L);
      assertThat(
              index
                  .search(Search.of(new Query.Term("details.big", "word ".repeat(200_000))))
                  .leafIndexes())
          .containsExactly(3L);
      assertThat(find(index, "details.many:item16383")).containsExactly(4L);
      assertThat(find(index, "details.many:item16384")).isEmpty();
    }
  }

  private EventIndex open() throws IOException {
    return EventIndex.open(folder, AT_ONCE);
  }

  private static List<Long> find(EventIndex index, String query) throws IOException {
    return index.search(Search.of(QueryParser.parse(query))).leafIndexes();
  }

  private static void fill(EventIndex index, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      index.add(i, event(i));
    }
  }

  private static AuditEvent event(int i) {
    return event(i, Json.EMPTY);
  }

  private static AuditEvent event(int i, Json.Obj details) {
    Instant time = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(i);
    return new AuditEvent(
        "event-" + i,
        "gate",
        time,
        EventDraft.builder()
            .type("order.read")
            .ref("order " + i)
            .actor(new Actor("did:squid:" + i % 3, null, null))
            .layer(i % 2 == 0 ? "api" : "db")
            .verdict(Verdict.ALLOW)
            .details(details)
            .build());
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : walk.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  private static void deleteTree(Path tree) throws IOException {
    try (Stream<Path> walk = Files.walk(tree)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
