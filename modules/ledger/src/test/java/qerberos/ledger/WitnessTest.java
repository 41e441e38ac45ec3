package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Our own witness cosigns one history of each log, whatever is sent to it and whatever its disk
/// does.
@Timeout(60)
class WitnessTest {
  private final FaultyStorage disk = new FaultyStorage();
  private final MemoryLog log = new MemoryLog(10);
  private final SigningKey key = key(KeyType.COSIGNATURE);

  private static SigningKey key(KeyType type) {
    return SigningKey.generate("witness.example/w1", type, new SecureRandom());
  }

  private Witness open() throws IOException {
    return open(disk, key);
  }

  private Witness open(FaultyStorage store, SigningKey signing) throws IOException {
    return Witness.open(store, signing, List.of(log.trust()), () -> MemoryLog.NOW);
  }

  private AddCheckpoint asked(MemoryLog of, long old) throws IOException {
    List<Hash> proof =
        old == 0 || old > of.size()
            ? List.of()
            : Rfc6962.consistency(old, of.size(), of.nodes(of.size()));
    return new AddCheckpoint(old, proof, SignedNote.parse(of.checkpoint()));
  }

  private void grow(int entries) {
    for (int i = 0; i < entries; i++) {
      log.add(("more " + log.size()).getBytes(UTF_8));
    }
    log.sign();
  }

  private static WitnessAnswer read(AddCheckpoint asked, Witness witness) throws IOException {
    Witness.Answer answer = witness.addCheckpoint(asked.bytes());
    return WitnessAnswer.read(
        asked,
        witness.verifier(),
        answer.status(),
        answer.contentType(),
        answer.body().getBytes(UTF_8));
  }

  @ParameterizedTest
  @EnumSource(
      value = KeyType.class,
      names = {"COSIGNATURE", "ML_DSA_44"})
  void aGrowingLog_isCosigned_andTheCosignatureCounts(KeyType type) throws Exception {
    try (Witness witness = open(disk, key(type))) {
      Trust wanted = log.trust().witnessedBy(List.of(witness.verifier()), quorum(witness));
      long old = 0;
      for (int round = 0; round < 4; round++) {
        AddCheckpoint asked = asked(log, old);
        assertThat(read(asked, witness)).isInstanceOf(WitnessAnswer.Cosigned.class);
        SignedNote cosigned =
            asked.checkpoint().with(((WitnessAnswer.Cosigned) read(again(asked), witness)).lines());
        assertThat(wanted.open(cosigned).size()).isEqualTo(log.size());
        assertThat(wanted.signers(cosigned).getLast().time()).isEqualTo(MemoryLog.NOW);
        old = log.size();
        grow(1 + round * 7);
      }
    }
  }

  /// The same checkpoint once more, now that the witness has it.
  private static AddCheckpoint again(AddCheckpoint asked) {
    long size = Checkpoint.parse(asked.checkpoint().text()).size();
    return new AddCheckpoint(size, List.of(), asked.checkpoint());
  }

  private static Quorum quorum(Witness witness) {
    return Quorum.of(1, List.of(witness.verifier()));
  }

