package qerberos.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import qerberos.event.Json;
import qerberos.ledger.Appended;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.KeyType;
import qerberos.ledger.LedgerBehind;
import qerberos.ledger.Quorum;
import qerberos.ledger.SignedNote;
import qerberos.ledger.Trust;
import qerberos.ledger.Verification;
import qerberos.ledger.Verifier;
import qerberos.ledger.VerifierKey;
import qerberos.settings.StateSettings;
import qerberos.settings.TrailSettings;
import qerberos.settings.WitnessSettings;
import qerberos.state.State;
import qerberos.trail.Epoch;
import qerberos.trail.TestTrail;
import qerberos.trail.Trail;
import qerberos.witness.WitnessServer.Mode;

/// Checkpoints are cosigned by real witnesses over real connections; whatever one of them does,
/// events are taken, and no second history is signed.
@Timeout(120)
class WitnessesTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path folder = Path.of(".");
  private final List<WitnessServer> servers = new ArrayList<>();
  private Path data = folder;

  @BeforeEach
  void begin() {
    data = folder.resolve("data");
  }

  @AfterEach
  void end() throws IOException {
    for (WitnessServer server : servers) {
      server.close();
    }
  }

  private WitnessServer server(String name, KeyType type) throws IOException {
    WitnessServer server = WitnessServer.start(name, type);
    servers.add(server);
    return server;
  }

  private static WitnessSettings settings(int quorum, boolean show, WitnessServer... servers) {
    List<WitnessSettings.Address> all =
        Arrays.stream(servers).map(server -> server.address(show)).toList();
    List<VerifierKey> keys = all.stream().map(WitnessSettings.Address::key).toList();
    return new WitnessSettings(
        all, Quorum.of(quorum, keys), Duration.ofMillis(30), Duration.ofMillis(1500));
  }

  private interface Deed {
    void happen(Trail trail) throws Exception;
  }

  /// One life of a trail.
  private void live(WitnessSettings witnesses, Deed deed) throws Exception {
    try (State state =
            State.open(StateSettings.at(data.resolve("state/state.db")), Clock.systemUTC());
        Trail trail = TestTrail.open(TrailSettings.in(data).withWitnesses(witnesses), state)) {
      deed.happen(trail);
    }
  }

  /// Makes each server a witness of this trail's log.
  private void witnessed(Trail trail, WitnessServer... all) {
    for (WitnessServer server : all) {
      server.witness(
          folder.resolve(server.key().idText()), trail.ledger().origin(), trail.ledger().keys());
    }
  }

  private static void until(Callable<Boolean> holds) throws Exception {
    long end = System.nanoTime() + LONG.toNanos();
    while (!holds.call()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.sleep(20);
    }
  }

  private static WitnessReport report(Trail trail, WitnessServer server) {
    return trail.witnesses().reports().stream()
        .filter(one -> one.name().equals(server.key().shortName()))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> recorded(Trail trail) throws IOException {
    List<String> all = new ArrayList<>();
    for (long i = 0; i < trail.ledger().size(); i++) {
      var event = trail.events().read(i).event();
      if (event.type().equals("ledger.witness")) {
        all.add(event.details().text("witness") + " " + event.details().text("to"));
      }
    }
    return all;
  }

  @Test
  void aCheckpointIsCosignedByBothKinds_andProofsCarryIt() throws Exception {
    WitnessServer first = server("witness.example/w1", KeyType.COSIGNATURE);
    WitnessServer second = server("witness.example/w2", KeyType.ML_DSA_44);
    live(
        settings(2, false, first, second),
        trail -> {
          witnessed(trail, first, second);
          for (int i = 0; i < 20; i++) {
            assertThat(TestTrail.append(trail, "e-" + i)).isInstanceOf(Appended.At.class);
          }
          Trust trust =
              Trust.in(trail.ledger().keys())
                  .witnessedBy(
                      List.of(first.key(), second.key()),
                      Quorum.of(2, List.of(first.key(), second.key())));
          SignedNote cosigned = trail.witnesses().awaitCosigned(20, LONG);
          assertThat(trust.open(cosigned).size()).isGreaterThanOrEqualTo(20);
          byte[] proof = trail.proofs().witnessed(3, LONG).bytes();
          assertThat(new Verifier(trust).proof(proof, null)).isInstanceOf(Verification.Holds.class);
          until(() -> SignedNote.parse(trail.proofs().signedCheckpoint()).signatures().size() == 3);
          trust.open(SignedNote.parse(trail.proofs().signedCheckpoint()));
          assertThat(report(trail, first).state()).isEqualTo(WitnessState.COSIGNING);
          assertThat(report(trail, first).behind()).isZero();
        });
  }

  private static WitnessState stated(Mode mode) {
    return switch (mode) {
      case HONEST -> WitnessState.COSIGNING;
      case SILENT, DRIPPING, GONE, ENDLESS -> WitnessState.UNREACHABLE;
      case GARBAGE, ERROR, ELSEWHERE, LYING, BORROWED -> WitnessState.FAULTY;
      case BOASTING -> WitnessState.DISAGREEING;
      case STRANGER_403, STRANGER_404 -> WitnessState.REFUSING;
    };
  }

  /// One of two misbehaves after it had agreed once: its state is the stated one, an event says so,
  /// events are taken, and the other one's cosignatures still make the quorum.
  @ParameterizedTest
  @EnumSource(value = Mode.class, mode = EnumSource.Mode.EXCLUDE, names = "HONEST")
  void whateverAWitnessDoes_eventsAreTaken(Mode mode) throws Exception {
    WitnessServer good = server("good", KeyType.COSIGNATURE);
    WitnessServer bad = server("bad", KeyType.COSIGNATURE);
    live(
        settings(1, false, good, bad),
        trail -> {
          witnessed(trail, good, bad);
          TestTrail.append(trail, "e-0");
          until(() -> report(trail, bad).state() == WitnessState.COSIGNING);
          bad.be(mode);
          TestTrail.append(trail, "e-1");
          until(() -> report(trail, bad).state() == stated(mode));
          assertThat(report(trail, bad).error()).isNotBlank();
          long before = trail.ledger().size();
          for (int i = 2; i < 30; i++) {
            assertThat(TestTrail.append(trail, "e-" + i)).isInstanceOf(Appended.At.class);
          }
          trail.witnesses().awaitCosigned(before + 28, LONG);
          assertThat(report(trail, bad).behind()).isPositive();
          assertThat(trail.ledger().status().stopped()).isNull();
          until(() -> recorded(trail).contains(bad.key().shortName() + " " + stated(mode).name()));
          bad.be(Mode.HONEST);
          until(() -> report(trail, bad).state() == WitnessState.COSIGNING);
          assertThat(recorded(trail)).as("at most one a minute").hasSize(1);
        });
  }

  @Test
  void aRestartGoesOnWhereItWas_andALostMemoryIsLearnedAnew() throws Exception {
    WitnessServer witness = server("w", KeyType.COSIGNATURE);
    WitnessSettings settings = settings(1, true, witness);
    live(
        settings,
        trail -> {
          witnessed(trail, witness);
          TestTrail.append(trail, "e-0");
          TestTrail.append(trail, "e-1");
          trail.witnesses().awaitCosigned(2, LONG);
          until(() -> report(trail, witness).behind() == 0);
        });
    int asked = witness.olds().size();
    live(
        settings,
        trail -> {
          assertThat(trail.witnesses().cosigned()).isPresent();
          TestTrail.append(trail, "e-2");
          trail.witnesses().awaitCosigned(3, LONG);
          assertThat(witness.olds().subList(asked, witness.olds().size())).doesNotContain(0L);
        });
    delete(data.resolve("witnesses"));
    int before = witness.olds().size();
    live(
        settings,
        trail -> {
          TestTrail.append(trail, "e-3");
          trail.witnesses().awaitCosigned(4, LONG);
          assertThat(witness.olds().get(before)).isZero();
          assertThat(witness.olds().get(before + 1)).isGreaterThanOrEqualTo(3);
        });
  }

  @Test
  void aWitnessThatForgot_isBroughtEverythingAgain() throws Exception {
    WitnessServer witness = server("w", KeyType.COSIGNATURE);
    live(
        settings(1, false, witness),
        trail -> {
          witnessed(trail, witness);
          TestTrail.append(trail, "e-0");
          trail.witnesses().awaitCosigned(1, LONG);
          witness.witness(folder.resolve("blank"), trail.ledger().origin(), trail.ledger().keys());
          TestTrail.append(trail, "e-1");
          trail.witnesses().awaitCosigned(2, LONG);
          assertThat(report(trail, witness).state()).isEqualTo(WitnessState.COSIGNING);
        });
  }

  /// The whole data folder, state included, is put back; only the witness has seen more.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anOlderCopy_isRefusedByAWitness_orBeginsANewEpoch(boolean shows) throws Exception {
    WitnessServer witness = server("w", KeyType.COSIGNATURE);
    WitnessSettings settings = settings(1, shows, witness);
    long seen = rolledBack(settings, witness);
    byte[] before = Files.readAllBytes(data.resolve("ledger/checkpoint"));
    assertThatThrownBy(() -> live(settings, trail -> {}))
        .isInstanceOf(LedgerBehind.class)
        .hasMessageContaining("the witness " + witness.key().shortName())
        .hasMessageContaining("a checkpoint over " + seen + " entries");
    assertThat(data.resolve("ledger/checkpoint")).hasBinaryContent(before);

    try (State state =
        State.open(StateSettings.at(data.resolve("state/state.db")), Clock.systemUTC())) {
      Epoch.end(TrailSettings.in(data).withWitnesses(settings), state.documents());
    }
    assertThat(data.resolve("ledger/checkpoint")).as("not signed on").hasBinaryContent(before);
    live(
        settings,
        trail -> {
          Json.Obj first = trail.events().read(0).event().details().object("previous");
          Checkpoint old = Checkpoint.parse(SignedNote.parse(before).text());
          assertThat(first.text("origin")).isEqualTo(old.origin());
          assertThat(trail.ledger().origin()).isNotEqualTo(old.origin());
          assertThat(first.object("seenElsewhere").get("size"))
              .isEqualTo(shows ? Json.of((double) seen) : null);
          witness.witness(folder.resolve("next"), trail.ledger().origin(), trail.ledger().keys());
          trail.witnesses().awaitCosigned(1, LONG);
        });
  }

  /// @return what the witness has seen
  private long rolledBack(WitnessSettings settings, WitnessServer witness) throws Exception {
    live(
        settings,
        trail -> {
          witnessed(trail, witness);
          TestTrail.append(trail, "e-0");
          trail.witnesses().awaitCosigned(1, LONG);
        });
    Path backup = folder.resolve("backup");
    copy(data, backup);
    long[] seen = {0};
    live(
        settings,
        trail -> {
          TestTrail.append(trail, "e-1");
          trail.witnesses().awaitCosigned(2, LONG);
          until(() -> report(trail, witness).behind() == 0);
          seen[0] = report(trail, witness).size();
        });
    delete(data);
    copy(backup, data);
    return seen[0];
  }

  /// It was down while the copy started, so that went on signing for a moment.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aWitnessThatComesBackAndKnowsMore_stopsTheLedger(boolean shows) throws Exception {
    WitnessServer witness = server("w", KeyType.COSIGNATURE);
    WitnessSettings settings = settings(1, shows, witness);
    rolledBack(settings, witness);
    witness.be(Mode.ERROR);
    live(
        settings,
        trail -> {
          assertThat(TestTrail.append(trail, "fork-1")).isInstanceOf(Appended.At.class);
          until(() -> report(trail, witness).state() == WitnessState.FAULTY);
          witness.be(Mode.HONEST);
          until(() -> trail.ledger().status().stopped() != null);
          assertThat(trail.ledger().status().stopped())
              .contains(witness.key().shortName())
              .contains("nothing more is signed");
          assertThat(TestTrail.append(trail, "fork-2")).isInstanceOf(Appended.Failed.class);
          assertThat(trail.events().read(0).event().id()).isEqualTo("e-0");
        });
  }

  @Test
  void aWitnessThatShowsNothingOfOurs_isNotBelieved() throws Exception {
    WitnessServer witness = server("w", KeyType.COSIGNATURE);
    live(settings(1, true, witness), trail -> TestTrail.append(trail, "e-0"));
    for (Mode mode : List.of(Mode.GARBAGE, Mode.BOASTING, Mode.SILENT, Mode.ENDLESS)) {
      witness.be(mode);
      live(
          settings(1, true, witness),
          trail -> {
            assertThat(TestTrail.append(trail, "e-" + mode)).isInstanceOf(Appended.At.class);
            until(() -> report(trail, witness).state() != WitnessState.NEW);
            assertThat(TestTrail.append(trail, "f-" + mode)).isInstanceOf(Appended.At.class);
            assertThat(trail.ledger().status().stopped()).isNull();
          });
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Test
  void whatIsKept_isReadable() throws Exception {
    WitnessServer witness = server("w", KeyType.COSIGNATURE);
    live(
        settings(1, false, witness),
        trail -> {
          witnessed(trail, witness);
          TestTrail.append(trail, "e-0");
          trail.witnesses().awaitCosigned(1, LONG);
          Path file = Witnesses.cosignedFile(data, trail.ledger().origin());
          until(() -> Files.exists(file));
          assertThat(Files.readString(file, StandardCharsets.UTF_8)).contains("\u2014 w ");
        });
  }
}
