package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every operation of the ledger on its disk fails, once without effect and once with the answer
/// lost; then the process starts again, or the power was gone too. Nothing that was acknowledged or
/// published may have become untrue.
///
/// `-Dseeds=N` runs N times as many chances, `-Dseed=S` begins with another one.
@Timeout(600)
class CrashTest {
  private static final int SEEDS = Integer.getInteger("seeds", 1);
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  /// A short life: made, filled, closed, opened and filled again.
  private static void live(FaultyStorage disk, Story story) throws Exception {
    Ledger ledger = null;
    try {
      ledger = Ledger.open(story.settings(disk));
      story.append(ledger, "a=1", "bb=1");
      story.append(ledger, "a=1", "a=2", "c=1", "c=1");
      story.append(ledger, "d=" + "x".repeat(2000));
      story.append(ledger, "large=" + "y".repeat(40_000), "larger=" + "z".repeat(50_000));
      ledger.close();
      ledger = null;
      ledger = Ledger.open(story.settings(disk));
      story.append(ledger, "e=1", "bb=2", "f=1");
      ledger.close();
      ledger = null;
    } catch (IOException e) {
      // the failed operation was told to whoever opened or closed
    } finally {
      if (ledger != null) {
        Story.end(ledger);
      }
    }
  }

  @Test
  void everyOperationFailsBothWays_thenTheProcessOrThePowerIsGone() throws Exception {
    FaultyStorage good = new FaultyStorage();
    live(good, new Story());
    int operations = good.operations().size();
    Random chance = new Random(SEED);
    long cut = SEED;
    for (int number = 0; number < operations + 3; number++) {
      for (FaultyStorage.Fault fault : FaultyStorage.Fault.values()) {
        boolean one = chance.nextBoolean();
        boolean[] cuts = SEEDS == 1 ? new boolean[] {one} : new boolean[] {false, true};
        for (boolean power : cuts) {
          FaultyStorage disk = new FaultyStorage();
          disk.failAt(number, fault);
          Story story = new Story();
          live(disk, story);
          String moment =
              "operation %d (%s) %s, power %s, seed %d"
                  .formatted(
                      number,
                      number < disk.operations().size() ? disk.operations().get(number) : "none",
                      fault,
                      power ? "cut with " + cut : "on",
                      SEED);
          if (power) {
            disk.cutPower(cut++);
          } else {
            disk.restart();
          }
          checked(story, disk, moment);
        }
      }
    }
  }

  @Test
  void powerGoesAtAnyMoment() throws Exception {
    for (int i = 0; i < 60 * SEEDS; i++) {
      long seed = SEED + i;
      Random random = new Random(seed);
      FaultyStorage disk = new FaultyStorage();
      Story story = new Story();
      String moment = "";
      for (int life = 0; life < 3; life++) {
        disk.failAt(
            disk.operations().size() + random.nextInt(120),
            random.nextBoolean() ? FaultyStorage.Fault.LOST : FaultyStorage.Fault.DONE);
        moment = "life " + life + " of seed " + seed;
        lifeWithMany(disk, story, random);
        if (random.nextBoolean()) {
          disk.cutPower(seed * 31 + life);
        } else {
          disk.restart();
        }
      }
      checked(story, disk, moment);
    }
  }

  /// Appends batches of random size until the disk fails or it is enough.
  private static void lifeWithMany(FaultyStorage disk, Story story, Random random)
      throws Exception {
    Ledger ledger = null;
    try {
      ledger = Ledger.open(story.settings(disk));
      for (int round = 0; round < 20 && ledger.status().writable(); round++) {
        String[] texts = new String[1 + random.nextInt(6)];
        for (int i = 0; i < texts.length; i++) {
          int name = random.nextInt(200);
          texts[i] = name + "=" + "v".repeat(1 + random.nextInt(2) * random.nextInt(1500));
        }
        story.append(ledger, texts);
      }
    } catch (LedgerDamaged e) {
      throw e;
    } catch (IOException e) {
      // told to whoever opened
    } finally {
      if (ledger != null) {
        Story.end(ledger);
      }
    }
  }

