package qerberos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands of the README do what the README says, typed as they stand, by somebody with an
/// empty home. Only the ports and the data folder are others, so that the test leaves no trace.
class ReadmeIT {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL);

  @TempDir Path folder;
  private Map<String, String> environment = Map.of();
  private String port = "";

  @BeforeEach
  void aFolderThatLooksLikeTheClone() throws IOException {
    assumeTrue(
        Files.exists(ROOT.resolve("modules/qerberos/target/qerberos.jar")),
        "needs the packaged jar: mvn verify");
    assumeTrue(
        Stream.of("/usr/bin/curl", "/bin/curl").anyMatch(curl -> Files.exists(Path.of(curl))),
        "needs curl: apt-get install curl");
    Files.createSymbolicLink(folder.resolve("qerberos"), ROOT.resolve("qerberos"));
    Files.createDirectory(folder.resolve("home"));
    port = freePort();
    environment =
        Map.of(
            "HOME", folder.resolve("home").toString(),
            "QERBEROS_DATA_DIR", folder.resolve("data").toString(),
            "QERBEROS_PORT", port,
            "QERBEROS_SQUID_PORT", freePort(),
            "QERBEROS_QONSENT_PORT", freePort());
  }

  @AfterEach
  void nothingStaysBehind() throws Exception {
    bash("./qerberos stop || true");
  }

  @Test
  void everyCommandOfTheReadmeWorksAsPrinted() throws Exception {
    List<String> blocks = blocks();
    String firstTwo = blocks.get(0);
    String mainJob = blocks.get(1);
    String send = blocks.get(2);
    String run = blocks.get(3);
    assertThat(firstTwo).contains("./qerberos start ").contains("mvn verify");

    String started = bash("./qerberos start --detach");
    assertThat(started).contains("http://localhost:" + port).contains("admin.token");

    String proved = bash(mainJob);
    assertThat(proved).contains("\"index\"").contains("readme-1").contains("document.share");
    assertThat(Files.readString(folder.resolve("readme-1.tlog-proof")))
        .startsWith("c2sp.org/tlog-proof@v1\n");

    Files.writeString(
        folder.resolve("events.ndjson"),
        """
        {"id":"n-1","type":"a","ref":"r","layer":"l","verdict":"ALLOW","actor":{"squidId":"did:squid:a"}}
        {"id":"n-2","type":"a","ref":"r","layer":"l","verdict":"MAYBE","actor":{"squidId":"did:squid:a"}}
        """);
    Path records = folder.resolve("records.json");
    Files.writeString(
        records,
        """
        {"Records":[{"eventVersion":"1.08","userIdentity":{"type":"IAMUser",\
        "arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"},\
        "eventTime":"2026-01-01T00:00:00Z","eventSource":"s3.amazonaws.com",\
        "eventName":"GetBucketAcl","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.1",\
        "userAgent":"aws-cli/2","eventID":"7d6b5a9e-1f0c-4c39-9f11-2d7a4a0b5e11",\
        "recipientAccountId":"111122223333"}]}
        """);
    String sent = bash(tokenOf(mainJob) + send.replace("FILE...", records.toString()));
    assertThat(sent).contains("\"n-1\"").contains("verdict");

    assertThat(bash("./qerberos stop")).contains("stopped");
    String ran = bash(run);
    assertThat(ran).contains("Usage:");
  }

  private static String tokenOf(String block) {
    return block.lines().filter(line -> line.startsWith("TOKEN=")).findFirst().orElseThrow() + "\n";
  }

  private static List<String> blocks() throws IOException {
    Matcher blocks = BLOCK.matcher(Files.readString(ROOT.resolve("README.md")));
    return blocks.results().map(block -> block.group(1)).toList();
  }

  /// Runs a script as a person would, and returns all it printed.
  private String bash(String script) throws IOException, InterruptedException {
    String here =
        script
            .replace("modules/qerberos/data", folder.resolve("data").toString())
            .replace("localhost:3000", "localhost:" + port);
    Path output = folder.resolve("output");
    var builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", here)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    String printed = Files.readString(output, StandardCharsets.UTF_8);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended && process.exitValue() == 0).as("%s%nprinted:%n%s", here, printed).isTrue();
    return printed;
  }

  private static String freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return Integer.toString(socket.getLocalPort());
    }
  }
}
