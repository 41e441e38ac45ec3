package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What those who embed a ledger may rely on.
@Timeout(120)
class LedgerApiTest {
  private final FaultyStorage disk = new FaultyStorage();
  private final LedgerSettings settings = LedgerSettings.of(disk, Story.NAMES);

  private static Submission entry(String text) {
    return Submission.of(text.getBytes(UTF_8));
  }

  /// A ledger as everybody on the network sees it.
  private record Public(Ledger ledger) implements LogReader {
    @Override
    public byte[] checkpoint() {
      return ledger.signedCheckpoint();
    }

    @Override
    public byte[] tile(TilePath path) throws IOException {
      return ledger.tile(path);
    }
  }

  @Test
  void tilesOfEveryPublishedSize_giveTheSignedRoot() throws Exception {
    try (Ledger ledger = Ledger.open(settings.withPublishEvery(Duration.ZERO))) {
      int size = 0;
      for (int more : new int[] {1, 1, 253, 1, 1, 300, 700}) {
        List<Submission> batch = new ArrayList<>();
        for (int i = 0; i < more; i++) {
          batch.add(entry(size++ + "=1"));
        }
        ledger.append(batch);
        ledger.awaitCheckpoint(size, Duration.ofSeconds(10));
        Verification found =
            new Verifier(Trust.in(ledger.keys())).log(new Public(ledger), Verifier.Entries.ALL);
        assertThat(found).as("size %d", size).isInstanceOf(Verification.Holds.class);
        assertThat(ledger.consistency(1, size)).isNotNull();
      }
      assertThatThrownBy(() -> ledger.tile(TilePath.parse("tile/0/005")))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> ledger.tile(TilePath.parse("tile/entries/004.p/255")))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void manyCallers_eachEntryGetsItsOwnIndexAndKeepsItsOrder() throws Exception {
    Set<Long> indexes = Collections.synchronizedSet(new HashSet<>());
    AtomicReference<Throwable> failed = new AtomicReference<>();
    try (Ledger ledger = Ledger.open(settings)) {
      List<Thread> callers = new ArrayList<>();
      for (int caller = 0; caller < 8; caller++) {
        int me = caller;
        callers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        for (int round = 0; round < 40; round++) {
                          List<Submission> batch = new ArrayList<>();
                          for (int i = 0; i < 5; i++) {
                            batch.add(entry(me + "-" + round + "-" + i + "=1"));
                          }
                          long before = -1;
                          for (Appended answer : ledger.append(batch)) {
                            long index = ((Appended.At) answer).index();
                            assertThat(index).isGreaterThan(before);
                            assertThat(ledger.entry(index).index()).isEqualTo(index);
                            assertThat(indexes.add(index)).isTrue();
                            before = index;
                          }
                          if (round % 10 == me) {
                            Thread.currentThread().interrupt();
                            ledger.entry(before);
                            Thread.interrupted();
                          }
                        }
                      } catch (Throwable e) {
                        failed.set(e);
                      }
                    }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(failed.get()).isNull();
      assertThat(ledger.size()).isEqualTo(8 * 40 * 5);
      assertThat(indexes).hasSize(8 * 40 * 5);
    }
  }

  @Test
  void sameNamesFromManyCallersAtOnce_eachIsAppendedOnceAndAllHearWhere() throws Exception {
    int callers = 4;
    int rounds = 200;
    Map<String, Set<Long>> indexes = new ConcurrentHashMap<>();
    AtomicLong appended = new AtomicLong();
    try (Ledger ledger = Ledger.open(settings);
        ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      CyclicBarrier together = new CyclicBarrier(callers);
      Callable<Void> caller =
          () -> {
            for (int round = 0; round < rounds; round++) {
              together.await();
              List<Submission> batch = new ArrayList<>();
              for (int i = 0; i < 3; i++) {
                batch.add(entry(round + "-" + i + "=1"));
              }
              List<Appended> answers = ledger.append(batch);
              for (int i = 0; i < 3; i++) {
                long index =
                    switch (answers.get(i)) {
                      case Appended.At(long at) -> {
                        appended.incrementAndGet();
                        yield at;
                      }
                      case Appended.Already(long at) -> at;
                      case Appended other -> throw new AssertionError(other);
                    };
                indexes
                    .computeIfAbsent(round + "-" + i, _ -> ConcurrentHashMap.newKeySet())
                    .add(index);
              }
            }
            return null;
          };
      for (Future<Void> done : threads.invokeAll(Collections.nCopies(callers, caller))) {
        done.get();
      }
      assertThat(appended.get()).isEqualTo(3L * rounds);
      assertThat(ledger.size()).isEqualTo(3L * rounds);
    }
    assertThat(indexes).hasSize(3 * rounds);
    assertThat(indexes.values()).allSatisfy(heard -> assertThat(heard).hasSize(1));
  }

