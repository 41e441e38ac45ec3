package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// What every store of notices must do; each one inherits these facts.
///
/// @param <T> what is told about a change
public abstract class NoticeStoreContract<T> {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00.123Z");
  private static final String ALICE = "did:squid:alice";

  /// The store, the same one in each call of one test.
  protected abstract NoticeStore<T> store() throws Exception;

  /// The same store as another process would open it after this one was killed.
  protected abstract NoticeStore<T> reopened() throws Exception;

  /// For a change of which nobody hears.
  protected abstract T nothing();

  private static Alert alert(String fingerprint, AlertStatus status) {
    return new Alert(
        fingerprint,
        Instant.parse("2026-11-24T09:59:00.000000001Z"),
        status,
        Severity.CRITICAL,
        "<b>down</b> & \u202eout",
        "alertmanager",
        Map.of("job", "shop", "instance", "i:1"));
  }

  private AlertSeen seen(Alert alert, Instant now) throws Exception {
    return store().seen(alert, now, _ -> List.of(), _ -> nothing());
  }

  private static Notice notice(String id, String recipient, Instant at, Way... ways) {
    return new Notice(
        id,
        recipient,
        "alert",
        Severity.WARNING,
        "subject " + id,
        "text <" + id + ">",
        at,
        Map.of("id", id),
        List.of(ways));
  }

  private void tell(Notice... notices) throws Exception {
    AlertSeen ignored =
        store()
            .seen(
                alert("carrier of " + notices[0].id(), AlertStatus.FIRING),
                NOW,
                _ -> List.of(notices),
                _ -> nothing());
  }

  private static Ticket ticket(String id, String owner, String daoId, Instant at) {
    return Ticket.opened(id, owner, "sub", daoId, "Help <me>", "It's \"broken\" & old\n", at);
  }

  @Test
  final void alert_firesOnce_isRepeated_isResolved_andMayFireAgain() throws Exception {
    List<AlertSeen> all = new ArrayList<>();
    for (AlertStatus status :
        List.of(
            AlertStatus.FIRING,
            AlertStatus.FIRING,
            AlertStatus.RESOLVED,
            AlertStatus.RESOLVED,
            AlertStatus.FIRING)) {
      boolean ignored = all.add(seen(alert("a", status), NOW.plusSeconds(all.size())));
    }
    assertThat(all.stream().map(AlertSeen::change))
        .containsExactly(
            AlertChange.FIRED,
            AlertChange.REPEATED,
            AlertChange.RESOLVED,
            AlertChange.REPEATED,
            AlertChange.FIRED_AGAIN);
    assertThat(all.stream().map(AlertSeen::count)).containsExactly(1L, 2L, 3L, 4L, 5L);
    Alert last = alert("a", AlertStatus.FIRING);
    assertThat(store().alerts(null, 10))
        .containsExactly(new KnownAlert(last.id(), last, NOW, NOW.plusSeconds(4), 5, null));
  }

  @Test
  final void alertsAreFoundByStatus_theLastToldFirst() throws Exception {
    var ignored = seen(alert("a", AlertStatus.FIRING), NOW);
    ignored = seen(alert("b", AlertStatus.RESOLVED), NOW.plusSeconds(1));
    ignored = seen(alert("c", AlertStatus.FIRING), NOW.plusSeconds(2));
    assertThat(
            store().alerts(AlertStatus.FIRING, 10).stream().map(one -> one.alert().fingerprint()))
        .containsExactly("c", "a");
    assertThat(store().alerts(null, 2)).hasSize(2);
    assertThat(store().alerts(AlertStatus.RESOLVED, 2).getFirst().resolvedAt())
        .isEqualTo(NOW.plusSeconds(1));
  }

