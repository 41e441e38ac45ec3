package qerberos.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FaultyStorageTest extends LogStorageContract {
  private final FaultyStorage disk = new FaultyStorage();

  @Override
  protected LogStorage storage() {
    return disk;
  }

  @Test
  void forcedBytesInAForcedFolder_surviveEveryPowerCut() throws Exception {
    for (long seed = 0; seed < 50; seed++) {
      FaultyStorage one = new FaultyStorage();
      try (StoredFile file = one.create("a", false)) {
        file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 1000);
        file.force();
        one.forceFolder("");
        file.write(ByteBuffer.wrap(new byte[] {9}), 5000);
      }
      one.cutPower(seed);
      try (StoredFile file = one.open("a")) {
        assertThat(file.readFully(1000, 3)).containsExactly(1, 2, 3);
      }
    }
  }

  @Test
  void unforcedBytesAndNames_areKeptLostOrTorn() throws Exception {
    Set<String> seen = new HashSet<>();
    for (long seed = 0; seed < 200; seed++) {
      FaultyStorage one = new FaultyStorage();
      StoredFile file = one.create("a", false);
      one.forceFolder("");
      byte[] two = new byte[1024];
      java.util.Arrays.fill(two, (byte) 7);
      file.write(ByteBuffer.wrap(two), 0);
      one.rename("a", "b");
      one.cutPower(seed);
      String name = one.list("").getFirst();
      try (StoredFile left = one.open(name)) {
        byte[] bytes = left.readAll();
        seen.add(bytes.length == 0 ? name + " empty" : name + " " + bytes[0] + " " + bytes[1023]);
      }
    }
    assertThat(seen).contains("a empty", "b empty", "a 7 7", "b 7 7", "b 0 7", "b 7 0");
  }

  @Test
  void failingOperation_happensOrNot() throws Exception {
    disk.failAt(0, FaultyStorage.Fault.LOST);
    assertThatThrownBy(() -> disk.create("a", false)).isInstanceOf(IOException.class);
    assertThat(disk.list("")).isEmpty();
    disk.failAt(2, FaultyStorage.Fault.DONE);
    assertThatThrownBy(() -> disk.create("a", false)).isInstanceOf(IOException.class);
    assertThat(disk.list("")).containsExactly("a");
  }

  @Test
  void fullDisk_writesNothing() throws Exception {
    try (StoredFile file = disk.create("a", false)) {
      disk.fillUpTo(4);
      file.write(ByteBuffer.allocate(3), 0);
      assertThatThrownBy(() -> file.write(ByteBuffer.allocate(2), 3))
          .hasMessageContaining("no space left");
      assertThat(file.size()).isEqualTo(3);
    }
  }
}