  @Test
  void eachRefusalIsTheOneTheTextWants() throws Exception {
    try (Witness witness = open()) {
      assertThat(status(witness, asked(log, 0))).isEqualTo(200);
      SignedNote ten = SignedNote.parse(log.checkpoint());
      grow(5);
      assertThat(witness.addCheckpoint("old 1\n".getBytes(UTF_8)).status()).isEqualTo(400);
      assertThat(status(witness, new AddCheckpoint(16, List.of(), log.sign()))).isEqualTo(400);
      Witness.Answer conflict = witness.addCheckpoint(asked(log, 7).bytes());
      assertThat(conflict.status()).isEqualTo(409);
      assertThat(conflict.contentType()).isEqualTo("text/x.tlog.size");
      assertThat(conflict.body()).isEqualTo("10\n");
      assertThat(status(witness, new AddCheckpoint(10, List.of(), log.sign()))).isEqualTo(422);
      MemoryLog stranger =
          new MemoryLog(
              SigningKey.generate("example.org/other", KeyType.ED25519, new SecureRandom()), 3);
      assertThat(status(witness, asked(stranger, 0))).isEqualTo(404);
      MemoryLog thief = new MemoryLog(12);
      assertThat(status(witness, asked(thief, 10))).as("our name, another key").isEqualTo(403);
      MemoryLog fork = new MemoryLog(log.key, 0);
      for (int i = 0; i < 10; i++) {
        fork.add(("other " + i).getBytes(UTF_8));
      }
      fork.sign();
      assertThat(status(witness, asked(fork, 10))).as("same size, another root").isEqualTo(409);
      fork.add("one more".getBytes(UTF_8));
      fork.sign();
      assertThat(status(witness, asked(fork, 10))).isEqualTo(422);
      assertThat(status(witness, again(new AddCheckpoint(0, List.of(), ten)))).isEqualTo(200);
      assertThat(status(witness, asked(log, 10))).isEqualTo(200);
      assertThat(status(witness, again(new AddCheckpoint(0, List.of(), ten))))
          .as("it does not shrink")
          .isEqualTo(409);
    }
  }

  private static int status(Witness witness, AddCheckpoint asked) throws IOException {
    return witness.addCheckpoint(asked.bytes()).status();
  }

  @Test
  void itShowsItsLastCheckpoint_andARestartKnowsIt() throws Exception {
    String path = Witness.pathOf("example.org/log");
    try (Witness witness = open()) {
      assertThat(witness.checkpoint(path).status()).isEqualTo(404);
      read(asked(log, 0), witness);
    }
    disk.cutPower(1);
    try (Witness witness = open()) {
      SignedNote shown = SignedNote.parse(witness.checkpoint(path).body().getBytes(UTF_8));
      assertThat(Checkpoint.parse(shown.text()).size()).isEqualTo(10);
      assertThat(shown.verify(List.of(log.key.verifier(), witness.verifier()))).hasSize(2);
      assertThat(witness.checkpoint("0".repeat(64) + "/checkpoint").status()).isEqualTo(404);
      grow(1);
      assertThat(read(asked(log, 0), witness)).isEqualTo(new WitnessAnswer.Has(10));
    }
  }

  /// Each operation on the disk fails, both ways, and then the power goes: what was cosigned is
  /// never forgotten, so no other history is cosigned afterwards.
  @Test
  void whateverTheDiskDoes_noForkIsCosigned() throws Exception {
    MemoryLog fork = new MemoryLog(log.key, 0);
    for (int i = 0; i < 10; i++) {
      fork.add(("other " + i).getBytes(UTF_8));
    }
    fork.sign();
    int operations;
    try (Witness witness = open()) {
      read(asked(log, 0), witness);
      operations = disk.operations().size();
    }
    for (FaultyStorage.Fault fault : FaultyStorage.Fault.values()) {
      for (int at = 0; at < operations; at++) {
        for (int seed = 0; seed < 5; seed++) {
          FaultyStorage store = new FaultyStorage();
          store.failAt(at, fault);
          List<WitnessAnswer> said = new ArrayList<>();
          try (Witness witness = open(store, key)) {
            said.add(read(asked(log, 0), witness));
          } catch (IOException e) {
            // it said nothing
          }
          store.cutPower(seed);
          try (Witness witness = open(store, key)) {
            boolean cosigned = said.stream().anyMatch(one -> one instanceof WitnessAnswer.Cosigned);
            WitnessAnswer other = read(asked(fork, 0), witness);
            if (cosigned) {
              assertThat(other).isEqualTo(new WitnessAnswer.Has(10));
            }
          }
        }
      }
    }
  }

  @Test
  void aFileThatIsNoCheckpoint_stopsIt() throws Exception {
    try (Witness witness = open()) {
      read(asked(log, 0), witness);
      disk.flip(Witness.pathOf("example.org/log").substring(0, 64), 0, 7);
      assertThatThrownBy(() -> read(asked(log, 0), witness)).isInstanceOf(LedgerDamaged.class);
    }
    assertThatThrownBy(() -> open(disk, key(KeyType.ED25519)))
        .hasMessageContaining("want 0x04 or 0x06");
  }
}