  @Test
  final void theSameAlertFromManyAtOnce_firesOnce() throws Exception {
    int many = 12;
    List<AlertChange> changes = new ArrayList<>();
    NoticeStore<T> store = store();
    try (var threads = Executors.newFixedThreadPool(many)) {
      List<Callable<AlertChange>> calls = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        calls.add(
            () ->
                store
                    .seen(alert("a", AlertStatus.FIRING), NOW, _ -> List.of(), _ -> nothing())
                    .change());
      }
      for (Future<AlertChange> one : threads.invokeAll(calls)) {
        changes.add(one.get());
      }
    }
    assertThat(changes).containsOnlyOnce(AlertChange.FIRED);
    assertThat(store.alerts(null, 10).getFirst().count()).isEqualTo(many);
  }

  @Test
  final void ticket_comesBackAsItWas_withItsHistory() throws Exception {
    Ticket ticket = ticket("t1", ALICE, "dao:red", NOW);
    store().open(ticket, List.of(), nothing());
    assertThat(reopened().ticket("t1", new Whose.Everybodys())).contains(ticket);
    var change = new TicketChange(TicketStatus.RESOLVED, "done <it>", "did:squid:bob");
    Changed changed =
        reopened()
            .change(
                "t1",
                new Whose.Everybodys(),
                one -> one.changed(change, "did:squid:bob", NOW.plusSeconds(9)),
                _ -> List.of(),
                _ -> nothing())
            .orElseThrow();
    assertThat(changed).isInstanceOf(Changed.To.class);
    assertThat(reopened().ticket("t1", new Whose.Everybodys()))
        .contains(((Changed.To) changed).ticket());
  }

  @Test
  final void ticketsAreSeenAndChanged_onlyByWhomTheyAreFor() throws Exception {
    store().open(ticket("t1", ALICE, "dao:red", NOW), List.of(), nothing());
    store()
        .open(ticket("t2", "did:squid:bob", "dao:blue", NOW.plusSeconds(1)), List.of(), nothing());
    for (var one :
        Map.of(
                new Whose.Everybodys(), List.of("t2", "t1"),
                new Whose.Of(ALICE), List.of("t1"),
                new Whose.OfSubidentity(ALICE, "sub"), List.of("t1"),
                new Whose.OfSubidentity(ALICE, "other"), List.<String>of(),
                new Whose.OfDao("dao:blue"), List.of("t2"),
                new Whose.Nobodys(), List.<String>of())
            .entrySet()) {
      TicketPage page = store().tickets(one.getKey(), null, 10, 0);
      assertThat(page.tickets().stream().map(Ticket::id))
          .as(one.getKey().toString())
          .containsExactlyElementsOf(one.getValue());
      assertThat(page.total()).isEqualTo(one.getValue().size());
      for (String id : List.of("t1", "t2")) {
        boolean may = one.getValue().contains(id);
        assertThat(store().ticket(id, one.getKey()).isPresent()).isEqualTo(may);
        assertThat(
                store()
                    .change(id, one.getKey(), Changed.Already::new, _ -> List.of(), _ -> nothing())
                    .isPresent())
            .isEqualTo(may);
      }
    }
  }

  @Test
  final void ticketsAreCountedAndPaged() throws Exception {
    for (int i = 0; i < 5; i++) {
      store().open(ticket("t" + i, ALICE, "dao:red", NOW.plusSeconds(i)), List.of(), nothing());
    }
    TicketPage page = store().tickets(new Whose.Of(ALICE), TicketStatus.OPEN, 2, 1);
    assertThat(page.tickets().stream().map(Ticket::id)).containsExactly("t3", "t2");
    assertThat(page.total()).isEqualTo(5);
    assertThat(store().tickets())
        .containsEntry(TicketStatus.OPEN, 5L)
        .containsEntry(TicketStatus.CLOSED, 0L);
  }

  @Test
  final void changesAtOnce_areAllThere_inOneOrder() throws Exception {
    store().open(ticket("t1", ALICE, "dao:red", NOW), List.of(), nothing());
    int many = 8;
    NoticeStore<T> store = store();
    try (var threads = Executors.newFixedThreadPool(many)) {
      List<Callable<Boolean>> calls = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        var change = new TicketChange(null, "note " + i, null);
        calls.add(
            () ->
                store
                    .change(
                        "t1",
                        new Whose.Everybodys(),
                        one -> one.changed(change, "did:squid:bob", NOW),
                        _ -> List.of(),
                        _ -> nothing())
                    .isPresent());
      }
      for (Future<Boolean> one : threads.invokeAll(calls)) {
        assertThat(one.get()).isTrue();
      }
    }
    Ticket ticket = store.ticket("t1", new Whose.Everybodys()).orElseThrow();
    assertThat(ticket.history()).hasSize(1 + many);
    assertThat(ticket.history().stream().map(TicketEntry::note).distinct()).hasSize(1 + many);
  }

  @Test
  final void notices_areReadOnFromAPlace_eachByItsOwnReader() throws Exception {
    tell(notice("n1", ALICE, NOW), notice("n2", Notice.OPERATORS, NOW), notice("n3", "x", NOW));
    Set<String> both = Set.of(ALICE, Notice.OPERATORS);
    List<KeptNotice> kept = store().notices(both, ALICE, 0, 10);
    assertThat(kept.stream().map(one -> one.notice().id())).containsExactly("n1", "n2");
    assertThat(kept.getFirst().notice()).isEqualTo(notice("n1", ALICE, NOW));
    long place = kept.getFirst().place();
    assertThat(store().notices(both, ALICE, place, 10).stream().map(one -> one.notice().id()))
        .containsExactly("n2");
    assertThat(store().notices(both, ALICE, 0, 1)).hasSize(1);
    assertThat(store().notices(Set.of(), ALICE, 0, 10)).isEmpty();

    assertThat(store().read("n2", both, ALICE, NOW.plusSeconds(1))).isTrue();
    assertThat(store().read("n2", both, ALICE, NOW.plusSeconds(5))).isTrue();
    assertThat(store().read("n3", both, ALICE, NOW)).as("another's").isFalse();
    assertThat(store().read("none", both, ALICE, NOW)).isFalse();
    assertThat(store().notices(both, ALICE, place, 10).getFirst().readAt())
        .isEqualTo(NOW.plusSeconds(1));
    assertThat(store().notices(both, "did:squid:bob", place, 10).getFirst().readAt()).isNull();
  }

  @Test
  final void whatIsDue_isOfItsChannelAndItsTime_theLongestDueFirst() throws Exception {
    tell(
        notice("late", ALICE, NOW.plusSeconds(60), new Way("email", "a@example")),
        notice("second", ALICE, NOW, new Way("email", "a@example"), new Way("ws", ALICE)),
        notice("first", ALICE, NOW.minusSeconds(1), new Way("email", "a@example")));
    List<Due> due = store().due("email", NOW, 10);
    assertThat(due.stream().map(one -> one.message().id())).containsExactly("first.0", "second.0");
    assertThat(due.getLast().message())
        .isEqualTo(
            new Message(
                "second.0",
                "a@example",
                Severity.WARNING,
                "subject second",
                "text <second>",
                NOW,
                Map.of("id", "second")));
    assertThat(store().due("ws", NOW, 10).getFirst().message().id()).isEqualTo("second.1");
    assertThat(store().waiting()).isEqualTo(Map.of("email", 3L, "ws", 1L));
  }

  @Test
  final void aMessageIsTakenByOne_andFreeAgainAfterItsTime() throws Exception {
    tell(notice("n", ALICE, NOW, new Way("email", "a@example")));
    Due due = store().due("email", NOW, 10).getFirst();
    Instant until = NOW.plus(Duration.ofMinutes(2));
    assertThat(store().take(due, until)).isTrue();
    assertThat(store().take(due, until)).isFalse();
    assertThat(store().due("email", until.minusMillis(1), 10)).isEmpty();

    Due again = reopened().due("email", until, 10).getFirst();
    assertThat(again.message()).as("the same under the same id").isEqualTo(due.message());
    assertThat(again.attempts()).isEqualTo(1);
    assertThat(again.since()).isEqualTo(NOW);
    assertThat(reopened().take(again, until.plusSeconds(60))).isTrue();
    assertThat(store().settle(due, new Settled.Again(NOW, "slow", NOW), nothing()))
        .as("who lost it decides nothing")
        .isFalse();
    assertThat(store().due("email", NOW, 10)).isEmpty();
    assertThat(store().settle(due, new Settled.Delivered(NOW, "250 ok"), nothing()))
        .as("but what is delivered is")
        .isTrue();
    assertThat(store().settle(again, new Settled.Delivered(NOW, "250 ok"), nothing())).isFalse();
    assertThat(store().waiting()).isEmpty();
  }

  @Test
  final void whatFailed_isDueAgain_whatIsGivenUp_isNot() throws Exception {
    tell(
        notice("a", ALICE, NOW, new Way("email", "a@example")),
        notice("b", ALICE, NOW, new Way("email", "b@example")));
    for (Due due : store().due("email", NOW, 10)) {
      assertThat(store().take(due, NOW.plusSeconds(120))).isTrue();
      Settled settled =
          due.message().id().equals("a.0")
              ? new Settled.Again(NOW, "busy", NOW.plusSeconds(5))
              : new Settled.GivenUp(NOW, "no such mailbox");
      assertThat(store().settle(due, settled, nothing())).isTrue();
    }
    assertThat(store().due("email", NOW.plusSeconds(4), 10)).isEmpty();
    List<Due> due = store().due("email", NOW.plusSeconds(500), 10);
    assertThat(due.stream().map(one -> one.message().id())).containsExactly("a.0");
    assertThat(due.getFirst().attempts()).isEqualTo(1);
  }

  @Test
  final void oldNotices_areForgotten_unlessSomethingWaits_orSomethingCriticalIsUnread()
      throws Exception {
    Instant old = NOW.minusSeconds(100);
    tell(
        notice("plain", ALICE, old),
        critical("unread", old),
        critical("read", old),
        critical("ancient", NOW.minusSeconds(200)),
        notice("waiting", ALICE, old, new Way("email", "a@example")),
        notice("young", ALICE, NOW));
    assertThat(store().read("read", Set.of(ALICE), "bob", NOW)).isTrue();
    assertThat(store().forget(NOW.minusSeconds(50), NOW.minusSeconds(150))).isEqualTo(3);
    assertThat(store().notices(Set.of(ALICE), ALICE, 0, 10).stream().map(one -> one.notice().id()))
        .containsExactly("unread", "waiting", "young");
    assertThat(store().forget(NOW.minusSeconds(50), NOW.minusSeconds(150))).isZero();
    assertThat(store().read("unread", Set.of(ALICE), ALICE, NOW)).isTrue();
    assertThat(store().forget(NOW.minusSeconds(50), NOW.minusSeconds(150))).isEqualTo(1);
    long last = store().notices(Set.of(ALICE), ALICE, 0, 10).getLast().place();
    tell(notice("next", ALICE, NOW));
    assertThat(store().notices(Set.of(ALICE), ALICE, last, 10)).hasSize(1);
  }

  private static Notice critical(String id, Instant at) {
    return new Notice(
        id, ALICE, "alert", Severity.CRITICAL, "down", "all of it", at, Map.of(), List.of());
  }

  @Test
  final void whatThrowsOnTheWay_leavesNothingBehind() throws Exception {
    assertThatThrownBy(
            () ->
                store()
                    .seen(
                        alert("a", AlertStatus.FIRING),
                        NOW,
                        _ -> List.of(notice("n", ALICE, NOW, new Way("email", "a@example"))),
                        _ -> {
                          throw new IllegalStateException("the disk is gone");
                        }))
        .hasMessage("the disk is gone");
    assertThat(store().alerts(null, 10)).isEmpty();
    assertThat(store().notices(Set.of(ALICE), ALICE, 0, 10)).isEmpty();
    assertThat(store().waiting()).isEmpty();
  }
}
