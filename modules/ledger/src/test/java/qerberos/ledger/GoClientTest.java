package qerberos.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A checker built on Go's own note and tree packages reads our log and agrees with us: the program
/// is `src/test/go/checklog.go`, what it stands on is Debian's.
class GoClientTest {
  private static final Path PACKAGES = Path.of("/usr/share/gocode");

  @TempDir static Path folder;
  private static Path checklog;
  private static Path cosigned;

  private record Outcome(int status, String said) {}

  @BeforeAll
  static void build() throws Exception {
    Optional<Path> go =
        Stream.concat(
                Stream.of(
                        Optional.ofNullable(System.getenv("PATH"))
                            .orElse("")
                            .split(File.pathSeparator))
                    .map(Path::of),
                Stream.of(Path.of("/usr/local/go/bin"), Path.of("/usr/lib/go/bin")))
            .map(bin -> bin.resolve("go"))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(
        go.isPresent() && Files.isDirectory(PACKAGES.resolve("src/golang.org/x/mod/sumdb/note")),
        "needs Go and its note package: apt-get install golang-go golang-golang-x-mod-dev");
    checklog = built(go.orElseThrow(), "checklog");
    cosigned = built(go.orElseThrow(), "cosigned");
  }

  private static Path built(Path go, String name) throws Exception {
    Path program = folder.resolve(name);
    Path source = Path.of("src/test/go/" + name + ".go").toAbsolutePath();
    Outcome built =
        run(List.of(go.toString(), "build", "-o", program.toString(), source.toString()), 240);
    assertThat(built.status()).as(built.said()).isZero();
    return program;
  }

  private static Outcome run(List<String> command, int seconds)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.put("GO111MODULE", "off");
    environment.put("GOPATH", PACKAGES.toString());
    environment.put("GOFLAGS", "");
    environment.putIfAbsent("HOME", folder.toString());
    environment.remove("HTTP_PROXY");
    environment.remove("http_proxy");
    Path said = Files.createTempFile(folder, "said", ".txt");
    Process process = builder.redirectOutput(said.toFile()).start();
    if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    return new Outcome(process.exitValue(), Files.readString(said));
  }

  private static Outcome check(LogReader log, VerifierKey key, int stride, SignedNote... old)
      throws Exception {
    try (LogServer server = LogServer.start(log)) {
      List<String> command =
          new ArrayList<>(
              List.of(checklog.toString(), server.url().toString(), key.toString(), "" + stride));
      for (SignedNote note : old) {
        command.add(
            Files.write(Files.createTempFile(folder, "old", ".note"), note.bytes()).toString());
      }
      return run(command, 120);
    }
  }

  @Test
  void goProvesEveryEntry_andThatWeOnlyAppended() throws Exception {
    MemoryLog log = new MemoryLog(300);
    SignedNote old = log.sign();
    for (int i = 0; i < 455; i++) {
      log.add(("more " + i).getBytes(UTF_8));
    }
    log.sign();
    Outcome outcome = check(log, log.key.verifier(), 1, old);
    assertThat(outcome.said())
        .contains("ok: 755 entries, 755 proved")
        .contains("ok: begins with the 300 entries of the old checkpoint");
    assertThat(outcome.status()).isZero();
  }

  @Test
  void goBelievesACosignatureOfOurWitness_andNoOther() throws Exception {
    MemoryLog log = new MemoryLog(20);
    SigningKey key =
        SigningKey.generate("witness.example/w1", KeyType.COSIGNATURE, new SecureRandom());
    try (Witness witness =
        Witness.open(new FaultyStorage(), key, List.of(log.trust()), () -> MemoryLog.NOW)) {
      SignedNote note = SignedNote.parse(log.checkpoint());
      Witness.Answer answer = witness.addCheckpoint(new AddCheckpoint(0, List.of(), note).bytes());
      assertThat(answer.status()).isEqualTo(200);
      String text = note + answer.body();
      Path file = Files.writeString(folder.resolve("cosigned.note"), text);
      List<String> command =
          List.of(
              cosigned.toString(),
              log.key.verifier().toString(),
              witness.verifier().toString(),
              file.toString());
      Outcome good = run(command, 60);
      assertThat(good.said())
          .contains("ok: signed by example.org/log")
          .contains("ok: signed by witness.example/w1");
      assertThat(good.status()).isZero();
      Files.writeString(file, text.replace("\n20\n", "\n21\n"));
      assertThat(run(command, 60).status()).isEqualTo(1);
    }
  }

  @Test
  void goReadsALedgerOnDisk_whileItGrows() throws Exception {
    LedgerSettings settings =
        LedgerSettings.of(new FolderStorage(folder.resolve("ledger")), new TestNames())
            .withKeyTypes(List.of(KeyType.ED25519, KeyType.ML_DSA_44));
    try (Ledger ledger = Ledger.open(settings)) {
      append(ledger, 0, 500);
      SignedNote old = SignedNote.parse(ledger.awaitCheckpoint(500, Duration.ofSeconds(10)));
      append(ledger, 500, 1300);
      ledger.awaitCheckpoint(1300, Duration.ofSeconds(10));
      Outcome outcome = check(LogReader.of(ledger), ledger.keys().getFirst(), 1, old);
      assertThat(outcome.said())
          .contains("ok: 1300 entries, 1300 proved")
          .contains("ok: begins with the 500 entries of the old checkpoint");
      assertThat(outcome.status()).isZero();
    }
  }

  private static void append(Ledger ledger, int from, int to) throws InterruptedException {
    List<Submission> entries = new ArrayList<>();
    for (int i = from; i < to; i++) {
      entries.add(Submission.of(("name " + i + " entry").getBytes(UTF_8), new byte[0], null));
    }
    assertThat(ledger.append(entries)).allMatch(answer -> answer instanceof Appended.At);
  }

  @Test
  void goReadsTilesOfThreeLevels_andPassesOverOurOtherSignatures() throws Exception {
    MemoryLog log = new MemoryLog(66_000);
    SigningKey other =
        SigningKey.generate("example.org/log", KeyType.ML_DSA_44, new SecureRandom());
    log.publish(log.sign().cosigned(other, MemoryLog.NOW));
    Outcome outcome = check(log, log.key.verifier(), 997);
    assertThat(outcome.said()).contains("ok: 66000 entries, 68 proved");
    assertThat(outcome.status()).isZero();
  }

  @Test
  void goFindsAnEntryThatWasChanged_andARewrittenHistory() throws Exception {
    MemoryLog log = new MemoryLog(600);
    log.flip(TilePath.parse("tile/entries/001"), 9);
    Outcome changed = check(log, log.key.verifier(), 1);
    assertThat(changed.said()).contains("entry 256");
    assertThat(changed.status()).isEqualTo(1);

    MemoryLog before = new MemoryLog(log.key, 599);
    before.add("once there".getBytes(UTF_8));
    Outcome rewritten = check(new MemoryLog(log.key, 700), log.key.verifier(), 100, before.sign());
    assertThat(rewritten.status()).as(rewritten.said()).isEqualTo(1);
  }

  @Test
  void anEmptyLog_andOneOfOneEntry_areRead() throws Exception {
    for (int size : new int[] {0, 1}) {
      MemoryLog log = new MemoryLog(size);
      assertThat(check(log, log.key.verifier(), 1).status()).isZero();
    }
  }
}
