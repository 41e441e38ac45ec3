package qerberos.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Reserved;
import qerberos.event.Verdict;
import qerberos.notice.Alert;
import qerberos.notice.AlertChange;
import qerberos.notice.AlertSeen;
import qerberos.notice.AlertStatus;
import qerberos.notice.Changed;
import qerberos.notice.KeptNotice;
import qerberos.notice.Notice;
import qerberos.notice.Severity;
import qerberos.notice.Ticket;
import qerberos.notice.TicketChange;
import qerberos.notice.TicketEntry;
import qerberos.notice.TicketStatus;
import qerberos.notice.Whose;

/// What every database behind [State] must do; each one inherits these facts.
abstract class StateContract {
  final SettableClock clock = new SettableClock();
  private State state;

  /// An open state; the same one, with its content, when called again.
  abstract State open(Clock clock);

  @BeforeEach
  final void openState() {
    state = open(clock);
  }

  @AfterEach
  final void closeState() {
    state.close();
  }

  @Test
  final void check_isUp() {
    assertThat(state.check()).isInstanceOf(StateHealth.Up.class);
  }

  @Test
  final void token_comesBackAsItWas() throws Exception {
    StoredToken token = token("a1", clock.instant().plusSeconds(60));
    state.tokens().add(token, Telling.NOTHING);

    assertThat(state.tokens().byHash(token.hash())).contains(token);
    assertThat(state.tokens().all()).containsExactly(token);
    assertThat(state.tokens().byHash("0".repeat(64))).isEmpty();
  }

  @Test
  final void tokenWithoutPermissionsOrExpiry_comesBackAsItWas() throws Exception {
    var token =
        new StoredToken(
            "n1", "n", hash("n"), "own", Set.of(), clock.instant(), "me", null, null, null);
    state.tokens().add(token, Telling.NOTHING);

    assertThat(state.tokens().byHash(token.hash())).contains(token);
  }

