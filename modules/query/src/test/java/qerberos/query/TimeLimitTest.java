package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// One segment with as many addresses and names as events, and a clock that goes on by a
/// millisecond each time it is looked at.
class TimeLimitTest {
  private static final int EVENTS = 100_000;

  /// What a search may look at the clock for, besides the terms that it walks.
  private static final int FEW = 10;

  private static final ByteBuffersDirectory FOLDER = new ByteBuffersDirectory();
  private static DirectoryReader reader;

  private final AtomicLong looks = new AtomicLong();

  @BeforeAll
  static void manyTermsInOneSegment() throws IOException {
    try (var writer = new IndexWriter(FOLDER, new IndexWriterConfig())) {
      for (int i = 0; i < EVENTS; i++) {
        var document = new Document();
        String address = "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255);
        add(document, new Query.Term("details.ip", address));
        add(document, new Query.Term("details.user", "user" + i));
        add(document, new Query.Term("type", i % 2 == 0 ? "even" : "odd"));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    reader = DirectoryReader.open(FOLDER);
  }

  private static void add(Document document, Query.Term value) {
    if (!(Wanted.term(value) instanceof Wanted.One(var term))) {
      throw new IllegalStateException(value + " is one term");
    }
    document.add(new StringField(Generation.TERMS, term, Field.Store.NO));
  }

  @AfterAll
  static void close() throws IOException {
    reader.close();
    FOLDER.close();
  }

  private TimeLimit limit(long millis) {
    looks.set(0);
    return new TimeLimit(
        Duration.ofMillis(millis), () -> Duration.ofMillis(looks.getAndIncrement()).toNanos());
  }

  private static Stream<Query> walkers() {
    return Stream.of(
        new Query.Cidr("details.ip", "10.0.0.0/8"), new Query.Prefix("details.user", "user"));
  }

  @Test
  void aWalkOverManyTerms_stopsWhenTheTimeIsOver() {
    assertThat(walkers())
        .allSatisfy(
            query -> {
              TimeLimit limit = limit(2 * FEW);
              assertThatThrownBy(
                      () -> Pager.find(new IndexSearcher(reader), Search.of(query), limit))
                  .isInstanceOf(SearchTooLong.class);
              assertThat(looks).hasValue(2 * FEW + 1);
            });
  }

  @Test
  void aWalkWithinItsTime_findsAll_andLooksAtTheClockOncePerThousandTerms() {
    assertThat(walkers())
        .allSatisfy(
            query -> {
              TimeLimit limit = limit(1_000_000);
              Found found = Pager.find(new IndexSearcher(reader), Search.of(query), limit);
              assertThat(found.total()).isEqualTo(EVENTS);
              assertThat(looks.get()).isBetween(EVENTS / 1_024L, EVENTS / 1_024L + 2 * FEW);
            });
  }

  @Test
  void countingByAFieldOfManyValues_stopsWhenTheTimeIsOver() {
    Query half = new Query.Term("type", "odd");
    TimeLimit limit = limit(2 * FEW);
    assertThatThrownBy(
            () ->
                Tally.of(
                    new IndexSearcher(reader),
                    new LuceneForm(half, limit),
                    new Aggregate.Top("details.ip", 10),
                    EVENTS,
                    limit))
        .isInstanceOf(SearchTooLong.class);
    assertThat(looks).hasValue(2 * FEW + 1);
  }

  @Test
  void oneTermOfManyEvents_needsFewLooks() throws IOException {
    Query half = new Query.Term("type", "odd");
    Found found = Pager.find(new IndexSearcher(reader), Search.of(half), limit(FEW));
    assertThat(found.total()).isEqualTo(EVENTS / 2);
  }
}