  @Test
  void fullQueue_saysWhenToComeBack() throws Exception {
    try (Ledger ledger = Ledger.open(settings.withQueue(10, 1 << 20))) {
      disk.delay(20_000);
      List<Appended> answers = Collections.synchronizedList(new ArrayList<>());
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        String name = "caller" + i;
        callers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      List<Submission> batch = new ArrayList<>();
                      for (int j = 0; j < 5; j++) {
                        batch.add(entry(name + j + "=1"));
                      }
                      try {
                        answers.addAll(ledger.append(batch));
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(answers).hasSize(60);
      assertThat(answers)
          .anyMatch(
              answer ->
                  answer instanceof Appended.Busy(long retry) && retry >= 10 && retry <= 2_000);
      long at = answers.stream().filter(answer -> answer instanceof Appended.At).count();
      assertThat(ledger.size()).isEqualTo(at);
    }
  }

  @Test
  void requestLargerThanTheQueue_isTakenWhenItIsEmpty() throws Exception {
    try (Ledger ledger = Ledger.open(settings.withQueue(10, 1 << 20))) {
      List<Submission> batch = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        batch.add(entry(i + "=1"));
      }
      List<Appended> answers = ledger.append(batch);
      assertThat(answers.get(9_999)).isEqualTo(new Appended.At(9_999));
    }
  }

  @Test
  void listener_seesWhatWasAppendedInOrderWithItsTags() throws Exception {
    List<Object> heard = new ArrayList<>();
    AppendListener listener =
        (first, inOrder) -> {
          heard.add(first);
          inOrder.forEach(submission -> heard.add(String.valueOf(submission.tag())));
        };
    try (Ledger ledger = Ledger.open(settings.withListener(listener))) {
      ledger.append(
          List.of(
              Submission.of("a=1".getBytes(UTF_8), new byte[0], "first"),
              Submission.of("a=1".getBytes(UTF_8), new byte[0], "again"),
              Submission.of("b=1".getBytes(UTF_8), new byte[0], "second")));
      ledger.append(List.of(Submission.of("c=1".getBytes(UTF_8), new byte[0], "third")));
    }
    assertThat(heard).containsExactly(0L, "first", "second", 2L, "third");
  }

  @Test
  void listenerThatThrows_stopsTheWriter_andTheEntriesStay() throws Exception {
    AppendListener broken =
        (first, inOrder) -> {
          throw new IllegalStateException("a bug");
        };
    try (Ledger ledger = Ledger.open(settings.withListener(broken))) {
      assertThat(ledger.append(List.of(entry("a=1")))).containsExactly(new Appended.At(0));
      while (ledger.status().writable()) {
        Thread.sleep(1);
      }
      assertThat(ledger.status().stopped()).contains("a bug");
    }
    try (Ledger ledger = Ledger.open(settings)) {
      assertThat(ledger.append(List.of(entry("a=1")))).containsExactly(new Appended.Already(0));
    }
  }

  @Test
  void beforeForceThatFails_nothingIsWritten() throws Exception {
    BeforeForce failing =
        () -> {
          throw new IOException("no key");
        };
    try (Ledger ledger = Ledger.open(settings.withBeforeForce(failing))) {
      assertThat(ledger.append(List.of(entry("a=1"))).getFirst())
          .isInstanceOfSatisfying(
              Appended.Failed.class, failed -> assertThat(failed.reason()).contains("no key"));
    }
    try (Ledger ledger = Ledger.open(settings)) {
      assertThat(ledger.size()).isZero();
    }
  }

  @Test
  void nameThatBeginsLikeAnother_isAnotherName() throws Exception {
    // All names share the 40 bits by which candidates are found.
    EntryNames colliding =
        new EntryNames() {
          @Override
          public byte[] name(byte[] leaf) {
            byte[] name = Story.NAMES.name(leaf);
            java.util.Arrays.fill(name, 0, 5, (byte) 7);
            return name;
          }

          @Override
          public byte[] content(byte[] leaf) {
            return Story.NAMES.content(leaf);
          }
        };
    LedgerSettings same = LedgerSettings.of(disk, colliding);
    try (Ledger ledger = Ledger.open(same)) {
      assertThat(ledger.append(List.of(entry("a=1"), entry("b=1"))))
          .containsExactly(new Appended.At(0), new Appended.At(1));
      assertThat(ledger.append(List.of(entry("c=1"), entry("b=1"), entry("a=2"))))
          .containsExactly(new Appended.At(2), new Appended.Already(1), new Appended.Conflict(0));
      assertThat(ledger.find(colliding.name("c=1".getBytes(UTF_8)))).hasValue(2);
    }
  }

