package qerberos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.cli.Program.Ended;
import qerberos.http.ExportFormat;
import qerberos.intake.AnyJson;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.Hash;
import qerberos.ledger.Rfc6962;
import qerberos.ledger.SignedNote;

/// Exports as somebody makes them, from a server that has 64 MB of heap, and from its folder.
class ExportCommandTest {
  private static final int EVENTS = 50_000;

  @TempDir static Path folder;
  private static ChildServer server;

  @BeforeAll
  static void start() throws Exception {
    server = new ChildServer(folder, "64m");
    for (int i = 0; i < EVENTS; i += 500) {
      server.post("bulk.test", i, 500);
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Reply json(Path file) throws Exception {
    return new Reply(AnyJson.read(Files.readAllBytes(file)));
  }

  private static String sha256(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  private static void holds(Path file) throws Exception {
    Reply manifest = json(file.resolveSibling("manifest.json"));
    for (Reply one : manifest.at("files").items()) {
      Path named = file.resolveSibling(one.at("name").text());
      assertThat(sha256(named)).isEqualTo(one.at("sha256").text());
      assertThat(Files.size(named)).isEqualTo(one.at("bytes").number());
    }
    Checkpoint signed = checkpoint(file.resolveSibling("checkpoint"));
    assertThat(manifest.at("log", "origin").text()).isEqualTo(signed.origin());
    assertThat(manifest.at("log", "size").number()).isEqualTo(signed.size());
    assertThat(manifest.at("log", "root").text()).isEqualTo(signed.root().base64());
    assertThat(file.resolveSibling(file.getFileName() + ".part")).doesNotExist();
    assertThat(file.resolveSibling(file.getFileName() + ".part.json")).doesNotExist();
  }

  private static Checkpoint checkpoint(Path file) throws Exception {
    return Checkpoint.parse(SignedNote.parse(Files.readAllBytes(file)).text());
  }

  @Test
  void fiftyThousandEvents_whileIngestGoesOn_fromASmallHeap() throws Exception {
    var over = new AtomicBoolean();
    var sent = new ArrayList<Integer>();
    Thread sender =
        Thread.startVirtualThread(
            () -> {
              try {
                while (!over.get()) {
                  server.post("ongoing.test", sent.size() * 100, 100);
                  sent.add(sent.size());
                }
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    Path file = folder.resolve("all/bulk.ndjson");
    Ended export = server.here("export", "type:bulk.test", "-o", file.toString());
    over.set(true);
    sender.join();
    assertThat(export.status()).as(export.err()).isZero();
    System.out.println(
        Files.size(file) + " bytes taken while " + sent.size() * 100 + " events came in");
    Reply manifest = json(file.resolveSibling("manifest.json"));
    assertThat(manifest.at("count").number()).isEqualTo(EVENTS);
    assertThat(manifest.at("query").text()).isEqualTo("type:bulk.test");
    assertThat(manifest.at("by").text()).isEqualTo("token:admin");
    holds(file);
    long before = -1;
    int row = 0;
    try (var lines = Files.lines(file)) {
      for (String line : (Iterable<String>) lines::iterator) {
        Reply event = new Reply(AnyJson.read(line.getBytes(StandardCharsets.UTF_8)));
        assertThat(event.at("id").text()).isEqualTo("bulk.test-" + row++);
        assertThat(event.at("seq").number()).isGreaterThan(before);
        before = event.at("seq").number();
      }
    }
    assertThat(manifest.at("lastIndex").number()).isEqualTo(before);
    assertThat(server.isAlive()).isTrue();
    assertThat(Files.readString(folder.resolve("server.out"))).doesNotContain("OutOfMemory");
    assertThat(server.here("export", "-o", file.toString()).err()).contains("is there already");
  }

  @Test
  void killedInTheMiddle_itGoesOnToTheVerySameFile() throws Exception {
    for (ExportFormat format : ExportFormat.values()) {
      Path file = folder.resolve("killed-" + format.text()).resolve("bulk." + format.text());
      Path part = ExportFile.part(file);
      List<String> words = List.of("export", "type:bulk.test", "-o", file.toString());
      Process process =
          server
              .command(words, "64m")
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("export.out").toFile())
              .start();
      while (process.isAlive() && (!Files.exists(part) || Files.size(part) < 200_000)) {
        Thread.sleep(1);
      }
      process.destroyForcibly().onExit().join();
      assertThat(file).doesNotExist();
      System.out.println("killed with " + Files.size(part) + " bytes of " + format);
      Ended refused = server.here("export", "type:bulk.test", "-o", file.toString());
      assertThat(refused.status()).isEqualTo(Exit.FAILED);
      assertThat(refused.err()).contains("go on with --resume");
      Ended other = server.here("export", "type:other", "-o", file.toString(), "--resume");
      assertThat(other.err()).contains("was asked for something else: type:bulk.test");
      server.post("later.test", 0, 1);
      Ended resumed = server.here("export", "type:bulk.test", "-o", file.toString(), "--resume");
      assertThat(resumed.status()).as(resumed.err()).isZero();
      holds(file);
      long size = checkpoint(file.resolveSibling("checkpoint")).size();
      byte[] whole =
          server.get("/audit/export?type=bulk.test&format=" + format.text() + "&size=" + size);
      assertThat(Files.mismatch(file, Files.write(folder.resolve("whole"), whole))).isEqualTo(-1);
    }
  }

  @Test
  void aSavedSearchThatWasChanged_isNotGoneOnWith() throws Exception {
    assertThat(server.here("search", "type:bulk.test", "--save", "changing").status()).isZero();
    Path file = folder.resolve("changing/bulk.ndjson");
    Path part = ExportFile.part(file);
    Process process =
        server
            .command(List.of("export", "--saved", "changing", "-o", file.toString()), "64m")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("export.out").toFile())
            .start();
    while (process.isAlive() && (!Files.exists(part) || Files.size(part) < 200_000)) {
      Thread.sleep(1);
    }
    process.destroyForcibly().onExit().join();
    assertThat(server.here("search", "type:other.test", "--save", "changing").status()).isZero();
    Ended refused = server.here("export", "--saved", "changing", "-o", file.toString(), "--resume");
    assertThat(refused.status()).isEqualTo(Exit.FAILED);
    assertThat(refused.err())
        .contains("was changed meanwhile: it was type:bulk.test and is type:other.test");
    assertThat(file).doesNotExist();
  }

  @Test
  void sinceAnOldCheckpoint_theProofLiesBeside() throws Exception {
    Path old = Files.write(folder.resolve("old.checkpoint"), server.get("/log/checkpoint"));
    server.post("since.test", 0, 10);
    Path file = folder.resolve("since/since.csv");
    Ended export =
        server.here("export", "type:since.test", "-o", file.toString(), "--since", old.toString());
    assertThat(export.status()).as(export.err()).isZero();
    holds(file);
    String text = Files.readString(file.resolveSibling("consistency"));
    String[] halves = text.split("\n\n", 2);
    List<String> lines = halves[0].lines().toList();
    Checkpoint before = checkpoint(old);
    Checkpoint after =
        Checkpoint.parse(SignedNote.parse(halves[1].getBytes(StandardCharsets.UTF_8)).text());
    assertThat(lines.getFirst()).isEqualTo("old " + before.size());
    List<Hash> proof = lines.stream().skip(1).map(Hash::fromBase64).toList();
    assertThat(
            Rfc6962.verifyConsistency(
                before.size(), after.size(), proof, before.root(), after.root()))
        .isTrue();
    assertThat(Files.readString(file)).contains(",\"'=x:0\",").hasLineCount(11);
    Path forged = Files.writeString(folder.resolve("forged"), "nothing signed");
    Ended bad = server.here("export", "-o", folder + "/forged.d/x", "--since", forged.toString());
    assertThat(bad.status()).isEqualTo(Exit.USAGE);
    assertThat(bad.err()).contains("not a signed checkpoint");
  }

  @Test
  void withoutAServer_theFolderGivesTheSameRows() throws Exception {
    Path other = Files.createDirectories(folder.resolve("stopped"));
    try (var child = new ChildServer(other, "128m")) {
      child.post("some.test", 0, 2_000);
      Path served = other.resolve("served/x.csv");
      assertThat(child.here("export", "type:some.test", "-o", served.toString()).status()).isZero();
      assertThat(child.here("search", "type:some.test", "--save", "some").status()).isZero();
      String named = child.here("export", "--saved", "some", "--format", "csv").out();
      assertThat(named).isEqualTo(Files.readString(served));
      String rows = child.here("export", "type:some.test", "--format", "csv").out();
      assertThat(rows).isEqualTo(Files.readString(served));
      child.stop();
      String kept = child.here("export", "--saved", "some", "--format", "csv").out();
      assertThat(kept).isEqualTo(rows);
      Path file = other.resolve("read/x.csv");
      Ended export =
          child.here(
              "export",
              "type:some.test",
              "-o",
              file.toString(),
              "--since",
              served.resolveSibling("checkpoint").toString());
      assertThat(export.status()).as(export.err()).isZero();
      assertThat(export.err()).contains("so the folder itself is read");
      assertThat(Files.mismatch(file, served)).isEqualTo(-1);
      holds(file);
      assertThat(file.resolveSibling("consistency")).exists();
    }
  }

  @Test
  void whatMovesACursorOrTurnsText_neverReachesATerminal() throws Exception {
    server.post(
        "{\"id\":\"hostile\",\"type\":\"hostile.test\",\"ref\":\"a\\u001b[2Jb\\u202ec\",\"layer\":"
            + "\"application\",\"verdict\":\"DENY\",\"actor\":{\"squidId\":\"did:squid:ada\"}}\n");
    for (ExportFormat format : ExportFormat.values()) {
      Ended shown = server.watched("export", "type:hostile.test", "--format", format.text());
      assertThat(shown.status()).as(shown.err()).isZero();
      assertThat(shown.out()).contains("a\\u001b[2Jb\\u202ec").doesNotContain("\u001b", "\u202e");
    }
  }
}
