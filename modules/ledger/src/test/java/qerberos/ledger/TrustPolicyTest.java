package qerberos.ledger;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Policy files are read as c2sp.org/tlog-policy wants it, and nothing else is.
class TrustPolicyTest {
  private static final List<VerifierKey> KEYS =
      IntStream.range(0, 6)
          .mapToObj(
              i ->
                  SigningKey.generate("w.example/" + i, KeyType.COSIGNATURE, new SecureRandom())
                      .verifier())
          .toList();
  private static final VerifierKey LOG =
      SigningKey.generate("example.org/log", KeyType.ED25519, new SecureRandom()).verifier();

  private static String witness(String name, int key) {
    return "witness " + name + " " + KEYS.get(key) + "\n";
  }

  private static String twoLevels() {
    return "# of two houses\n\n"
        + ("log " + LOG + "\thttps://log.example/\n")
        + witness("X1", 0)
        + witness("X2", 1)
        + witness("X3", 2)
        + "  group\tX-witnesses 2 X1 X2 X3  \n"
        + witness("Y1", 3)
        + ("witness Y2 " + KEYS.get(4) + " https://y2.example/sub\n")
        + "group Y-witnesses any Y1 Y2\n"
        + "group X-and-Y all X-witnesses Y-witnesses\n"
        + "quorum X-and-Y\n";
  }

  private static TrustPolicy parse(String text) {
    return TrustPolicy.parse(text.getBytes(UTF_8));
  }

  private static List<VerifierKey> keys(int... which) {
    return IntStream.of(which).mapToObj(KEYS::get).toList();
  }

  @Test
  void groupsOfGroups_areMetOrNot() {
    TrustPolicy policy = parse(twoLevels());
    assertThat(policy.logs()).hasSize(1);
    assertThat(policy.logs().getFirst().url()).contains("https://log.example/");
    assertThat(policy.witnesses()).hasSize(5);
    assertThat(policy.witnesses().getLast().url()).contains("https://y2.example/sub");
    assertThat(policy.quorum().metBy(keys(0, 2, 4))).isTrue();
    assertThat(policy.quorum().metBy(keys(0, 1, 2))).isFalse();
    assertThat(policy.quorum().metBy(keys(1, 3, 4))).isFalse();
    assertThat(policy.quorum().metBy(keys(0, 1, 2, 3, 4, 5))).isTrue();
    assertThat(policy.quorum().toString()).startsWith("2 of (2 of w.example/0+");
  }

  @Test
  void oneWitness_orNone_canBeTheQuorum() {
    TrustPolicy one = parse(witness("w", 0) + "quorum w\n");
    assertThat(one.quorum().metBy(keys(0))).isTrue();
    assertThat(one.quorum().metBy(keys(1))).isFalse();
    assertThat(parse("quorum none").quorum().metBy(List.of())).isTrue();
  }

  @Test
  void namesAreOctets() {
    String kelvin = "\u212a";
    TrustPolicy policy =
        parse(witness("K", 0) + witness(kelvin, 1) + "group g any " + kelvin + "\nquorum g\n");
    assertThat(policy.quorum().metBy(keys(1))).isTrue();
    assertThat(policy.quorum().metBy(keys(0))).isFalse();
    assertThat(policy.witnesses().getLast().name()).isEqualTo(kelvin);
    byte[] latin = (witness("\u00e9", 0) + "quorum \u00e9\n").getBytes(ISO_8859_1);
    assertThat(TrustPolicy.parse(latin).quorum().metBy(keys(0))).isTrue();
  }

  @Test
  void whatTheTextForbids_isRefused_withItsLine() {
    String two = witness("a", 0) + witness("b", 1);
    for (String wrong :
        List.of(
            "",
            two,
            two + "quorum c\n",
            two + "quorum a\nquorum b\n",
            two + "group g 0 a b\nquorum g\n",
            two + "group g 3 a b\nquorum g\n",
            two + "group g 01 a b\nquorum g\n",
            two + "group g any\nquorum none\n",
            two + "group g any none\nquorum none\n",
            two + "group g any h\ngroup h any a\nquorum g\n",
            two + "group g any a a\nquorum g\n",
            two + "group g any a\ngroup h all a b\nquorum h\n",
            two + "group a any b\nquorum a\n",
            witness("none", 0) + "quorum none\n",
            two + witness("c", 0) + "quorum c\n",
            "log " + LOG + "\nlog " + LOG + "\nquorum none\n",
            "witness w " + LOG + "\nquorum w\n",
            "log nonsense\nquorum none\n",
            "quorum none\r\n",
            "quorum none \u0001\n",
            "Quorum none\n")) {
      assertThatIllegalArgumentException()
          .as(wrong)
          .isThrownBy(() -> parse(wrong))
          .withMessageStartingWith("policy");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(two + "group g 3 a b\nquorum g\n"))
        .withMessage("policy line 3: threshold: 3, want 1..2, all or any");
  }

  @Test
  void aCheckpointIsTrusted_whenTheQuorumCosigned() throws Exception {
    MemoryLog log = new MemoryLog(3);
    List<SigningKey> witnesses = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      KeyType type = i == 0 ? KeyType.ML_DSA_44 : KeyType.COSIGNATURE;
      witnesses.add(SigningKey.generate("w" + i, type, new SecureRandom()));
    }
    List<VerifierKey> keys = witnesses.stream().map(SigningKey::verifier).toList();
    Trust trust = log.trust().witnessedBy(keys, Quorum.of(2, keys));
    SignedNote one =
        SignedNote.parse(log.checkpoint()).cosigned(witnesses.getFirst(), MemoryLog.NOW);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> trust.open(one))
        .isInstanceOf(Trust.Refused.class)
        .hasMessageContaining("cosigned by w0+")
        .hasMessageContaining("want 2 of w0+");
    SignedNote two = one.cosigned(witnesses.getLast(), MemoryLog.NOW);
    assertThat(trust.open(two).size()).isEqualTo(3);
    SignedNote twice = one.cosigned(witnesses.getFirst(), MemoryLog.NOW.plusSeconds(1));
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> trust.open(twice))
        .as("one witness counts once")
        .isInstanceOf(Trust.Refused.class);
  }

  @Test
  void whateverBytesArrive_theyAreAPolicy_orRefusedWithASentence() {
    long seed = System.nanoTime();
    System.out.println("TrustPolicyTest: seed " + seed);
    Random random = new Random(seed);
    byte[] good = twoLevels().getBytes(UTF_8);
    for (int i = 0; i < 3_000; i++) {
      byte[] bent = good.clone();
      for (int j = random.nextInt(4); j >= 0; j--) {
        bent[random.nextInt(bent.length)] = (byte) random.nextInt(256);
      }
      try {
        assertThat(TrustPolicy.parse(bent).quorum()).isNotNull();
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).startsWith("policy");
      }
    }
  }
}
