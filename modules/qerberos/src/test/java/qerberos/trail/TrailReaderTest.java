package qerberos.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Verdict;
import qerberos.identity.View;
import qerberos.ledger.Progress;
import qerberos.query.Order;
import qerberos.query.Query;
import qerberos.query.QueryParser;
import qerberos.settings.StateSettings;
import qerberos.settings.TrailSettings;
import qerberos.state.State;

/// A folder without a server finds what a server on it found.
class TrailReaderTest {
  private static final String SOURCE = "token:test";

  @TempDir Path data = Path.of(".");

  private Trail trail(State state) throws Exception {
    return TestTrail.open(TrailSettings.in(data), state);
  }

  private static EventDraft draft(int number) {
    return new EventDraft(
        "e-" + number,
        number % 2 == 0 ? "a.even" : "a.odd",
        null,
        null,
        "thing:" + number % 7,
        new Actor("did:squid:a" + number % 3),
        "test",
        Verdict.ALLOW,
        Json.EMPTY.with("ip", Json.of("192.0.2." + number % 200)),
        Json.EMPTY,
        null,
        Instant.parse("2026-01-01T00:00:00Z").plusSeconds(number * 7919L % 5000));
  }

  private static List<String> ids(Page page) {
    return page.events().stream().map(shown -> shown.event().id()).toList();
  }

  @Test
  void findsWhatTheServerFound_inEveryOrder_sealedFieldsToo() throws Exception {
    List<Query> queries =
        List.of(
            new Query.All(),
            QueryParser.parse("type:a.even ref:thing:3"),
            QueryParser.parse("details.ip:192.0.2.0/28 OR actor:did:squid:a1"),
            QueryParser.parse("time:>=2026-01-01T00:30:00Z -type:a.odd"),
            QueryParser.parse("id:nobody"));
    List<List<String>> found = new ArrayList<>();
    List<Long> totals = new ArrayList<>();
    try (State state = State.open(StateSettings.in(data), Clock.systemUTC());
        Trail trail = trail(state)) {
      for (int i = 0; i < 400; i++) {
        trail.appending().append(List.of(trail.appending().prepare(SOURCE, draft(i), null)));
      }
      assertThat(trail.search().awaitIndexed(400, Duration.ofSeconds(30))).isTrue();
      for (Query query : queries) {
        for (Order order : Order.values()) {
          Page page =
              trail.search().page(new View.Everything(), query, order, 50, 0, null, List.of());
          found.add(ids(page));
          totals.add(page.total());
        }
      }
    }
    List<List<String>> again = new ArrayList<>();
    List<Long> totalsAgain = new ArrayList<>();
    try (TrailReader reader = TrailReader.open(data)) {
      for (Query query : queries) {
        for (Order order : Order.values()) {
          Page page = reader.search(query, order, 50, Progress.NONE);
          again.add(ids(page));
          totalsAgain.add(page.total());
        }
      }
      Shown shown = reader.find(SOURCE, "e-7", Progress.NONE).orElseThrow();
      assertThat(shown.event().details().text("ip")).isEqualTo("192.0.2.7");
      assertThat(reader.find("token:other", "e-7", Progress.NONE).orElseThrow().index())
          .isEqualTo(shown.index());
      assertThat(reader.find("token:other", "nobody", Progress.NONE)).isEmpty();
    }
    assertThat(again).isEqualTo(found);
    assertThat(totalsAgain).isEqualTo(totals);
  }

  @Test
  void aFolderThatIsNone_saysSo() {
    assertThatThrownBy(() -> TrailReader.open(data)).isInstanceOf(NoSuchFileException.class);
  }
}
