package qerberos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.ledger.Checkpoint;
import qerberos.ledger.EntryBundle;
import qerberos.ledger.Frontier;
import qerberos.ledger.Hash;
import qerberos.ledger.Rfc6962;
import qerberos.ledger.TilePath;

/// The real process, killed for real, under load, again and again: what it acknowledged is there,
/// once, at its index, and no checkpoint it ever showed anybody is contradicted by the last one.
class CrashTest {
  private static final int ROUNDS = Integer.getInteger("crash.rounds", 4);
  private static final int SENDERS = 3;
  private static final int BATCH = 20;
  private static final Pattern TAKEN =
      Pattern.compile("\"status\":\\d+,\"id\":\"([^\"]+)\",\"index\":(\\d+)");
  private static final Pattern ID = Pattern.compile("\"id\":\"(crash-[^\"]+)\"");

  @TempDir Path folder;

  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
  private final Map<Long, String> published = new ConcurrentHashMap<>();

  @Test
  void killedUnderLoad_keepsEveryAcknowledgedEventOnceAtItsIndex() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("CrashTest seed " + seed);
    var random = new Random(seed);
    Path data = folder.resolve("data");
    for (int round = 0; round < ROUNDS; round++) {
      try (var server = ServerProcess.start(data)) {
        underLoad(server, round, 300 + random.nextInt(1_200));
      }
    }
    try (var server = ServerProcess.start(data)) {
      sees(server);
      int seen = published.size();
      List<byte[]> leaves = leaves(server);
      eachAcknowledgedOnceAtItsIndex(leaves);
      everyCheckpointIsAPrefixOf(leaves);
      assertThat(server.stop()).as("exit status after SIGTERM").isZero();
      System.out.printf(
          "CrashTest: %,d acknowledged, %d checkpoints seen%n", acknowledged.size(), seen);
    }
    assertThat(acknowledged).as("the load was real").hasSizeGreaterThan(ROUNDS * BATCH);
  }

  /// Sends from several threads, watches checkpoints meanwhile, and kills after a while.
  private void underLoad(ServerProcess server, int round, int millis) throws Exception {
    var over = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int sender = 0; sender < SENDERS; sender++) {
      String name = "crash-" + round + "-" + sender;
      threads.add(Thread.ofVirtual().start(() -> send(server, name, over)));
    }
    threads.add(
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!over.get()) {
                    over.compareAndSet(false, !sees(server));
                  }
                }));
    Thread.sleep(millis);
    server.kill();
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void send(ServerProcess server, String name, AtomicBoolean over) {
    for (int batch = 0; !over.get(); batch++) {
      var lines = new StringBuilder();
      for (int line = 0; line < BATCH; line++) {
        lines.append(
            """
            {"id":"%s-%d-%d","type":"crash.test","ref":"r","layer":"test","verdict":"ALLOW",\
            "actor":{"squidId":"did:squid:a%d"},"details":{"ip":"192.0.2.1"}}
            """
                .formatted(name, batch, line, line % 3));
      }
      try {
        HttpResponse<byte[]> answer =
            server.post("/audit/batch", "application/x-ndjson", lines.toString());
        Matcher taken = TAKEN.matcher(new String(answer.body(), StandardCharsets.UTF_8));
        while (taken.find()) {
          acknowledged.put(taken.group(1), Long.parseLong(taken.group(2)));
        }
      } catch (IOException | InterruptedException _) {
        return; // killed in between: nothing of this batch was acknowledged to us
      }
    }
  }

  /// Notes the checkpoint that is shown now.
  private boolean sees(ServerProcess server) {
    try {
      String note = new String(server.get("/log/checkpoint").body(), StandardCharsets.UTF_8);
      Checkpoint checkpoint = Checkpoint.parse(note.substring(0, note.indexOf("\n\n") + 1));
      String before = published.putIfAbsent(checkpoint.size(), checkpoint.root().toString());
      assertThat(before).isIn(null, checkpoint.root().toString());
      Thread.sleep(5);
      return true;
    } catch (IOException | InterruptedException _) {
      return false;
    }
  }

  private List<byte[]> leaves(ServerProcess server) throws Exception {
    String note = new String(server.get("/log/checkpoint").body(), StandardCharsets.UTF_8);
    long size = Checkpoint.parse(note.substring(0, note.indexOf("\n\n") + 1)).size();
    List<byte[]> leaves = new ArrayList<>();
    for (long bundle = 0; bundle * 256 < size; bundle++) {
      int width = (int) Math.min(256, size - bundle * 256);
      var answer = server.get("/log/" + entriesPath(bundle, width));
      assertThat(answer.statusCode()).isEqualTo(200);
      leaves.addAll(EntryBundle.decode(answer.body(), width));
    }
    return leaves;
  }

  private static String entriesPath(long bundle, int width) {
    String number = "%03d".formatted(bundle % 1000);
    for (long rest = bundle / 1000; rest > 0; rest /= 1000) {
      number = "x%03d/".formatted(rest % 1000) + number;
    }
    String path = "tile/entries/" + number + (width == 256 ? "" : ".p/" + width);
    TilePath.parse(path);
    return path;
  }

  private void eachAcknowledgedOnceAtItsIndex(List<byte[]> leaves) {
    Map<String, Long> found = new HashMap<>();
    for (int index = 0; index < leaves.size(); index++) {
      Matcher id = ID.matcher(new String(leaves.get(index), StandardCharsets.UTF_8));
      if (id.find()) {
        assertThat(found.put(id.group(1), (long) index)).as(id.group(1) + " twice").isNull();
      }
    }
    acknowledged.forEach(
        (id, index) -> assertThat(found.get(id)).as("index of " + id).isEqualTo(index));
  }

  private void everyCheckpointIsAPrefixOf(List<byte[]> leaves) {
    var tree = new Frontier();
    for (int size = 0; size <= leaves.size(); size++) {
      String root = published.remove((long) size);
      if (root != null) {
        Hash now = tree.root();
        assertThat(now.toString()).as("root over " + size + " entries").isEqualTo(root);
      }
      if (size < leaves.size()) {
        tree.add(Rfc6962.leafHash(leaves.get(size)));
      }
    }
    assertThat(published).as("checkpoints beyond the last size").isEmpty();
  }
}
