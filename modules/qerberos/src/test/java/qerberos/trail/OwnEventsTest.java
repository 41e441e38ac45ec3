package qerberos.trail;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Actor;
import qerberos.event.AuditEvent;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Verdict;
import qerberos.ledger.Appended;

class OwnEventsTest {
  @TempDir Path folder = Path.of(".");

  /// Takes events when it is let, and answers as it is told.
  private static final class Door implements OwnEvents.Appender {
    final List<String> taken = Collections.synchronizedList(new ArrayList<>());
    final CountDownLatch open = new CountDownLatch(1);
    final AtomicInteger busy = new AtomicInteger();
    volatile boolean failed;

    @Override
    public List<Appended> append(List<Prepared> prepared) throws InterruptedException {
      open.await();
      List<Appended> answers = new ArrayList<>();
      for (Prepared one : prepared) {
        if (failed) {
          answers.add(new Appended.Failed("the disk is gone"));
        } else if (busy.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          answers.add(new Appended.Busy(1));
        } else {
          taken.add(one.event().type());
          answers.add(new Appended.At(taken.size() - 1));
        }
      }
      return answers;
    }

    @Override
    public Prepared prepare(EventDraft draft) {
      AuditEvent event = new AuditEvent(draft.type(), OwnEvents.SOURCE, Instant.EPOCH, draft);
      byte[] leaf = draft.type().getBytes(StandardCharsets.UTF_8);
      return new Prepared(event, leaf, new byte[0]);
    }
  }

  private final Door door = new Door();
  private Postponed postponed = new Postponed(folder);

  @BeforeEach
  void aFileOfOurOwn() {
    postponed = new Postponed(folder.resolve("postponed.events"));
  }

  @Test
  void whoeverRecordsNow_goesOnWhenItIsAppended() throws Exception {
    try (OwnEvents own = started()) {
      Thread caller = Thread.ofVirtual().start(() -> own.recordNow(draft("token.create")));
      assertThat(caller.join(Duration.ofMillis(100))).isFalse();
      door.busy.set(3);
      door.open.countDown();
      assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
      assertThat(door.taken).containsExactly("token.create");
    }
  }

  @Test
  void whenTheLedgerStopped_itIsInTheFile_beforeWhoeverRecordsNowGoesOn() throws Exception {
    door.failed = true;
    door.open.countDown();
    try (OwnEvents own = started()) {
      List<Boolean> told = Collections.synchronizedList(new ArrayList<>());
      own.recordNow(draft("identity.block"), told::add);
      assertThat(told).containsExactly(false);
      assertThat(inFile()).containsExactly("identity.block");
    }
  }

  @Test
  void whoeverOnlyRecords_waitsForNothing() throws Exception {
    OwnEvents own = started();
    own.record(draft("audit.read"));
    assertThat(own.waiting()).isLessThanOrEqualTo(1);
    door.open.countDown();
    own.close();
    assertThat(door.taken).containsExactly("audit.read");
  }

  private OwnEvents started() {
    var own = new OwnEvents(door, postponed);
    own.start();
    return own;
  }

  private List<String> inFile() throws Exception {
    return postponed.read((leaf, _) -> new String(leaf, StandardCharsets.UTF_8));
  }

  private static EventDraft draft(String type) {
    return new EventDraft(
        null,
        type,
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
  }
}