  @Test
  void nameGivenWithTheEntry_isNotAskedFor_andFindsItAfterARestart() throws Exception {
    AtomicReference<String> asked = new AtomicReference<>("");
    EntryNames counting =
        new EntryNames() {
          @Override
          public byte[] name(byte[] leaf) {
            asked.updateAndGet(before -> before + new String(leaf, UTF_8) + " ");
            return Story.NAMES.name(leaf);
          }

          @Override
          public byte[] content(byte[] leaf) {
            return Story.NAMES.content(leaf);
          }
        };
    byte[] leaf = "a=1".getBytes(UTF_8);
    byte[] name = Story.NAMES.name(leaf);
    Hash leafHash = entry("a=1").leafHash();
    Submission named = Submission.owning(leaf, new byte[0], leafHash, name, null);
    LedgerSettings same = LedgerSettings.of(disk, counting);
    try (Ledger ledger = Ledger.open(same)) {
      assertThat(ledger.append(List.of(named))).containsExactly(new Appended.At(0));
      assertThat(asked.get()).isEmpty();
      assertThat(ledger.append(List.of(entry("b=1"), named)))
          .containsExactly(new Appended.At(1), new Appended.Already(0));
      assertThat(asked.get()).contains("b=1");
      assertThat(ledger.find(name)).hasValue(0);
    }
    try (Ledger ledger = Ledger.open(same)) {
      assertThat(ledger.find(name)).hasValue(0);
      assertThat(ledger.append(List.of(entry("a=1"), entry("a=2"))))
          .containsExactly(new Appended.Already(0), new Appended.Conflict(0));
    }
    assertThatThrownBy(() -> Submission.owning(leaf, new byte[0], leafHash, new byte[31], null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name: 31 bytes, want 32");
  }

  @Test
  void firstStart_makesAnOriginThatStays_andAnotherIsRefused() throws Exception {
    String origin;
    try (Ledger ledger = Ledger.open(settings)) {
      origin = ledger.origin();
      assertThat(origin).matches("qerberos-[0-9a-f]{8}");
      assertThat(ledger.keys().getFirst().name()).isEqualTo(origin);
      assertThat(ledger.checkpoint()).isEqualTo(new Checkpoint(origin, 0, Rfc6962.emptyRoot()));
    }
    assertThatThrownBy(() -> Ledger.open(settings.withOrigin("example.org/log")))
        .hasMessageContaining("origin: 'example.org/log'")
        .hasMessageContaining(origin);
    try (Ledger ledger = Ledger.open(settings.withOrigin(origin))) {
      assertThat(ledger.origin()).isEqualTo(origin);
    }
  }

  @Test
  void twoKindsOfKeys_bothSign() throws Exception {
    LedgerSettings both =
        settings
            .withOrigin("example.org/log")
            .withKeyTypes(List.of(KeyType.ED25519, KeyType.ML_DSA_44));
    try (Ledger ledger = Ledger.open(both)) {
      ledger.append(List.of(entry("a=1")));
      SignedNote note = SignedNote.parse(ledger.awaitCheckpoint(1, Duration.ofSeconds(10)));
      assertThat(note.verify(ledger.keys())).hasSize(2);
    }
  }

  @Test
  void newerFormat_isRefused() throws Exception {
    Ledger.open(settings).close();
    try (StoredFile format = disk.create(LedgerKeys.FORMAT, false)) {
      byte[] two = {'2'};
      String line = "2 %08x\n".formatted(SealedSegment.crc(two, 0, 1));
      format.write(ByteBuffer.wrap(line.getBytes(UTF_8)), 0);
    }
    assertThatThrownBy(() -> Ledger.open(settings)).hasMessageContaining("format 2");
  }

  @Test
  void closed_answersSo() throws Exception {
    Ledger ledger = Ledger.open(settings);
    ledger.close();
    ledger.close();
    assertThat(ledger.append(List.of(entry("a=1"))))
        .containsExactly(new Appended.Failed("the ledger is closed"));
  }

  @Test
  void checkpointThatNeverComes_timesOut() throws Exception {
    try (Ledger ledger = Ledger.open(settings)) {
      assertThatThrownBy(() -> ledger.awaitCheckpoint(1, Duration.ofMillis(20)))
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("1 entries");
    }
  }

  @Test
  void readingWhileSegmentsAreSealed_neverStumbles() throws Exception {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    try (Ledger ledger = Ledger.open(settings)) {
      Thread reader =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      long at = 0;
                      while (ledger.status().writable()
                          && ledger.size() < 2 * Segment.ENTRIES + 1000) {
                        long size = ledger.size();
                        if (size > 0) {
                          at = (at * 31 + 7) % size;
                          assertThat(new String(ledger.entry(at).leaf(), UTF_8))
                              .isEqualTo(at + "=1");
                        }
                      }
                    } catch (Throwable e) {
                      failed.set(e);
                    }
                  });
      for (int from = 0; from < 2 * Segment.ENTRIES + 1000; from += 1000) {
        List<Submission> batch = new ArrayList<>();
        for (int i = from; i < from + 1000; i++) {
          batch.add(entry(i + "=1"));
        }
        ledger.append(batch);
      }
      reader.join();
      assertThat(failed.get()).isNull();
    }
  }
}
