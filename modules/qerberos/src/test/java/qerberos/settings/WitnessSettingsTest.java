package qerberos.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.ledger.KeyType;
import qerberos.ledger.SigningKey;
import qerberos.ledger.VerifierKey;

/// Witnesses are configured as a list or as a policy file, and mistakes are named.
class WitnessSettingsTest {
  private static final Duration EVERY = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final List<VerifierKey> KEYS =
      IntStream.range(0, 3).mapToObj(i -> key("w.example/" + i, KeyType.COSIGNATURE)).toList();

  @TempDir Path folder = Path.of(".");

  private static VerifierKey key(String name, KeyType type) {
    return SigningKey.generate(name, type, new SecureRandom()).verifier();
  }

  private static WitnessSettings of(Optional<Integer> quorum, String... listed) {
    return WitnessSettings.of(List.of(listed), Optional.empty(), quorum, EVERY, TIMEOUT);
  }

  private static void refused(String why, String... listed) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(Optional.empty(), listed))
        .withMessageContaining(why);
  }

  @Test
  void byDefault_moreThanHalfMustCosign() {
    String[] listed =
        KEYS.stream().map(key -> key + " https://" + key.name()).toArray(String[]::new);
    WitnessSettings three = of(Optional.empty(), listed);
    assertThat(three.quorum().metBy(KEYS.subList(0, 2))).isTrue();
    assertThat(three.quorum().metBy(KEYS.subList(0, 1))).isFalse();
    assertThat(of(Optional.of(3), listed).quorum().metBy(KEYS.subList(0, 2))).isFalse();
    assertThat(of(Optional.empty()).quorum().metBy(List.of())).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> of(Optional.of(4), listed))
        .withMessage("ledger.witnessQuorum: 4, want 0..3");
  }

  @Test
  void mistakesAreNamed() {
    String first = KEYS.getFirst() + " http://a.example/";
    refused("stands there twice", first, first);
    refused("verifier key", "rubbish http://a.example/");
    refused("key of type 0x01", key("log", KeyType.ED25519) + " http://a.example/");
    refused("begins with http", KEYS.getFirst() + " http://");
  }

  @Test
  void aFileMayListThem_onLinesOfTheirOwn() throws Exception {
    Path config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(
        config.resolve("server.yaml"),
        """
        ledger:
          witnesses:
            - %s http://127.0.0.1:1/sub http://127.0.0.1:1/mon
            - %s http://127.0.0.1:2/
          witnessQuorum: 1
        """
            .formatted(KEYS.get(0), KEYS.get(1)));
    TrailSettings trail = new Loader(folder, folder, Map.of(), Map.of()).load().trail();
    assertThat(trail.witnesses().witnesses()).hasSize(2);
    assertThat(trail.witnesses().witnesses().getFirst().monitoring()).isPresent();
    assertThat(trail.witnesses().quorum().metBy(KEYS.subList(1, 2))).isTrue();
    assertThat(trail.witnesses().every()).isEqualTo(EVERY);
  }

  @Test
  void aPolicySaysAll_andNeedsUrls() throws IOException {
    Path file = folder.resolve("policy");
    Files.writeString(
        file,
        "witness a %s https://a.example\nwitness b %s\nquorum a\n"
            .formatted(KEYS.get(0), KEYS.get(1)));
    WitnessSettings policy =
        WitnessSettings.of(List.of(), Optional.of(file), Optional.empty(), EVERY, TIMEOUT);
    assertThat(policy.witnesses()).hasSize(1);
    assertThat(policy.quorum().metBy(KEYS.subList(0, 1))).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> WitnessSettings.of(List.of(), Optional.of(file), Optional.of(1), EVERY, TIMEOUT))
        .withMessageContaining("must not");
    Files.writeString(file, "witness a %s\nquorum a\n".formatted(KEYS.get(0)));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                WitnessSettings.of(List.of(), Optional.of(file), Optional.empty(), EVERY, TIMEOUT))
        .withMessageContaining("has no URL");
    Files.writeString(file, "nonsense\n");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                WitnessSettings.of(List.of(), Optional.of(file), Optional.empty(), EVERY, TIMEOUT))
        .withMessageContaining("policy line 1");
  }
}
