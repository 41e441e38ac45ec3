package qerberos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real process on a disk that may only be read, and on one that becomes full.
class DiskTest {
  private static final Pattern TAKEN =
      Pattern.compile("\"status\":20[01],\"id\":\"([^\"]+)\",\"index\":(\\d+)");
  private static final int CANNOT_WRITE = 73;

  @TempDir Path folder = Path.of(".");

  @BeforeEach
  void aDiskOfOurOwn() throws InterruptedException {
    assumeTrue(OwnDisk.possible(folder.resolve("probe")), OwnDisk.NEEDS);
  }

  @Test
  void aDiskThatMayOnlyBeRead_isOneSentence_newOrUsedBefore() throws Exception {
    Path mount = folder.resolve("disk");
    Path data = mount.resolve("data");
    try (OwnDisk disk = OwnDisk.mount(mount, 300)) {
      disk.run("mount", "-o", "remount,ro", mount.toString());
      oneSentence(refused(disk, data));
      disk.run("mount", "-o", "remount,rw", mount.toString());
      try (var server = ServerProcess.start(disk.inside(), data, disk.seen("data"))) {
        assertThat(server.stop()).isZero();
      }
      disk.run("mount", "-o", "remount,ro", mount.toString());
      oneSentence(refused(disk, data));
    }
  }

  private static void oneSentence(String said) {
    assertThat(said.lines()).as(said).hasSize(1);
    assertThat(said).startsWith("qerberos: ").containsIgnoringCase("read-only");
  }

  /// Starts a server that must refuse, and returns what it said.
  private String refused(OwnDisk disk, Path data) throws Exception {
    Path output = folder.resolve("refused.out");
    Process process =
        ServerProcess.run(
            disk.inside(),
            List.of(
                "start",
                "--data",
                data.toString(),
                "--port",
                "0",
                "--squid-port",
                "0",
                "--qonsent-port",
                "0"),
            output);
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assertThat(process.exitValue()).as(said).isEqualTo(CANNOT_WRITE);
    return said;
  }

  @Test
  void aDiskThatBecomesFull_isA503_andNothingAcknowledgedIsLost() throws Exception {
    Path mount = folder.resolve("disk");
    Path data = mount.resolve("data");
    Map<String, String> acknowledged = new LinkedHashMap<>();
    List<String> sent = new ArrayList<>();
    try (OwnDisk disk = OwnDisk.mount(mount, 300)) {
      try (var server = ServerProcess.start(disk.inside(), data, disk.seen("data"))) {
        fill(disk.seen("filler"), 3);
        HttpResponse<byte[]> last = post(server, 0, sent, acknowledged);
        for (int batch = 1; batch < 200 && last.statusCode() == 200; batch++) {
          last = post(server, batch, sent, acknowledged);
        }
        assertThat(last.statusCode()).as(text(last)).isEqualTo(503);
        assertThat(last.headers().firstValue("Retry-After")).isPresent();
        assertThat(server.get("/health").statusCode()).isEqualTo(503);
        assertThat(server.get("/audit/full-0-0").statusCode()).as("reads go on").isEqualTo(200);
        int ignored = server.stop();
      }
      Files.delete(disk.seen("filler"));
      try (var server = ServerProcess.start(disk.inside(), data, disk.seen("data"))) {
        Map<String, String> again = new LinkedHashMap<>();
        for (String batch : sent) {
          again.putAll(taken(server.post("/audit/batch", "application/x-ndjson", batch)));
        }
        assertThat(again).containsAllEntriesOf(acknowledged);
        assertThat(acknowledged).hasSizeGreaterThan(10);
        assertThat(server.stop()).isZero();
      }
    }
  }

  /// Writes until only so many megabytes are left.
  private static void fill(Path file, int leftMegabytes) throws IOException {
    byte[] megabyte = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (file.toFile().getUsableSpace() > (leftMegabytes + 1L) << 20) {
        out.write(megabyte);
      }
    }
  }

  private static HttpResponse<byte[]> post(
      ServerProcess server, int number, List<String> sent, Map<String, String> acknowledged)
      throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      lines
          .append("{\"id\":\"full-")
          .append(number)
          .append('-')
          .append(i)
          .append("\",\"type\":\"disk.full\",\"ref\":\"r\",\"layer\":\"l\",\"verdict\":\"ALLOW\",")
          .append("\"actor\":{\"squidId\":\"a\"},\"details\":{\"text\":\"")
          .append((number + "x" + i).repeat(400))
          .append("\"}}\n");
    }
    sent.add(lines.toString());
    HttpResponse<byte[]> answer =
        server.post("/audit/batch", "application/x-ndjson", lines.toString());
    acknowledged.putAll(taken(answer));
    return answer;
  }

  /// Index by id, of all that the answer says were taken.
  private static Map<String, String> taken(HttpResponse<byte[]> answer) {
    Map<String, String> taken = new LinkedHashMap<>();
    Matcher lines = TAKEN.matcher(text(answer));
    while (lines.find()) {
      taken.put(lines.group(1), lines.group(2));
    }
    return taken;
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }
}
