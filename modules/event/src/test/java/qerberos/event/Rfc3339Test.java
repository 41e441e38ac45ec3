package qerberos.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Rfc3339Test {
  @Test
  void written_has30CharactersAndReadsBack() {
    long seed = 3_339;
    var random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      Instant time =
          Instant.ofEpochSecond(
              random.nextLong(-62_135_596_800L, 253_402_300_800L),
              random.nextBoolean() ? 0 : random.nextInt(1_000_000_000));
      String text = Rfc3339.write(time);
      assertThat(text).as("seed %s", seed).hasSize(30).endsWith("Z");
      assertThat(OffsetDateTime.parse(text).toInstant()).isEqualTo(time);
      assertThat(Rfc3339.read(text)).isEqualTo(time);
    }
  }

  @Test
  void read_takesEveryFormOfTheRfc() {
    Instant time = Instant.parse("2026-02-28T23:30:00.25Z");
    for (String text :
        List.of(
            "2026-02-28T23:30:00.25Z",
            "2026-02-28t23:30:00.250z",
            "2026-02-28 23:30:00.250000000+00:00",
            "2026-03-01T01:15:00.25+01:45",
            "2026-02-28T15:30:00.25-08:00",
            "2026-02-28T23:30:00.25-00:00")) {
      assertThat(Rfc3339.read(text)).as(text).isEqualTo(time);
    }
    assertThat(Rfc3339.read("2024-02-29T00:00:00Z").atOffset(ZoneOffset.UTC).getDayOfYear())
        .isEqualTo(60);
  }

  @Test
  void read_refusesWhatIsNoTimeOrCannotBeKeptWhole() {
    for (String text :
        List.of(
            "",
            "2026",
            "2026-02-28",
            "2026-02-28T23:30:00",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T23:59:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01T00:00:00+1:00",
            "2026-01-01T00:00:00+01:60",
            "2026-01-01T00:00:00Zx",
            "2026/01/01T00:00:00Z",
            "2026-01-01T00:00:00,5Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "١٠٢٦-01-01T00:00:00Z",
            "+2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.123456789+01:00x",
            "0000-01-01T00:00:00Z")) {
      assertThatThrownBy(() -> Rfc3339.read(text))
          .as(text)
          .isInstanceOf(DateTimeException.class)
          .hasMessageContaining("want RFC 3339 with a zone");
    }
  }
}
