package qerberos.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TilePathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "tile/0/000",
        "tile/0/x001/x234/067",
        "tile/63/999",
        "tile/1/000.p/17",
        "tile/0/x001/000.p/255",
        "tile/entries/000.p/1",
        "tile/entries/x273/001"
      })
  void aPathOfALog_isReadAndWrittenTheSame(String path) {
    assertThat(TilePath.parse(path)).hasToString(path);
  }

  @Test
  void theExampleOfTheText_isTile1234067() {
    assertThat(TilePath.parse("tile/0/x001/x234/067")).isEqualTo(new TilePath(0, 1234067, 256));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/x000/001",
        "tile/0/x001/",
        "tile/0/x001/x002",
        "tile/0/001/002",
        "tile/0/000.p/0",
        "tile/0/000.p/00",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/1000",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/-1",
        "tile/0/000/1",
        "tile/0/000.p/1/2",
        "tile/0/x000.p/1/000",
        "tile/0.p/1",
        "tile/entries/.p/1",
        "tile/Entries/000",
        "tile/data/000",
        "/tile/0/000",
        "tile/0/000 ",
        "tile/0/٠٠٠",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/0/../000",
      })
  void anythingElse_isRefused(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> TilePath.parse(path));
  }

  @Test
  void sizesOfTheText_giveTheTilesOfTheText() {
    assertThat(TilePath.hashes(70_000, 0) / 256).isEqualTo(273);
    assertThat(TilePath.in(70_000, 0, 273)).hasToString("tile/0/273.p/112");
    assertThat(TilePath.in(70_000, 1, 0)).hasToString("tile/1/000");
    assertThat(TilePath.in(70_000, 1, 1)).hasToString("tile/1/001.p/17");
    assertThat(TilePath.in(70_000, 2, 0)).hasToString("tile/2/000.p/1");
    assertThat(TilePath.levels(70_000)).isEqualTo(3);
    assertThat(TilePath.in(256, 0, 0)).hasToString("tile/0/000");
    assertThat(TilePath.in(256, 1, 0)).hasToString("tile/1/000.p/1");
    assertThat(TilePath.levels(0)).isZero();
    assertThat(TilePath.levels(Long.MAX_VALUE)).isEqualTo(8);
    assertThatIllegalArgumentException().isThrownBy(() -> TilePath.in(256, 0, 1));
  }

  @Test
  void within_isTrueForWhatTheTreeHas() {
    assertThat(TilePath.parse("tile/0/273.p/112").within(70_000)).isTrue();
    assertThat(TilePath.parse("tile/0/273.p/111").within(70_000)).isTrue();
    assertThat(TilePath.parse("tile/0/273.p/113").within(70_000)).isFalse();
    assertThat(TilePath.parse("tile/0/273").within(70_000)).isFalse();
    assertThat(TilePath.parse("tile/0/272").within(70_000)).isTrue();
    assertThat(TilePath.parse("tile/63/000").within(Long.MAX_VALUE)).isFalse();
    assertThat(TilePath.parse("tile/entries/273.p/112").within(70_000)).isTrue();
    assertThat(TilePath.parse("tile/0/000").within(0)).isFalse();
  }

  @Test
  void anyPathWithAChange_isRefusedOrReadsBackTheSame() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String letters = "0123456789x./-p \0entrisle";
    for (int round = 0; round < 50_000; round++) {
      TilePath tile =
          new TilePath(
              random.nextInt(65) - 1,
              random.nextLong() >>> (1 + random.nextInt(63)),
              1 + random.nextInt(256));
      assertThat(TilePath.parse(tile.toString())).as("seed %d", seed).isEqualTo(tile);
      StringBuilder bent = new StringBuilder(tile.toString());
      int at = random.nextInt(bent.length());
      char letter = letters.charAt(random.nextInt(letters.length()));
      switch (random.nextInt(3)) {
        case 0 -> bent.setCharAt(at, letter);
        case 1 -> bent.insert(at, letter);
        default -> bent.deleteCharAt(at);
      }
      try {
        assertThat(TilePath.parse(bent.toString()))
            .as("seed %d", seed)
            .hasToString(bent.toString());
      } catch (IllegalArgumentException expected) {
        assertThat(expected).hasMessageStartingWith("tile ");
      }
    }
  }
}