  @Test
  final void tokenTwice_isRefusedAndKeepsTheFirst() throws Exception {
    StoredToken token = token("a1", null);
    state.tokens().add(token, Telling.NOTHING);

    assertThatThrownBy(() -> state.tokens().add(token("a1", clock.instant()), Telling.NOTHING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token: id \"a1\" exists already");
    assertThat(state.tokens().all()).containsExactly(token);
  }

  @Test
  final void revoke_holdsForEverAndKeepsItsFirstTime() throws Exception {
    StoredToken token = token("a1", null);
    state.tokens().add(token, Telling.NOTHING);
    Instant first = clock.instant();

    assertThat(state.tokens().revoke("a1", clock.instant(), Telling.NOTHING)).isTrue();
    clock.advance(Duration.ofSeconds(5));
    assertThat(state.tokens().revoke("a1", clock.instant(), Telling.NOTHING)).isTrue();
    assertThat(state.tokens().revoke("nobody", clock.instant(), Telling.NOTHING)).isFalse();
    assertThat(state.tokens().byHash(token.hash()).orElseThrow().revokedAt()).isEqualTo(first);
  }

  @Test
  final void lastUse_neverGoesBack() throws Exception {
    StoredToken token = token("a1", null);
    state.tokens().add(token, Telling.NOTHING);
    Instant later = clock.instant().plusSeconds(10);

    state.tokens().used("a1", later);
    state.tokens().used("a1", clock.instant());
    assertThat(state.tokens().byHash(token.hash()).orElseThrow().lastUsedAt()).isEqualTo(later);
  }

  @Test
  final void replayedRequest_isClaimedOnce() throws Exception {
    Instant forgetAt = clock.instant().plusSeconds(600);

    assertThat(state.replays().claim("x", forgetAt)).isTrue();
    assertThat(state.replays().claim("x", forgetAt)).isFalse();
    assertThat(state.replays().claim("y", forgetAt)).isTrue();
  }

  @Test
  final void replayCache_forgetsOnlyWhatMayBeForgotten() throws Exception {
    assertThat(state.replays().claim("old", clock.instant().plusSeconds(10))).isTrue();
    assertThat(state.replays().claim("young", clock.instant().plusSeconds(100))).isTrue();
    clock.advance(Duration.ofSeconds(50));

    assertThat(state.replays().prune()).isEqualTo(1);
    assertThat(state.replays().claim("young", clock.instant())).isFalse();
  }

  @Test
  final void replayCache_survivesARestart() throws Exception {
    assertThat(state.replays().claim("x", clock.instant().plusSeconds(600))).isTrue();
    state.close();
    state = open(clock);

    assertThat(state.replays().claim("x", clock.instant().plusSeconds(600))).isFalse();
  }

  @Test
  final void manyClaimTheSame_exactlyOneWins() throws Exception {
    State other = open(clock);
    try (other;
        var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < 10; round++) {
        String key = "round " + round;
        var start = new CountDownLatch(1);
        List<Future<Boolean>> claims = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
          State mine = i % 2 == 0 ? state : other;
          Callable<Boolean> claim =
              () -> {
                start.await();
                return mine.replays().claim(key, clock.instant().plusSeconds(600));
              };
          claims.add(workers.submit(claim));
        }
        start.countDown();
        int won = 0;
        for (Future<Boolean> claim : claims) {
          won += claim.get() ? 1 : 0;
        }
        assertThat(won).as(key).isEqualTo(1);
      }
    }
  }

  @Test
  final void firstUse_isKnownOnceMarked() throws Exception {
    assertThat(state.firstUses().known("s")).isFalse();
    state.firstUses().mark("s", clock.instant().plusSeconds(10));
    state.firstUses().mark("s", clock.instant().plusSeconds(10));
    assertThat(state.firstUses().known("s")).isTrue();

    clock.advance(Duration.ofSeconds(20));
    assertThat(state.firstUses().prune()).isEqualTo(1);
    assertThat(state.firstUses().known("s")).isFalse();
  }

  @Test
  final void block_keepsItsFirstReasonUntilUnblocked() throws Exception {
    assertThat(state.blocked().block(blocked("left", "did:squid:admin"), Telling.NOTHING)).isTrue();
    assertThat(state.blocked().block(blocked("again", "did:squid:other"), Telling.NOTHING))
        .isFalse();

    assertThat(state.blocked().all())
        .containsExactly(
            new BlockedIdentity("did:squid:x", "left", "did:squid:admin", clock.instant()));
    assertThat(state.blocked().unblock("did:squid:x", Telling.NOTHING)).isTrue();
    assertThat(state.blocked().unblock("did:squid:x", Telling.NOTHING)).isFalse();
    assertThat(state.blocked().all()).isEmpty();
  }

  @Test
  final void cursor_movesBothWays() throws Exception {
    assertThat(state.cursors().next("index")).isEmpty();
    state.cursors().move("index", 7_000_000_000L);
    assertThat(state.cursors().next("index")).hasValue(7_000_000_000L);
    state.cursors().move("index", 3);
    assertThat(state.cursors().next("index")).hasValue(3);
    assertThatThrownBy(() -> state.cursors().move("index", -1))
        .hasMessage("nextIndex: -1, want 0 or more");
  }

  @Test
  final void document_theLastOneWins() throws Exception {
    assertThat(state.documents().get("verification")).isEmpty();
    state.documents().put("verification", "{\"a\":1}");
    clock.advance(Duration.ofSeconds(1));
    state.documents().put("verification", "{\"ä\":\"\\u0000'; DROP TABLE document; --\"}");

    assertThat(state.documents().get("verification"))
        .contains(
            new Document(
                "verification", "{\"ä\":\"\\u0000'; DROP TABLE document; --\"}", clock.instant()));
    assertThat(state.documents().remove("verification")).isTrue();
    assertThat(state.documents().remove("verification")).isFalse();
  }

  private BlockedIdentity blocked(String reason, String by) {
    return new BlockedIdentity("did:squid:x", reason, by, clock.instant());
  }

  private SavedSearch search(String owner, String name, @Nullable String daoId, boolean shared) {
    return new SavedSearch(
        owner, name, daoId, "type:" + name, "time", shared, clock.instant(), clock.instant());
  }

  @Test
  final void savedSearch_belongsToItsOwner_andIsSeenByThoseItIsSharedWith() throws Exception {
    SavedSearches searches = state.searches();
    Instant first = clock.instant();
    assertThat(searches.save(search("a", "x", "dao:1", false), Telling.NOTHING)).isTrue();
    assertThat(searches.save(search("b", "x", "dao:1", true), Telling.NOTHING)).isTrue();
    assertThat(searches.save(search("c", "z", null, true), Telling.NOTHING)).isTrue();
    clock.advance(Duration.ofSeconds(5));
    assertThat(searches.save(search("a", "x", null, false), Telling.NOTHING)).isFalse();

    var a = new SavedSearches.Viewer("a", "dao:1", false);
    assertThat(searches.seenBy(a))
        .containsExactly(
            new SavedSearch("a", "x", null, "type:x", "time", false, first, clock.instant()),
            new SavedSearch("b", "x", "dao:1", "type:x", "time", true, first, first),
            new SavedSearch("c", "z", null, "type:z", "time", true, first, first));
    assertThat(searches.seenBy(a, "x")).extracting(SavedSearch::owner).containsExactly("a", "b");
    assertThat(searches.seenBy(new SavedSearches.Viewer("d", "dao:2", false)))
        .extracting(SavedSearch::owner)
        .containsExactly("c");
    assertThat(searches.seenBy(new SavedSearches.Viewer("d", null, false)))
        .extracting(SavedSearch::owner)
        .containsExactly("c");
    assertThat(searches.seenBy(new SavedSearches.Viewer("d", null, true)))
        .extracting(SavedSearch::owner)
        .containsExactly("b", "c");

    assertThat(searches.remove("a", "z", Telling.NOTHING)).isFalse();
    assertThat(searches.remove("a", "x", Telling.NOTHING)).isTrue();
    assertThat(searches.remove("a", "x", Telling.NOTHING)).isFalse();
    assertThat(searches.seenBy(a, "x")).extracting(SavedSearch::owner).containsExactly("b");
  }

  @Test
  final void savedSearches_areBounded_butTheOldOnesCanBeChanged() throws Exception {
    for (int i = 0; i < SavedSearches.MOST; i++) {
      assertThat(state.searches().save(search("a", "s" + i, null, false), Telling.NOTHING))
          .isTrue();
    }
    assertThatThrownBy(
            () -> state.searches().save(search("a", "one more", null, false), Telling.NOTHING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name: 500 searches are kept already, want one of them deleted first");
    assertThat(state.searches().save(search("a", "s7", null, true), Telling.NOTHING)).isFalse();
    assertThat(state.searches().save(search("b", "one more", null, false), Telling.NOTHING))
        .isTrue();
  }

  /// Tells this about every write that changed something.
  private static final class Tells implements Telling {
    private final String id;
    private int committed;

    Tells(String id) {
      this.id = id;
    }

    @Override
    public @Nullable Outgoing about(boolean changed) {
      return changed ? new Outgoing(id, "about " + id) : null;
    }

    @Override
    public void committed() {
      committed++;
    }
  }

  @Test
  final void whatIsToBeTold_isThereWithTheWrite_andGoesWhenItIsTold() throws Exception {
    var first = new Tells("1");
    var second = new Tells("2");
    assertThat(state.blocked().block(blocked("left", "me"), first)).isTrue();
    state.documents().put("flag", "on", second);
    assertThat(state.blocked().block(blocked("again", "me"), new Tells("3"))).isFalse();
    assertThat(state.outbox().all())
        .containsExactly(new Outgoing("1", "about 1"), new Outgoing("2", "about 2"));
    assertThat(first.committed).isEqualTo(1);

    assertThat(state.outbox().remove("1")).isTrue();
    assertThat(state.outbox().remove("1")).isFalse();
    assertThat(state.outbox().all()).containsExactly(new Outgoing("2", "about 2"));
  }

  @Test
  final void whatCannotBeTold_isNotDone() throws Exception {
    var failing =
        new Telling() {
          @Override
          public Outgoing about(boolean changed) {
            throw new IllegalStateException("the disk is gone");
          }

          @Override
          public void committed() {
            throw new AssertionError("nothing was");
          }
        };
    assertThatThrownBy(() -> state.blocked().block(blocked("left", "me"), failing))
        .hasMessage("the disk is gone");
    assertThat(state.blocked().all()).isEmpty();
    state.documents().put("flag", "on", new Tells("1"));
    assertThatThrownBy(() -> state.blocked().block(blocked("left", "me"), new Tells("1")))
        .isInstanceOf(StateUnavailable.class);
    assertThat(state.blocked().all()).isEmpty();
  }

  @Test
  final void document_isReplacedOnlyWhereItIsStillThatOne() throws Exception {
    state.documents().put("d", "one");
    assertThat(state.documents().replace("d", "two", "three", new Tells("1"))).isFalse();
    assertThat(state.documents().replace("nothing", "", "three", new Tells("2"))).isFalse();
    assertThat(state.documents().replace("d", "one", "two", Telling.NOTHING)).isTrue();
    assertThat(state.documents().get("d").orElseThrow().body()).isEqualTo("two");
  }

  @Test
  final void aSwitch_holdsUntilItsTime_andItsEndIsToldOnce() throws Exception {
    Instant until = clock.instant().plusSeconds(60);
    var on = new Switch.Position(true, "update", "token:admin", clock.instant(), until);
    state.maintenance().put(on, Telling.NOTHING);
    var other = new Switch("maintenance", state.documents(), clock);
    assertThat(other.position()).isEqualTo(on);
    assertThat(other.isOn()).isTrue();

    var early = new Tells("1");
    other.end(clock.instant(), early);
    assertThat(other.isOn()).isTrue();
    clock.advance(Duration.ofSeconds(61));
    assertThat(other.isOn()).isFalse();
    assertThat(state.maintenance().isOver()).isTrue();
    state.maintenance().end(clock.instant(), new Tells("2"));
    other.end(clock.instant(), new Tells("3"));
    assertThat(state.outbox().all()).containsExactly(new Outgoing("2", "about 2"));
    assertThat(early.committed).isZero();
    assertThat(other.position().on()).isFalse();
  }

  @Test
  final void aSwitch_isSeenByOthersWithinASecond() throws Exception {
    var other = new Switch("evidence-lock", state.documents(), clock);
    assertThat(other.isOn()).isFalse();
    state
        .evidenceLock()
        .put(new Switch.Position(true, "r", "me", clock.instant(), null), Telling.NOTHING);
    clock.advance(Duration.ofSeconds(1));
    assertThat(other.isOn()).isTrue();
  }

  @Test
  final void closedState_isUnavailableAndSaysSo() {
    state.close();

    assertThat(state.check()).isEqualTo(new StateHealth.Down("the state is closed"));
    assertThatThrownBy(() -> state.tokens().all())
        .isInstanceOf(StateUnavailable.class)
        .hasMessage("the state is closed");
  }

  static StoredToken token(String id, @Nullable Instant expiresAt) {
    return new StoredToken(
        id,
        "shop",
        hash(id + expiresAt),
        "own",
        Set.of("qerberos:audit:write", "qerberos:audit:read"),
        Instant.ofEpochMilli(1_700_000_000_000L),
        "token:admin",
        expiresAt,
        null,
        null);
  }

  private static String hash(String text) {
    return String.format("%064x", text.hashCode() & 0xffffffffL);
  }

  private static final String OURS = "system:qerberos";

  /// An event as we recorded it, a second later each.
  private AuditEvent recorded(
      String type, String ref, String severity, Instant made, Json.Obj what) {
    var draft =
        new EventDraft(
            null,
            type,
            null,
            severity,
            ref,
            new Actor("token:admin"),
            Reserved.LAYER,
            Verdict.ALLOW,
            Json.EMPTY.with("what", what),
            Json.EMPTY,
            null,
            made);
    return new AuditEvent(type + ref + made, OURS, made, draft);
  }

  private Rebuild.Rebuilt rebuilt(AuditEvent... events) throws Exception {
    return state.rebuild().from(each -> List.of(events).forEach(each), OURS, 100);
  }

  private static AuditEvent as(String source, String layer, AuditEvent event) {
    EventDraft sent = event.sent();
    return new AuditEvent(
        event.id(),
        source,
        event.receivedAt(),
        new EventDraft(
            null,
            sent.type(),
            null,
            sent.severity(),
            sent.ref(),
            sent.actor(),
            layer,
            sent.verdict(),
            sent.details(),
            sent.context(),
            null,
            sent.timestamp()));
  }

  @Test
  final void rebuilt_isTheSame_inWhateverOrderTheActsWereAppended() throws Exception {
    Instant t = clock.instant();
    StoredToken token = token("a1", null);
    Ticket ticket = Ticket.opened("t1", "token:admin", null, null, "subject", "message", t);
    var change = new TicketChange(TicketStatus.IN_PROGRESS, "a note", "bob");
    var first = (Changed.To) ticket.changed(change, "token:admin", t.plusSeconds(1));
    var second =
        (Changed.To)
            first.ticket().changed(new TicketChange(TicketStatus.CLOSED, null, ""), "x", t);
    var firing =
        new Alert("f", t, AlertStatus.FIRING, Severity.CRITICAL, "s", "m", Map.of("job", "j"));
    var over = new Alert("f", t, AlertStatus.RESOLVED, Severity.INFO, "s2", "m", Map.of());
    BlockedIdentity blocked = blocked("left", "token:admin");
    List<AuditEvent> events =
        List.of(
            recorded(
                AccessActs.TOKEN_CREATE,
                AccessActs.tokenRef("a1"),
                "info",
                t,
                AccessActs.made(token)),
            recorded(
                AccessActs.TOKEN_REVOKE,
                AccessActs.tokenRef("a1"),
                "info",
                t.plusSeconds(3),
                Json.EMPTY),
            recorded(
                AccessActs.UNBLOCK,
                AccessActs.identityRef("did:squid:x"),
                "info",
                t.plusSeconds(1),
                AccessActs.unblocked("did:squid:x")),
            recorded(
                AccessActs.BLOCK,
                AccessActs.identityRef("did:squid:x"),
                "info",
                t.plusSeconds(2),
                AccessActs.blocked(blocked, false)),
            recorded(
                TicketActs.CREATE,
                TicketActs.ref(ticket),
                "info",
                t,
                TicketActs.made(ticket, "n1")),
            recorded(
                TicketActs.UPDATE,
                TicketActs.ref(ticket),
                "info",
                t.plusSeconds(1),
                TicketActs.changed(first, null)),
            recorded(
                TicketActs.UPDATE,
                TicketActs.ref(ticket),
                "info",
                t.plusSeconds(2),
                TicketActs.changed(second, null)),
            recorded(
                AlertActs.TYPE,
                AlertActs.ref(firing),
                "critical",
                t,
                AlertActs.what(new AlertSeen(firing, AlertChange.FIRED, 1), "n2")),
            recorded(
                AlertActs.TYPE,
                AlertActs.ref(firing),
                "info",
                t.plusSeconds(9),
                AlertActs.what(new AlertSeen(over, AlertChange.RESOLVED, 7), "n3")),
            recorded(
                SwitchActs.type(state.evidenceLock(), true),
                "qerberos:service",
                "info",
                t.plusSeconds(4),
                SwitchActs.what(
                    new Switch.Position(true, "incident", "token:admin", t.plusSeconds(4), null))),
            recorded(
                SwitchActs.type(state.evidenceLock(), false),
                "qerberos:service",
                "info",
                t.plusSeconds(3),
                SwitchActs.what(
                    new Switch.Position(false, "", "token:admin", t.plusSeconds(3), null))));
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    var random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      List<AuditEvent> shuffled = new ArrayList<>(events);
      if (round > 0) {
        Collections.shuffle(shuffled, random);
      }
      var all = rebuilt(shuffled.toArray(AuditEvent[]::new));
      assertThat(all.incomplete()).as("round " + round).isZero();
      assertThat(all.kinds())
          .containsEntry("tokens", 1L)
          .containsEntry("alerts", 1L)
          .containsEntry("tickets", 1L)
          .containsEntry("blocked identities", 1L);
      assertThat(state.tokens().all())
          .singleElement()
          .extracting(StoredToken::hash, StoredToken::revokedAt)
          .containsExactly(token.hash(), t.plusSeconds(3));
      assertThat(state.blocked().all()).extracting(BlockedIdentity::reason).contains("left");
      Ticket back = state.notices().ticket("t1", new Whose.Everybodys()).orElseThrow();
      assertThat(back.status()).isEqualTo(TicketStatus.CLOSED);
      assertThat(back.assignee()).isNull();
      assertThat(back.history())
          .extracting(TicketEntry::note)
          .containsExactly(null, "a note", null);
      assertThat(state.notices().alerts(null, 9))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.alert().status()).isEqualTo(AlertStatus.RESOLVED);
                assertThat(one.count()).isEqualTo(7);
                assertThat(one.firstSeen()).isEqualTo(t);
                assertThat(one.resolvedAt()).isEqualTo(t.plusSeconds(9));
              });
      assertThat(new Switch(State.EVIDENCE_LOCK, state.documents(), clock).isOn()).isTrue();
    }
  }

  @Test
  final void aSwitchThatEndedByItself_saysWhoPutItThere_andStaysOff() throws Exception {
    Instant t = clock.instant();
    var on = new Switch.Position(true, "an update", "token:admin", t, t.plusSeconds(60));
    AuditEvent put = recorded("maintenance.on", "qerberos:service", "info", t, SwitchActs.what(on));
    AuditEvent over =
        recorded("maintenance.off", "qerberos:service", "info", t.plusSeconds(61), Json.EMPTY);
    assertThat(rebuilt(put).kinds()).containsEntry("switches", 1L);
    assertThat(new Switch(State.MAINTENANCE, state.documents(), clock).position()).isEqualTo(on);
    var ignored = rebuilt(put, over);
    assertThat(new Switch(State.MAINTENANCE, state.documents(), clock).position())
        .isEqualTo(new Switch.Position(false, "an update", "token:admin", t.plusSeconds(61), null));
  }

  @Test
  final void whatOnlyLooksLikeOurs_changesNothing() throws Exception {
    AuditEvent block =
        recorded(
            AccessActs.BLOCK,
            AccessActs.identityRef("did:squid:x"),
            "info",
            clock.instant(),
            AccessActs.blocked(blocked("no", "me"), false));
    var all =
        rebuilt(
            as("token:shop", Reserved.LAYER, block),
            as("did:squid:system:qerberos", Reserved.LAYER, block),
            as(OURS, "application", block));
    assertThat(all.kinds().values()).containsOnly(0L);
    assertThat(state.rebuild().present()).isEmpty();
    assertThat(rebuilt(block).kinds()).containsEntry("blocked identities", 1L);
  }

  @Test
  final void eventsOfAnEarlierVersion_giveWhatTheySay_andAreCounted() throws Exception {
    Instant t = clock.instant();
    var all =
        rebuilt(
            recorded(
                TicketActs.CREATE,
                "ticket:t1",
                "info",
                t,
                Json.EMPTY.with("status", Json.of("open")).with("subjectLength", Json.of(9))),
            recorded(
                TicketActs.UPDATE,
                "ticket:t1",
                "info",
                t.plusSeconds(1),
                Json.EMPTY
                    .with("from", Json.of("open"))
                    .with("status", Json.of("closed"))
                    .with("noteLength", Json.of(4))),
            recorded(
                AccessActs.TOKEN_CREATE,
                AccessActs.tokenRef("a1"),
                "info",
                t,
                Json.EMPTY.with("tokenName", Json.of("shop")).with("scope", Json.of("own"))),
            recorded(
                AccessActs.BLOCK,
                AccessActs.identityRef("did:squid:x"),
                "info",
                t,
                Json.EMPTY.with("reason", Json.of("left")).with("already", Json.of(false))),
            recorded(AlertActs.TYPE, "alert:1", "info", t, Json.EMPTY));
    assertThat(all.incomplete()).isEqualTo(4);
    assertThat(state.tokens().all()).isEmpty();
    assertThat(state.blocked().all()).hasSize(1);
    Ticket back = state.notices().ticket("t1", new Whose.Everybodys()).orElseThrow();
    assertThat(back.subject()).isEqualTo(OwnAct.MISSING);
    assertThat(back.status()).isEqualTo(TicketStatus.CLOSED);
    assertThat(back.history().getLast().note()).isEqualTo(OwnAct.MISSING);
  }

  @Test
  final void aRebuildThatFails_changesNothing_andNoticesMoveOn() throws Exception {
    Instant t = clock.instant();
    Ticket ticket = Ticket.opened("t1", "me", null, null, "subject", "message", t);
    AuditEvent made =
        recorded(
            TicketActs.CREATE, TicketActs.ref(ticket), "info", t, TicketActs.made(ticket, "n1"));
    AuditEvent once = recorded(Rebuild.EVENT, "qerberos:state", "info", t, Json.EMPTY);
    var ignored = rebuilt(made, once);
    assertThat(places()).containsExactly(101L);
    assertThatThrownBy(
            () ->
                state
                    .rebuild()
                    .from(
                        each -> {
                          throw new IOException("the disk is gone");
                        },
                        OURS,
                        100))
        .isInstanceOf(IOException.class)
        .hasMessage("the disk is gone");
    assertThat(places()).containsExactly(101L);
    ignored = rebuilt(made, once, once);
    assertThat(places()).containsExactly(201L);
    state
        .notices()
        .open(
            Ticket.opened("t2", "me", null, null, "subject", "message", t),
            List.of(ticket.toOperators("n2")),
            Telling.NOTHING);
    assertThat(places()).containsExactly(201L, 202L);
  }

  private List<Long> places() throws Exception {
    return state.notices().notices(Set.of(Notice.OPERATORS), "me", 0, 10).stream()
        .map(KeptNotice::place)
        .toList();
  }
}
