package qerberos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real process and its past: what it is told about itself from elsewhere, and how one log
/// follows another.
class HistoryTest {
  @TempDir Path folder = Path.of(".");
  private Path data = folder;
  private Path config = folder;
  private Path anchor = folder;

  private record Ended(int status, String said) {}

  @BeforeEach
  void anAnchorIsConfigured() throws IOException {
    data = folder.resolve("data");
    config = folder.resolve("config");
    anchor = Files.createDirectories(folder.resolve("elsewhere")).resolve("anchor");
    copy(Path.of("config"), config);
    Files.writeString(config.resolve("ledger.yaml"), "ledger:\n  anchorFile: " + anchor + "\n");
  }

  private ServerProcess start(String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("--config", config.toString()));
    words.addAll(List.of(more));
    return ServerProcess.start(data, words.toArray(String[]::new));
  }

  private Ended command(String... words) throws Exception {
    Path output = Files.createTempFile(folder, "out", "");
    Process process = ServerProcess.run(List.of(words), output);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Ended(process.exitValue(), Files.readString(output));
  }

  private void record(ServerProcess server, String id) throws Exception {
    var answer =
        server.post(
            "/audit",
            "application/json",
            """
            {"id":"%s","type":"a.b","ref":"c:1","layer":"test","verdict":"ALLOW",\
            "actor":{"squidId":"did:squid:x"}}
            """
                .formatted(id));
    assertThat(answer.statusCode()).isEqualTo(201);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Path target = to.resolve(from.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(target);
        } else {
          Files.copy(path, target);
        }
      }
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /// Two lives, of which a restored backup knows only the first.
  private void restoredFromAnOlderBackup() throws Exception {
    try (var server = start()) {
      record(server, "e-1");
      assertThat(server.stop()).isZero();
    }
    assertThat(anchor).hasSameBinaryContentAs(data.resolve("ledger/checkpoint"));
    Path backup = folder.resolve("backup");
    copy(data, backup);
    try (var server = start()) {
      record(server, "e-2");
      assertThat(server.stop()).isZero();
    }
    delete(data);
    copy(backup, data);
  }

  @Test
  void aRestoredOldCopy_isRefusedInOneSentence_andNothingIsSigned() throws Exception {
    restoredFromAnOlderBackup();
    String before = Files.readString(data.resolve("ledger/checkpoint"));
    Ended refused =
        command(
            "start",
            "--data",
            data.toString(),
            "--config",
            config.toString(),
            "--port",
            "0",
            "--squid-port",
            "0",
            "--qonsent-port",
            "0");
    assertThat(refused.status).isEqualTo(1);
    assertThat(refused.said.lines().filter(line -> line.startsWith("qerberos:")))
        .singleElement()
        .asString()
        .startsWith("qerberos: " + anchor + " has a checkpoint over ")
        .contains("it is an older copy. Nothing was signed. Restore the newer copy of")
        .endsWith("--new-epoch");
    assertThat(data.resolve("ledger/checkpoint")).hasContent(before);
  }

  @Test
  void underTheEvidenceLock_noLogIsEnded_andNoKeyChanged() throws Exception {
    try (var server = start()) {
      Ended locked =
          command("evidence-lock", "on", "--reason", "incident 17", "--data", data.toString());
      assertThat(locked.said).startsWith("evidence-lock: on, since ").contains(": incident 17");
      assertThat(server.stop()).isZero();
    }
    String before = Files.readString(data.resolve("ledger/checkpoint"));
    Ended epoch =
        command("start", "--data", data.toString(), "--config", config.toString(), "--new-epoch");
    assertThat(epoch.status).isEqualTo(78);
    assertThat(epoch.said)
        .contains("the log was not ended: the evidence lock is on; take it off first");
    Ended keys =
        command("keys", "rotate", "--data", data.toString(), "--config", config.toString());
    assertThat(keys.said).contains("the keys were not changed: the evidence lock is on");
    assertThat(data.resolve("ledger/checkpoint")).hasContent(before);
    try (var server = start()) {
      assertThat(command("evidence-lock", "off", "--data", data.toString()).said)
          .startsWith("evidence-lock: off");
      assertThat(server.stop()).isZero();
    }
  }

  @Test
  void aNewEpoch_namesTheOldLog_whichStaysVerifiable() throws Exception {
    restoredFromAnOlderBackup();
    String old = Files.readAllLines(data.resolve("ledger/checkpoint")).getFirst();
    Path aside = data.resolve("ledger-" + old);
    try (var server = start("--new-epoch")) {
      assertThat(Files.readString(data.resolve("server.json"))).doesNotContain("new-epoch");
      record(server, "e-1");
      String checkpoint = body(server, "/log/checkpoint");
      assertThat(checkpoint).startsWith("qerberos-").doesNotStartWith(old);
      assertThat(body(server, "/audit/search?q=type:ledger.epoch"))
          .contains("\"totalCount\":1")
          .contains("\"seq\":0")
          .contains("\"origin\":\"" + old + "\"")
          .contains("\"folder\":\"ledger-" + old + "\"")
          .contains("seenElsewhere");
      assertThat(server.stop()).isZero();
    }
    Ended kept = command("verify", aside.toString());
    assertThat(kept.status).as(kept.said).isZero();
    assertThat(kept.said).contains("holds: " + old);
    Ended found =
        command("search", "type:a.b", "--epoch", old, "--json", "--data", data.toString());
    assertThat(found.said).contains("\"id\": \"e-1\"").contains("\"origin\": \"" + old);
    assertThat(command("proof", "e-1", "--epoch", old, "--data", data.toString()).said)
        .startsWith("c2sp.org/tlog-proof@v1");
    assertThat(command("show", "e-1", "--epoch", "no-such-log", "--data", data.toString()).status)
        .isEqualTo(3);
    Ended verified = command("verify", data.toString());
    assertThat(verified.status).as(verified.said).isZero();
    assertThat(verified.said).contains("qerberos verify " + aside);
    try (var server = start()) {
      record(server, "e-2");
      assertThat(server.stop()).isZero();
    }
    assertThat(anchor).hasSameBinaryContentAs(data.resolve("ledger/checkpoint"));
  }

  @Test
  void rubbishInTheAnchor_isRefused_andANewEpochKeepsItAside_andNamesIt() throws Exception {
    try (var server = start()) {
      record(server, "e-1");
      assertThat(server.stop()).isZero();
    }
    String old = Files.readAllLines(data.resolve("ledger/checkpoint")).getFirst();
    Files.writeString(anchor, "rubbish");
    Files.writeString(anchor.resolveSibling("anchor.rubbish"), "of another day");
    Ended refused = command("start", "--data", data.toString(), "--config", config.toString());
    assertThat(refused.status).isEqualTo(1);
    assertThat(refused.said.lines().filter(line -> line.startsWith("qerberos:")))
        .singleElement()
        .asString()
        .startsWith("qerberos: " + anchor + ": not a signed checkpoint: ")
        .contains("Nothing was signed. Put back what was kept there, or")
        .endsWith("qerberos start --data " + data + " --new-epoch");
    assertThat(anchor).hasContent("rubbish");
    Path aside = anchor.resolveSibling("anchor.rubbish-2");
    try (var server = start("--new-epoch")) {
      assertThat(body(server, "/audit/search?q=type:ledger.epoch"))
          .contains("\"totalCount\":1")
          .contains("\"seq\":0")
          .contains("\"origin\":\"" + old + "\"")
          .contains("\"anchorPutAside\":\"" + aside + "\"");
      record(server, "e-2");
      assertThat(server.stop()).isZero();
    }
    assertThat(aside).hasContent("rubbish");
    assertThat(anchor.resolveSibling("anchor.rubbish")).hasContent("of another day");
    assertThat(anchor).hasSameBinaryContentAs(data.resolve("ledger/checkpoint"));
    try (var server = start()) {
      assertThat(body(server, "/log/checkpoint")).doesNotStartWith(old);
      assertThat(server.stop()).isZero();
    }
  }

  private static String body(ServerProcess server, String path) throws Exception {
    return new String(server.get(path).body(), StandardCharsets.UTF_8);
  }

  private Ended rotate() throws Exception {
    return command("keys", "rotate", "--data", data.toString(), "--config", config.toString());
  }

  @Test
  void anOlderCopyWithoutAServer_getsNoNewKey() throws Exception {
    restoredFromAnOlderBackup();
    byte[] checkpoint = Files.readAllBytes(data.resolve("ledger/checkpoint"));
    byte[] keys = Files.readAllBytes(data.resolve("ledger/keys"));
    byte[] kept = Files.readAllBytes(anchor);
    Ended refused = rotate();
    assertThat(refused.status).as(refused.said).isOne();
    assertThat(refused.said)
        .contains("qerberos: " + anchor + " has a checkpoint over ")
        .contains("it is an older copy. Nothing was signed.");
    assertThat(data.resolve("ledger/checkpoint")).hasBinaryContent(checkpoint);
    assertThat(data.resolve("ledger/keys")).hasBinaryContent(keys);
    assertThat(anchor).hasBinaryContent(kept);
  }

  @Test
  void theKeysRotate_withAServerAndWithout_andEverythingStillVerifies() throws Exception {
    String first;
    Path oldCheckpoint = folder.resolve("old.checkpoint");
    Path oldProof = folder.resolve("e-1.tlog-proof");
    List<String> keys;
    try (var server = start()) {
      record(server, "e-1");
      Files.write(oldProof, server.get("/audit/e-1/proof").body());
      Files.write(oldCheckpoint, server.get("/log/checkpoint").body());
      first = body(server, "/log/keys").strip();
      Ended rotated = command("keys", "rotate", "--data", data.toString());
      assertThat(rotated.status).as(rotated.said).isZero();
      keys = body(server, "/log/keys").lines().toList();
      assertThat(keys).hasSize(2).last().isEqualTo(first);
      assertThat(rotated.said).contains(keys.getFirst());
      assertThat(body(server, "/audit/search?q=type:ledger.keys.rotate"))
          .contains("\"totalCount\":1")
          .contains("\"signing\":[\"" + keys.getFirst() + "\"]")
          .contains("\"retired\":[\"" + first + "\"]");
      record(server, "e-2");
      assertThat(command("verify", data.toString()).status).isZero();
      assertThat(server.stop()).isZero();
    }
    Ended unsure = command("keys", "rotate", "--data", data.toString());
    assertThat(unsure.status).as("without the anchor it is not known to be the newest").isOne();
    assertThat(unsure.said)
        .contains("the keys were not changed: the last server here kept the newest checkpoint in ")
        .contains(anchor + " (ledger.anchorFile)")
        .contains("--config DIR");
    Ended again = rotate();
    assertThat(again.status).as(again.said).isZero();
    assertThat(again.said)
        .contains("no server runs on " + data + "; its log was opened")
        .contains(" and in " + anchor)
        .contains("an event, ledger.keys.rotate, announced the key under the old one");
    assertThat(anchor).hasSameBinaryContentAs(data.resolve("ledger/checkpoint"));
    try (var server = start()) {
      record(server, "e-3");
      assertThat(body(server, "/audit/search?q=type:ledger.keys.rotate"))
          .contains("\"totalCount\":2")
          .contains("\"squidId\":\"system:qerberos\"");
      keys = body(server, "/log/keys").lines().toList();
      assertThat(keys).hasSize(3).last().isEqualTo(first);
      assertThat(server.stop()).isZero();
    }
    Ended whole = command("verify", data.toString(), "--since", oldCheckpoint.toString());
    assertThat(whole.status).as(whole.said).isZero();
    String now = keys.getFirst();
    assertThat(
            command("verify", data.toString(), "--key", now, "--since", oldCheckpoint.toString())
                .status)
        .isZero();
    assertThat(command("verify", oldProof.toString(), "--key", first).status).isZero();
    assertThat(command("verify", data.toString(), "--key", first).status).isEqualTo(1);
  }
}