  /// Around the end of a segment much more happens: a new file, the tree made durable, names
  /// written down, the old file sealed and deleted.
  @Test
  void aSegmentFillsUp_andAnyOfItsOperationsFails() throws Exception {
    FaultyStorage almostFull = new FaultyStorage();
    Story before = new Story();
    try (Ledger ledger = Ledger.open(before.settings(almostFull))) {
      int size = Segment.ENTRIES - 5;
      for (int from = 0; from < size; from += 4096) {
        List<Submission> batch = new ArrayList<>();
        for (int i = from; i < Math.min(size, from + 4096); i++) {
          batch.add(Submission.of(("n" + i + "=").getBytes(UTF_8), beside("n" + i + "="), null));
        }
        ledger.append(batch);
      }
    }
    FaultyStorage good = almostFull.copy();
    fillUp(good, new Story());
    List<String> operations = good.operations();
    Set<String> kinds = new LinkedHashSet<>(operations);
    kinds.removeIf(what -> what.startsWith("read") || what.startsWith("list"));
    List<String> chosen = new ArrayList<>(kinds);
    Random random = new Random(SEED);
    Collections.shuffle(chosen, random);
    if (SEEDS == 1) {
      chosen = chosen.subList(0, Math.min(chosen.size(), 12));
    }
    for (int round = 0; round < SEEDS; round++) {
      for (String what : chosen) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
          if (operations.get(i).equals(what)) {
            places.add(i);
          }
        }
        int number = places.get(random.nextInt(places.size()));
        FaultyStorage disk = almostFull.copy();
        disk.failAt(
            number, random.nextBoolean() ? FaultyStorage.Fault.LOST : FaultyStorage.Fault.DONE);
        Story story = new Story();
        fillUp(disk, story);
        long cut = random.nextLong();
        boolean power = random.nextBoolean();
        if (power) {
          disk.cutPower(cut);
        } else {
          disk.restart();
        }
        checked(
            story,
            disk,
            "%s (operation %d), power %s, seed %d"
                .formatted(what, number, power ? "cut" : "on", SEED));
      }
    }
  }

  private static byte[] beside(String text) {
    return text.length() % 2 == 0 ? new byte[0] : ("beside " + text).getBytes(UTF_8);
  }

  private static void fillUp(FaultyStorage disk, Story story) throws Exception {
    Ledger ledger = null;
    try {
      ledger = Ledger.open(story.settings(disk));
      story.append(ledger, "p=1", "q=1", "r=1");
      story.append(ledger, "s=1", "t=1", "u=1", "v=1", "n7=other");
      long give = System.nanoTime() + 5_000_000_000L;
      while (ledger.status().writable()
          && ledger.status().unsealedSegments() > 0
          && System.nanoTime() < give) {
        Thread.sleep(2);
      }
      story.append(ledger, "w=1");
    } catch (IOException e) {
      // told to whoever opened
    } finally {
      if (ledger != null) {
        Story.end(ledger);
      }
    }
  }

  private static void checked(Story story, FaultyStorage disk, String moment) throws Exception {
    try {
      story.check(disk, moment);
    } catch (IOException e) {
      throw new AssertionError(moment + ": " + e.getMessage(), e);
    }
  }

  @Test
  void diskFull_stopsTheWriterAndLosesNothing() throws Exception {
    FaultyStorage disk = new FaultyStorage();
    Story story = new Story();
    Ledger ledger = Ledger.open(story.settings(disk));
    story.append(ledger, "a=1");
    disk.fillUpTo(100_000);
    for (int i = 0; i < 1_000 && ledger.status().writable(); i++) {
      story.append(ledger, "b" + i + "=" + "x".repeat(60_000));
    }
    assertThat(ledger.status().stopped()).contains("no space left");
    assertThat(ledger.status().writable()).isFalse();
    assertThat(ledger.entry(0).leaf()).isEqualTo("a=1".getBytes(UTF_8));
    assertThat(ledger.append(List.of(Submission.of("c=1".getBytes(UTF_8)))).getFirst())
        .isInstanceOf(Appended.Failed.class);
    Story.end(ledger);
    disk.restart();
    checked(story, disk, "after a full disk");
  }

  @Test
  void failedForce_isNeverTriedAgain() throws Exception {
    for (FaultyStorage.Fault fault : FaultyStorage.Fault.values()) {
      FaultyStorage disk = new FaultyStorage();
      Story story = new Story();
      Ledger ledger = Ledger.open(story.settings(disk));
      story.append(ledger, "a=1");
      String force = "force entries/000000000000.log";
      disk.failNext(force, fault);
      story.append(ledger, "b=1");
      assertThat(ledger.status().stopped()).contains(force).contains("failed on purpose");
      int forces = disk.counted().getOrDefault(force, 0);
      story.append(ledger, "c=1");
      assertThat(ledger.entry(0).leaf()).isEqualTo("a=1".getBytes(UTF_8));
      Story.end(ledger);
      assertThat(disk.counted()).containsEntry(force, forces);
      assertThat(story.acknowledged()).isEqualTo(1);
      disk.cutPower(SEED);
      checked(story, disk, "after a failed force, seed " + SEED);
    }
  }

  @Test
  void tornLastFrame_isCut() throws Exception {
    FaultyStorage disk = new FaultyStorage();
    Story story = new Story();
    try (Ledger ledger = Ledger.open(story.settings(disk))) {
      story.append(ledger, "a=1");
    }
    byte[] half = new byte[300];
    new Frame()
        .of(1, List.of(Submission.of(("torn=" + "x".repeat(1000)).getBytes(UTF_8))))
        .get(half);
    try (StoredFile file = disk.open("entries/000000000000.log")) {
      file.write(ByteBuffer.wrap(half), Frame.HEAD + Frame.ENTRY_HEAD + 3 + 10);
    }
    story.check(disk, "a torn frame behind the last");
    assertThat(disk.sizes()).containsKey("entries/000000000000.log");
  }

  @Test
  void brokenFrameInTheMiddle_isRefusedByFileAndOffset() throws Exception {
    FaultyStorage disk = new FaultyStorage();
    Story story = new Story();
    try (Ledger ledger = Ledger.open(story.settings(disk))) {
      story.append(ledger, "a=1");
      story.append(ledger, "b=1");
      story.append(ledger, "c=1");
    }
    disk.flip("entries/000000000000.log", Frame.HEAD + 8, 3);
    assertThatThrownBy(() -> Ledger.open(story.settings(disk)))
        .isInstanceOf(LedgerDamaged.class)
        .hasMessageContaining("entries/000000000000.log: offset 0");
  }

  @Test
  void fewerEntriesThanPromised_areRefusedAndNothingIsTouched() throws Exception {
    FaultyStorage disk = new FaultyStorage();
    Story story = new Story();
    try (Ledger ledger = Ledger.open(story.settings(disk))) {
      story.append(ledger, "a=1");
      story.append(ledger, "b=1");
    }
    int last = Frame.HEAD + Frame.ENTRY_HEAD + 3 + 10;
    disk.flip("entries/000000000000.log", last + Frame.HEAD + 8, 0);
    var sizes = disk.sizes();
    assertThatThrownBy(() -> Ledger.open(story.settings(disk)))
        .isInstanceOf(LedgerDamaged.class)
        .hasMessageContaining("entries 1 to 1, which the checkpoint promises, are missing")
        .hasMessageContaining("from offset " + last);
    assertThat(disk.sizes()).isEqualTo(sizes);
  }

  @Test
  void treeAndIdsDeleted_areMadeAnew() throws Exception {
    FaultyStorage disk = new FaultyStorage();
    Story story = new Story();
    try (Ledger ledger = Ledger.open(story.settings(disk))) {
      for (int i = 0; i < 600; i++) {
        story.append(ledger, i + "=1");
      }
    }
    for (String name : disk.list(TreeFiles.FOLDER)) {
      disk.delete(TreeFiles.FOLDER + "/" + name);
    }
    for (String name : disk.list(Ids.FOLDER)) {
      disk.delete(Ids.FOLDER + "/" + name);
    }
    story.check(disk, "without tree and ids");
  }

  @Test
  void missingCheckpoint_isRefused() throws Exception {
    FaultyStorage disk = new FaultyStorage();
    Story story = new Story();
    try (Ledger ledger = Ledger.open(story.settings(disk))) {
      story.append(ledger, "a=1");
    }
    disk.delete(Publisher.FILE);
    assertThatThrownBy(() -> Ledger.open(story.settings(disk)))
        .isInstanceOf(LedgerDamaged.class)
        .hasMessageContaining("checkpoint: missing");
  }
}
