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
        .containsExactly(new KnownAlert(last.id(), last, NOW, NOW.plusSeconds(4), 5, null, null));
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
  final void whoeverIsToldByWebSocket_findsItToRead_andNobodyElse() throws Exception {
    assertThat(store().lastPlace()).isZero();
    Notice told = notice("n1", Notice.OPERATORS, NOW, Way.email("a@example.org"), Way.ws(ALICE));
    store().keep(List.of(told, notice("n2", ALICE, NOW, Way.ws(ALICE))), nothing());
    List<KeptNotice> hers = reopened().notices(Set.of(ALICE), ALICE, 0, 10);
    assertThat(hers.stream().map(one -> one.notice().id()))
        .as("each once, also to her name")
        .containsExactly("n1", "n2");
    assertThat(store().lastPlace()).isEqualTo(hers.getLast().place());
    Set<String> bob = Set.of("did:squid:bob", "a@example.org");
    assertThat(store().notices(bob, "did:squid:bob", 0, 10)).isEmpty();
    assertThat(store().read("n1", bob, "did:squid:bob", NOW)).isFalse();
    assertThat(store().read("n1", Set.of(ALICE), ALICE, NOW)).isTrue();
    assertThat(told.readers()).containsExactly(Notice.OPERATORS, ALICE);
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

  private static final Way HOOK = Way.webhook("ops");
  private static final Way LEAD = Way.email("lead@example");

  /// What is told of an alert that begins or is over: to a webhook, and, a quarter of an hour
  /// later, to whoever leads when nobody acknowledges it.
  private static List<Notice> escalated(AlertSeen seen, Instant now) {
    return List.of(
        new Notice(
            seen.change() + "-" + seen.count(),
            Notice.OPERATORS,
            "alert",
            Severity.CRITICAL,
            "down",
            "all of it",
            now,
            Map.of(Notice.ALERT, seen.alert().id()),
            List.of(HOOK),
            seen.change().begins()
                ? List.of(LEAD.held(now.plusSeconds(900)), HOOK.held(now.plusSeconds(600)))
                : List.of()));
  }

  private String escalating(AlertStatus status, Instant now) throws Exception {
    AlertSeen seen =
        store().seen(alert("e", status), now, one -> escalated(one, now), _ -> nothing());
    return seen.alert().id();
  }

  private Acknowledged acknowledged(String id, String by, Instant at) throws Exception {
    return store()
        .acknowledge(id, new Acknowledgement(by, at, "on it"), _ -> nothing())
        .orElseThrow();
  }

  private List<String> dueTo(String channel, Instant at) throws Exception {
    return store().due(channel, at, 10).stream().map(one -> one.message().subject()).toList();
  }

  /// Else it would be read before its time, and whoever has read on meanwhile would never see it.
  @Test
  final void whatComesLateToWhoeverIsConnected_isReadOnceItIsDelivered_behindAllBefore()
      throws Exception {
    Instant later = NOW.plusSeconds(900);
    tell(
        new Notice(
            "late",
            Notice.OPERATORS,
            "alert",
            Severity.CRITICAL,
            "down",
            "all of it",
            NOW,
            Map.of(Notice.ALERT, alert("carrier of late", AlertStatus.FIRING).id()),
            List.of(Way.ws("did:squid:held").held(later)),
            List.of(Way.ws(ALICE).held(later))));
    store().keep(List.of(notice("between", ALICE, NOW)), nothing());
    List<KeptNotice> before = store().notices(Set.of(ALICE, "did:squid:held"), ALICE, 0, 10);
    assertThat(before.stream().map(one -> one.notice().id())).containsExactly("between");
    assertThat(store().read("late", Set.of(ALICE), ALICE, later)).isFalse();
    for (Due due : store().due("ws", later, 10)) {
      assertThat(store().take(due, later.plusSeconds(60))).isTrue();
      Due taken =
          new Due(due.message(), due.channel(), due.attempts(), due.since(), later.plusSeconds(60));
      for (boolean first : List.of(true, false)) {
        assertThat(store().settle(taken, new Settled.Delivered(later, "1 socket"), nothing()))
            .isEqualTo(first);
      }
    }
    long place = before.getLast().place();
    assertThat(store().notices(Set.of(ALICE), ALICE, place, 10).stream().map(KeptNotice::notice))
        .singleElement()
        .satisfies(
            told -> {
              assertThat(told.subject()).isEqualTo("not acknowledged: down");
              assertThat(told.recipient()).isEqualTo(ALICE);
              assertThat(told.kind()).isEqualTo("alert");
              assertThat(told.at()).isEqualTo(later);
            });
    assertThat(store().notices(Set.of("did:squid:held"), ALICE, place, 10))
        .extracting(one -> one.notice().subject())
        .containsExactly("down");
    assertThat(store().notices(Set.of(Notice.OPERATORS), ALICE, 0, 10)).hasSize(1);
  }

  @Test
  final void whatIsHeld_isDueAndGivenUpFromThenOn() throws Exception {
    Instant morning = NOW.plusSeconds(3_600);
    tell(notice("n", ALICE, NOW, LEAD.held(morning), HOOK, LEAD.held(NOW.minusSeconds(9))));
    assertThat(store().due("webhook", NOW, 10)).hasSize(1);
    List<Due> atOnce = store().due("email", morning.minusMillis(1), 10);
    assertThat(atOnce.stream().map(one -> one.message().id())).containsExactly("n.2");
    assertThat(atOnce.getFirst().since()).as("not before it was said").isEqualTo(NOW);
    Due held = store().due("email", morning, 10).getLast();
    assertThat(held.message().id()).isEqualTo("n.0");
    assertThat(held.since()).isEqualTo(morning);
    assertThat(held.message().at()).as("when it was said").isEqualTo(NOW);
  }

  @Test
  final void anEscalation_isDueAfterItsTime_andSaysSo_alsoAfterARestart() throws Exception {
    String ignored = escalating(AlertStatus.FIRING, NOW);
    assertThat(dueTo("email", NOW.plusSeconds(899))).isEmpty();
    assertThat(dueTo("webhook", NOW.plusSeconds(599))).containsExactly("down");
    assertThat(dueTo("webhook", NOW.plusSeconds(600)))
        .containsExactly("down", "not acknowledged: down");
    Due due = reopened().due("email", NOW.plusSeconds(900), 10).getFirst();
    assertThat(due.message().subject()).isEqualTo("not acknowledged: down");
    assertThat(due.message().id()).isEqualTo("FIRED-1.1");
    assertThat(due.since()).isEqualTo(NOW.plusSeconds(900));
    assertThat(store().waiting()).isEqualTo(Map.of("email", 1L, "webhook", 2L));
  }

  @Test
  final void anAcknowledgement_isTheFirstOnes_andTakesTheEscalationsBack() throws Exception {
    String id = escalating(AlertStatus.FIRING, NOW);
    Acknowledgement given = new Acknowledgement(ALICE, NOW.plusSeconds(5), "on it");
    assertThat(acknowledged(id, ALICE, NOW.plusSeconds(5)))
        .isInstanceOfSatisfying(
            Acknowledged.Now.class,
            now -> {
              assertThat(now.alert().acknowledgement()).isEqualTo(given);
              assertThat(now.spared()).isEqualTo(2);
            });
    assertThat(acknowledged(id, "did:squid:bob", NOW.plusSeconds(9)))
        .isInstanceOfSatisfying(
            Acknowledged.Already.class,
            already -> assertThat(already.alert().acknowledgement()).isEqualTo(given));
    assertThat(reopened().alerts(null, 1).getFirst().acknowledgement()).isEqualTo(given);
    assertThat(dueTo("email", NOW.plusSeconds(9_999))).isEmpty();
    assertThat(dueTo("webhook", NOW.plusSeconds(9_999))).containsExactly("down");
    assertThat(store().waiting()).isEqualTo(Map.of("webhook", 1L));
    assertThat(store().acknowledge("none", given, _ -> nothing())).isEmpty();
  }

  @Test
  final void whatIsOver_isNotEscalated_norAcknowledged_andFiringAgainWantsAnotherOne()
      throws Exception {
    String id = escalating(AlertStatus.FIRING, NOW);
    String ignored = escalating(AlertStatus.RESOLVED, NOW.plusSeconds(10));
    assertThat(dueTo("email", NOW.plusSeconds(9_999))).isEmpty();
    assertThat(acknowledged(id, ALICE, NOW.plusSeconds(11))).isInstanceOf(Acknowledged.Over.class);

    ignored = escalating(AlertStatus.FIRING, NOW.plusSeconds(20));
    assertThat(acknowledged(id, ALICE, NOW.plusSeconds(21))).isInstanceOf(Acknowledged.Now.class);
    ignored = escalating(AlertStatus.RESOLVED, NOW.plusSeconds(30));
    assertThat(acknowledged(id, "x", NOW.plusSeconds(31))).isInstanceOf(Acknowledged.Already.class);
    ignored = escalating(AlertStatus.FIRING, NOW.plusSeconds(40));
    assertThat(store().alerts(null, 1).getFirst().acknowledgement()).isNull();
    assertThat(dueTo("email", NOW.plusSeconds(940))).containsExactly("not acknowledged: down");
    assertThat(acknowledged(id, ALICE, NOW.plusSeconds(41))).isInstanceOf(Acknowledged.Now.class);
  }

  @Test
  final void anEscalationThatIsBeingTried_isNotTriedAgain_butDeliveredIsDelivered()
      throws Exception {
    String id = escalating(AlertStatus.FIRING, NOW);
    Instant later = NOW.plusSeconds(900);
    Due mail = store().due("email", later, 10).getFirst();
    Due hook = store().due("webhook", later, 10).getLast();
    assertThat(store().take(mail, later.plusSeconds(60))).isTrue();
    assertThat(store().take(hook, later.plusSeconds(60))).isTrue();
    assertThat(acknowledged(id, ALICE, later)).isInstanceOf(Acknowledged.Now.class);
    assertThat(store().settle(mail, new Settled.Again(later, "busy", later), nothing())).isFalse();
    assertThat(store().settle(hook, new Settled.Delivered(later, "200"), nothing())).isTrue();
    assertThat(dueTo("email", later.plusSeconds(999))).isEmpty();
    assertThat(store().take(mail, later.plusSeconds(120))).isFalse();
  }

  /// Of an acknowledgement and whoever takes what is due, each sees what the other did.
  @Test
  final void acknowledgedByMany_whileItBecomesDue_oneIsTheFirst_andNothingIsTakenAfterIt()
      throws Exception {
    NoticeStore<T> store = store();
    Instant later = NOW.plusSeconds(900);
    for (int round = 0; round < 10; round++) {
      Alert one = alert("race " + round, AlertStatus.FIRING);
      AlertSeen ignored =
          store.seen(
              one,
              NOW,
              _ ->
                  List.of(
                      new Notice(
                          "r" + one.id(),
                          Notice.OPERATORS,
                          "alert",
                          Severity.CRITICAL,
                          "down",
                          "t",
                          NOW,
                          Map.of(Notice.ALERT, one.id()),
                          List.of(),
                          List.of(LEAD.held(later)))),
              _ -> nothing());
      Due due = store.due("email", later, 10).getFirst();
      List<Callable<Object>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        var given = new Acknowledgement("by " + i, later, null);
        calls.add(() -> store.acknowledge(one.id(), given, _ -> nothing()).orElseThrow());
        calls.add(() -> store.take(due, later.plusSeconds(60)));
      }
      List<Object> ends = new ArrayList<>();
      try (var threads = Executors.newFixedThreadPool(calls.size())) {
        for (Future<Object> end : threads.invokeAll(calls)) {
          boolean _ = ends.add(end.get());
        }
      }
      assertThat(ends.stream().filter(Acknowledged.Now.class::isInstance)).hasSize(1);
      assertThat(ends.stream().filter(Acknowledged.Already.class::isInstance)).hasSize(3);
      assertThat(ends.stream().filter(Boolean.TRUE::equals)).hasSizeLessThanOrEqualTo(1);
      assertThat(store.due("email", later.plusSeconds(999), 10)).isEmpty();
      assertThat(store.take(due, later.plusSeconds(120))).isFalse();
      assertThat(store.waiting()).isEmpty();
    }
  }

  @Test
  final void aWebhookHearsThatItIsOver_onlyAfterItHeardThatItBegan() throws Exception {
    String ignored = escalating(AlertStatus.FIRING, NOW);
    ignored = escalating(AlertStatus.RESOLVED, NOW.plusSeconds(10));
    Instant later = NOW.plusSeconds(20);
    tell(notice("other", ALICE, NOW, HOOK));
    List<Due> due = store().due("webhook", later, 10);
    assertThat(due.stream().map(one -> one.message().id()))
        .as("about another alert, or none, nothing waits")
        .containsExactly("FIRED-1.0", "other.0");
    assertThat(store().take(due.getFirst(), later.plusSeconds(60))).isTrue();
    assertThat(store().due("webhook", later, 10)).hasSize(1);
    assertThat(store().settle(due.getFirst(), new Settled.GivenUp(later, "no"), nothing()))
        .isTrue();
    assertThat(store().due("webhook", later, 10).stream().map(one -> one.message().id()))
        .contains("RESOLVED-2.0");
  }

  @Test
  final void whatIsOver_namesTheWebhooksThatHeard_alsoThoseOfEscalations() throws Exception {
    Way duty = Way.webhook("duty").held(NOW.plusSeconds(600));
    Alert firing = alert("h", AlertStatus.FIRING);
    Alert over = alert("h", AlertStatus.RESOLVED);
    for (boolean escalated : List.of(false, true)) {
      List<Notice> told =
          List.of(
              new Notice(
                  "heard " + escalated,
                  Notice.OPERATORS,
                  "alert",
                  Severity.CRITICAL,
                  "down",
                  "t",
                  NOW,
                  Map.of(Notice.ALERT, firing.id()),
                  List.of(HOOK, LEAD),
                  List.of(duty, LEAD.held(NOW.plusSeconds(600)))));
      assertThat(store().seen(firing, NOW, _ -> told, _ -> nothing()).heard()).isEmpty();
      if (escalated) {
        for (Due due : store().due("webhook", NOW.plusSeconds(600), 10)) {
          assertThat(store().take(due, NOW.plusSeconds(900))).isTrue();
        }
      }
      assertThat(store().seen(over, NOW, _ -> List.of(), _ -> nothing()).heard())
          .containsExactlyElementsOf(escalated ? List.of("duty", "ops") : List.of("ops"));
      assertThat(seen(over, NOW).heard()).as("repeated").isEmpty();
    }
    assertThat(seen(alert("never fired", AlertStatus.RESOLVED), NOW).heard()).isEmpty();
  }

  @Test
  final void whatThrowsOnTheWay_leavesNothingAcknowledged() throws Exception {
    String id = escalating(AlertStatus.FIRING, NOW);
    assertThatThrownBy(
            () ->
                store()
                    .acknowledge(
                        id,
                        new Acknowledgement(ALICE, NOW, null),
                        _ -> {
                          throw new IllegalStateException("the disk is gone");
                        }))
        .hasMessage("the disk is gone");
    assertThat(store().alerts(null, 1).getFirst().acknowledgement()).isNull();
    assertThat(dueTo("email", NOW.plusSeconds(900))).hasSize(1);
  }
}
