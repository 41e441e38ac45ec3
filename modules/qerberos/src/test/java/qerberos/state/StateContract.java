package qerberos.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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

    assertThat(state.tokens().revoke("a1", Telling.NOTHING)).isTrue();
    clock.advance(Duration.ofSeconds(5));
    assertThat(state.tokens().revoke("a1", Telling.NOTHING)).isTrue();
    assertThat(state.tokens().revoke("nobody", Telling.NOTHING)).isFalse();
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
    assertThat(state.blocked().block("did:squid:x", "left", "did:squid:admin", Telling.NOTHING))
        .isTrue();
    assertThat(state.blocked().block("did:squid:x", "again", "did:squid:other", Telling.NOTHING))
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

  private static SavedSearch search(
      String owner, String name, @Nullable String daoId, boolean shared) {
    return new SavedSearch(
        owner, name, daoId, "type:" + name, "time", shared, Instant.EPOCH, Instant.EPOCH);
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
    assertThat(state.blocked().block("did:squid:x", "left", "me", first)).isTrue();
    state.documents().put("flag", "on", second);
    assertThat(state.blocked().block("did:squid:x", "again", "me", new Tells("3"))).isFalse();
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
    assertThatThrownBy(() -> state.blocked().block("did:squid:x", "left", "me", failing))
        .hasMessage("the disk is gone");
    assertThat(state.blocked().all()).isEmpty();
    state.documents().put("flag", "on", new Tells("1"));
    assertThatThrownBy(() -> state.blocked().block("did:squid:x", "left", "me", new Tells("1")))
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
    other.end(early);
    assertThat(other.isOn()).isTrue();
    clock.advance(Duration.ofSeconds(61));
    assertThat(other.isOn()).isFalse();
    assertThat(state.maintenance().isOver()).isTrue();
    state.maintenance().end(new Tells("2"));
    other.end(new Tells("3"));
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
}
