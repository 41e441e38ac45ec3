package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What witnesses answer, as the text wants it and as some in use do.
class WitnessAnswerTest {
  private final MemoryLog log = new MemoryLog(10);
  private final SigningKey witness =
      SigningKey.generate("witness.example/w1", KeyType.COSIGNATURE, new SecureRandom());
  private final SignedNote note = SignedNote.parse(log.checkpoint());

  private WitnessAnswer at(long old, int status, String type, String body) {
    return WitnessAnswer.read(
        new AddCheckpoint(old, List.of(), note),
        witness.verifier(),
        status,
        type.isEmpty() ? null : type,
        body.getBytes(UTF_8));
  }

  private String cosignature(String text) {
    return witness.sign(text, MemoryLog.NOW) + "\n";
  }

  @Test
  void aCosignatureCounts_whenItIsByTheKeyAndOverTheText() {
    String line = cosignature(note.text());
    String stranger =
        SigningKey.generate("witness.example/w2", KeyType.COSIGNATURE, new SecureRandom())
                .sign(note.text(), MemoryLog.NOW)
            + "\n";
    assertThat(at(0, 200, "", stranger + line)).isInstanceOf(WitnessAnswer.Cosigned.class);
    assertThat(((WitnessAnswer.Cosigned) at(0, 200, "", line)).lines()).hasSize(1);
    assertThat(at(0, 200, "", stranger))
        .isInstanceOfSatisfying(
            WitnessAnswer.Unclear.class,
            unclear -> assertThat(unclear.why()).contains("without a cosignature by"));
    String other = new Checkpoint("example.org/log", 10, Rfc6962.leafHash(new byte[1])).text();
    assertThat(at(0, 200, "", cosignature(other)))
        .isInstanceOfSatisfying(
            WitnessAnswer.Unclear.class,
            unclear -> assertThat(unclear.why()).contains("not over the checkpoint"));
    for (String garbage : List.of("", "hello", "hello\n", "\n", "<html>\n</html>\n")) {
      assertThat(at(0, 200, "", garbage)).isInstanceOf(WitnessAnswer.Unclear.class);
    }
  }

  @Test
  void aConflictWithASize_isWhereToGoOn() {
    assertThat(at(4, 409, "text/x.tlog.size", "7\n")).isEqualTo(new WitnessAnswer.Has(7));
    assertThat(at(4, 409, "Text/X.tlog.size; charset=utf-8", "0"))
        .isEqualTo(new WitnessAnswer.Has(0));
    for (String garbage : List.of("", "\n", "-1\n", "07\n", "7\n7\n", "99999999999999999999\n")) {
      assertThat(at(4, 409, "text/x.tlog.size", garbage)).isInstanceOf(WitnessAnswer.Unclear.class);
    }
    assertThat(at(4, 409, "text/x.tlog.size", "4\n")).isInstanceOf(WitnessAnswer.Unclear.class);
    assertThat(at(4, 409, "text/plain", "7\n")).isInstanceOf(WitnessAnswer.Unclear.class);
  }

  @Test
  void anotherRoot_comesAs409OrAs422() {
    assertThat(at(10, 409, "", "")).isInstanceOf(WitnessAnswer.Disagrees.class);
    assertThat(at(10, 409, "text/x.tlog.size", "10\n")).isInstanceOf(WitnessAnswer.Disagrees.class);
    assertThat(at(10, 422, "", "")).isInstanceOf(WitnessAnswer.Disagrees.class);
    assertThat(at(4, 422, "", "")).isInstanceOf(WitnessAnswer.Disagrees.class);
    assertThat(at(0, 422, "", "")).isInstanceOf(WitnessAnswer.Unclear.class);
  }

  @Test
  void anUnknownLog_comesAs404OrAs403() {
    for (int status : List.of(400, 403, 404)) {
      assertThat(at(0, status, "", "")).isInstanceOf(WitnessAnswer.Refuses.class);
    }
    for (int status : List.of(100, 204, 301, 429, 500, 503)) {
      assertThat(at(0, status, "", "")).isInstanceOf(WitnessAnswer.Unclear.class);
    }
  }

  @Test
  void aRequestIsReadAsItWasWritten_andNothingElseIs() throws Exception {
    AddCheckpoint asked = new AddCheckpoint(7, Rfc6962.consistency(7, 10, log.nodes(10)), note);
    assertThat(AddCheckpoint.parse(asked.bytes())).isEqualTo(asked);
    assertThat(asked.toString()).startsWith("old 7\n").contains("=\n\nexample.org/log\n10\n");
    for (String wrong :
        List.of(
            "",
            "\n",
            "old 7",
            "old 07\n\n" + note,
            "old -1\n\n" + note,
            "new 7\n\n" + note,
            "old 7\nxyz\n\n" + note,
            "old 7\n" + note)) {
      assertThatIllegalArgumentException()
          .as(wrong)
          .isThrownBy(() -> AddCheckpoint.parse(wrong.getBytes(UTF_8)));
    }
    String many = ("old 7\n" + (Rfc6962.emptyRoot().base64() + "\n").repeat(64) + "\n" + note);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AddCheckpoint.parse(many.getBytes(UTF_8)));
    assertThatIllegalArgumentException().isThrownBy(() -> AddCheckpoint.parse(new byte[16385]));
  }

  @Test
  void whateverBytesArrive_thereIsAnAnswer() throws Exception {
    long seed = System.nanoTime();
    System.out.println("WitnessAnswerTest: seed " + seed);
    Random random = new Random(seed);
    byte[] good = cosignature(note.text()).getBytes(UTF_8);
    byte[] request = new AddCheckpoint(0, List.of(), note).bytes();
    for (int i = 0; i < 3_000; i++) {
      byte[] bent = (i % 2 == 0 ? good : request).clone();
      for (int j = random.nextInt(3); j >= 0; j--) {
        bent[random.nextInt(bent.length)] = (byte) random.nextInt(256);
      }
      int status = List.of(200, 409, 422, 400).get(random.nextInt(4));
      assertThat(
              WitnessAnswer.read(
                  new AddCheckpoint(random.nextInt(2) * 10L, List.of(), note),
                  witness.verifier(),
                  status,
                  random.nextBoolean() ? WitnessAnswer.SIZE : null,
                  bent))
          .isNotNull();
      try {
        assertThat(AddCheckpoint.parse(bent).bytes()).isEqualTo(bent);
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }
}
