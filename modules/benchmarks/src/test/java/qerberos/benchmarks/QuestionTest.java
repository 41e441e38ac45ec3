package qerberos.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.AuditEvent;
import qerberos.intake.EventReader;
import qerberos.intake.IntakeLimits;
import qerberos.intake.Parsed;
import qerberos.query.Aggregate;
import qerberos.query.EventIndex;
import qerberos.query.IndexSettings;
import qerberos.query.Interval;
import qerberos.query.Query;
import qerberos.query.QueryParser;
import qerberos.query.Search;

/// The questions mean the same wherever they are asked.
class QuestionTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int EVENTS = 2_000;

  @TempDir Path folder = Path.of(".");
  private byte[] events = new byte[0];
  private List<Question> questions = List.of();

  @BeforeEach
  void thirtyDaysOfEvents() {
    Duration apart = Duration.ofDays(30).dividedBy(EVENTS);
    events = SyntheticEvents.distinct(7, "test", START, apart).batch(EVENTS);
    questions =
        Question.rounds(7, 50, START, START.plus(Duration.ofDays(31))).stream()
            .flatMap(round -> round.questions().stream())
            .toList();
  }

  @Test
  void aQuestionIsReadBackFromItsLine() {
    for (Question question : questions) {
      assertThat(Question.of(question.line())).isEqualTo(question);
    }
  }

  @Test
  void sqliteAndOurIndex_answerAllOfThemTheSame() throws Exception {
    long found = 0;
    try (var sqlite = SqliteStore.create(folder.resolve("events.db").toString());
        var index = EventIndex.open(folder.resolve("index"), IndexSettings.DEFAULT)) {
      sqlite.add(Row.of(events));
      sqlite.tidy();
      fill(index);
      for (Question question : questions) {
        Question.Answer answer = sqlite.ask(question);
        assertThat(answer).as(question.line()).isEqualTo(ask(index, question));
        found += answer.total();
      }
    }
    assertThat(found).isGreaterThan(5L * EVENTS);
  }

  @Test
  void anIdThatIsThereAlready_isKeptOnce() throws Exception {
    try (var sqlite = SqliteStore.create(folder.resolve("events.db").toString())) {
      sqlite.add(Row.of(events));
      sqlite.add(Row.of(events));
      var all = new Question.Histogram(START, START.plus(Duration.ofDays(31)));
      assertThat(sqlite.ask(all).total()).isEqualTo(EVENTS);
    }
  }

  private void fill(EventIndex index) throws Exception {
    long next = 0;
    for (Parsed parsed : new EventReader(IntakeLimits.DEFAULT).ndjson(events)) {
      var draft = ((Parsed.Good) parsed).draft();
      String id = String.valueOf(draft.id());
      index.add(next++, new AuditEvent(id, "test", START, draft));
    }
    index.commit();
    index.refresh();
  }

  private static Question.Answer ask(EventIndex index, Question question) throws Exception {
    return switch (question) {
      case Question.Actor(var actor) -> newest(index, new Query.Term("actor", actor));
      case Question.Outcome(var type, var verdict) ->
          newest(index, QueryParser.parse("type:" + type + " verdict:" + verdict));
      case Question.Words(var words, var type, var verdict) ->
          newest(index, QueryParser.parse(words + " type:" + type + " verdict:" + verdict));
      case Question.Network network ->
          newest(index, QueryParser.parse("details.ip:" + network.cidr()));
      case Question.Histogram _ -> bars(index);
    };
  }

  private static Question.Answer newest(EventIndex index, Query query) throws Exception {
    var found = index.search(Search.of(query));
    return new Question.Answer(found.total(), Math.min(found.total(), Question.HITS));
  }

  private static Question.Answer bars(EventIndex index) throws Exception {
    var hours = new Aggregate.Histogram(Interval.parse("1h"), "type", 50, 1_000);
    var bars = (Aggregate.Bars) index.aggregate(hours, new Query.All(), Search.ALL);
    List<Long> counts = new ArrayList<>();
    bars.bars().forEach(bar -> counts.addAll(bar.by().values()));
    return new Question.Answer(counts.stream().mapToLong(Long::longValue).sum(), counts.size());
  }
}
