package qerberos.trail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Verdict;
import qerberos.ledger.Submission;

class TrailPartsTest {
  @TempDir Path folder;

  @Test
  void ids_areVersion7AndSortByTime() {
    Instant[] now = {Instant.parse("2026-01-01T00:00:00Z")};
    var ids = new Ids(() -> now[0], new SecureRandom());
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      UUID id = UUID.fromString(ids.next());
      assertThat(id.version()).isEqualTo(7);
      assertThat(id.variant()).isEqualTo(2);
      assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(now[0].toEpochMilli());
      made.add(id.toString());
      now[0] = now[0].plusMillis(1);
    }
    assertThat(made).doesNotHaveDuplicates().isSorted();
  }

  @Test
  void cid_ofKnownBytes_isTheOneOthersCompute() {
    // CIDv1, raw, sha2-256 of "hello world", in RFC 4648 base32.
    assertThat(Cid.of("hello world".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e");
  }

  @Test
  void dataOfANewerProgram_orWithoutItsFormat_isRefused() throws Exception {
    DataFormat.claim(folder);
    DataFormat.claim(folder);
    assertThat(Files.readString(folder.resolve("FORMAT"))).isEqualTo("1\n");
    Files.writeString(folder.resolve("FORMAT"), "2\n");
    assertThatThrownBy(() -> DataFormat.claim(folder)).hasMessageContaining("has format 2");
    Files.writeString(folder.resolve("FORMAT"), "x\n");
    assertThatThrownBy(() -> DataFormat.claim(folder)).hasMessageContaining("\"x\"");
    Files.delete(folder.resolve("FORMAT"));
    Files.createDirectories(folder.resolve("ledger"));
    assertThatThrownBy(() -> DataFormat.claim(folder)).hasMessageContaining("no file FORMAT");
  }

  @Test
  void theTail_handsOutWhatItStillHas_inOrder() throws Exception {
    var tail = new Tail(4, 10);
    assertThat(tail.from(10, 5)).isEmpty();
    tail.appended(10, submissions(10, 3));
    assertThat(ids(tail.from(10, 2))).containsExactly("10", "11");
    assertThat(ids(tail.from(12, 5))).containsExactly("12");
    assertThat(tail.from(9, 5)).isEmpty();
    tail.appended(13, submissions(13, 3));
    assertThat(tail.from(11, 5)).isEmpty();
    assertThat(ids(tail.from(12, 9))).containsExactly("12", "13", "14", "15");
    assertThat(tail.newest(event -> event.id().equals("14"))).contains(14L);
    assertThat(tail.newest(event -> event.id().equals("11"))).isEmpty();
    long begin = System.nanoTime();
    tail.await(16, Duration.ofMillis(20));
    assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(20_000_000);
  }

  @Test
  void theTail_holdsSendersToTheFollowersPace() throws Exception {
    var tail = new Tail(4, 0);
    Tail.Place index = tail.place(0, true);
    tail.appended(0, submissions(0, 4));
    Thread sender = Thread.ofVirtual().start(() -> room(tail));
    assertThat(sender.join(Duration.ofMillis(50))).isFalse();
    index.followedUpTo(4);
    assertThat(sender.join(Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void theTail_waitsForAFollowerThatFellOut_untilItIsBackIn() throws Exception {
    var tail = new Tail(4, 0);
    Tail.Place index = tail.place(0, true);
    tail.appended(0, submissions(0, 40));
    assertThat(tail.from(0, 4)).isEmpty();
    Thread sender = Thread.ofVirtual().start(() -> room(tail));
    assertThat(sender.join(Duration.ofMillis(50))).isFalse();
    index.followedUpTo(40);
    assertThat(sender.join(Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void theTail_waitsForNobodyWhoFails_orIsHopelesslyBehind() throws Exception {
    var failing = new Tail(4, 0);
    Tail.Place index = failing.place(0, true);
    failing.appended(0, submissions(0, 4));
    Thread sender = Thread.ofVirtual().start(() -> room(failing));
    assertThat(sender.join(Duration.ofMillis(50))).isFalse();
    index.letGo();
    assertThat(sender.join(Duration.ofSeconds(5))).isTrue();

    var hopeless = new Tail(4, 0);
    Tail.Place behind = hopeless.place(0, true);
    hopeless.appended(0, submissions(0, 4 * Tail.HOPELESS));
    Thread free = Thread.ofVirtual().start(() -> room(hopeless));
    assertThat(free.join(Duration.ofSeconds(5))).isTrue();
    behind.leave();
  }

  @Test
  void theTail_keepsWhatAnotherFollowerHasNotSeen_butHoldsNobodyForIt() throws Exception {
    var tail = new Tail(32, 0);
    Tail.Place index = tail.place(0, true);
    Tail.Place other = tail.place(0, false);
    tail.appended(0, submissions(0, 20));
    index.followedUpTo(20);
    assertThat(ids(tail.from(0, 1))).containsExactly("0");
    Thread sender = Thread.ofVirtual().start(() -> room(tail));
    assertThat(sender.join(Duration.ofSeconds(5))).isTrue();
    other.followedUpTo(12);
    assertThat(tail.from(11, 1)).isEmpty();
    assertThat(ids(tail.from(12, 1))).containsExactly("12");
    tail.appended(20, submissions(20, 40));
    index.followedUpTo(60);
    assertThat(tail.from(58, 1)).as("for one that fell out nothing is kept").isEmpty();
    other.followedUpTo(60);
    tail.appended(60, submissions(60, 10));
    index.followedUpTo(70);
    assertThat(ids(tail.from(60, 1))).as("it is back").containsExactly("60");
    other.leave();
    index.followedUpTo(70);
    assertThat(tail.from(60, 1)).isEmpty();
  }

  @Test
  void theTail_letsGoOfWhatWasFollowed_butForTheLast() {
    var tail = new Tail(32, 0);
    Tail.Place index = tail.place(0, true);
    tail.appended(0, submissions(0, 20));
    index.followedUpTo(20);
    assertThat(tail.from(18, 1)).isEmpty();
    assertThat(ids(tail.from(19, 9))).containsExactly("19");
    assertThat(tail.newest(event -> event.id().equals("19"))).contains(19L);
  }

  private static void room(Tail tail) {
    try {
      tail.makeRoom(Duration.ofSeconds(60));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> ids(List<@Nullable AuditEvent> events) {
    return events.stream().filter(Objects::nonNull).map(AuditEvent::id).toList();
  }

  private static List<Submission> submissions(long first, int count) {
    List<Submission> submissions = new ArrayList<>();
    for (long i = first; i < first + count; i++) {
      EventDraft draft =
          new EventDraft(
              Long.toString(i),
              "t",
              null,
              null,
              "r",
              new Actor("a"),
              "l",
              Verdict.ALLOW,
              Json.EMPTY,
              Json.EMPTY,
              null,
              null);
      AuditEvent event = new AuditEvent(Long.toString(i), "s", Instant.EPOCH, draft);
      submissions.add(Submission.of(new byte[] {1}, new byte[0], event));
    }
    return submissions;
  }
}
