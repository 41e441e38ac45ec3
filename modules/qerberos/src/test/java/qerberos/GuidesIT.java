package qerberos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands of the guides do what the guides say, typed as they stand and in order, in one
/// shell, by somebody with an empty home. Only ports and folders are others.
///
/// A `text` block right behind an `sh` block is what it prints: its lines come in this order, with
/// anything between them, and `...` stands for anything within a line.
class GuidesIT {
  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Path GUIDES = ROOT.resolve("cerberus/docs");
  private static final Pattern BLOCK =
      Pattern.compile("```sh\n(.*?)```(?:\n```text\n(.*?)```)?", Pattern.DOTALL);

  /// Stands between the output of two blocks.
  private static final String MARK = "-- the next block of the guide --";

  private record Step(String script, List<String> printed) {}

  @TempDir Path folder;
  private Map<String, String> ports = Map.of();
  private Map<String, String> environment = Map.of();

  @BeforeEach
  void aFolderThatLooksLikeTheClone() throws IOException {
    assumeTrue(
        Files.exists(ROOT.resolve("modules/qerberos/target/qerberos.jar")),
        "needs the packaged jar: mvn verify");
    assumeTrue(
        Stream.of("/usr/bin/curl", "/bin/curl").anyMatch(curl -> Files.exists(Path.of(curl))),
        "needs curl: apt-get install curl");
    assumeTrue(
        Stream.of("/usr/bin/openssl", "/bin/openssl").anyMatch(one -> Files.exists(Path.of(one))),
        "needs openssl: apt-get install openssl");
    Files.createSymbolicLink(folder.resolve("qerberos"), ROOT.resolve("qerberos"));
    Files.createDirectory(folder.resolve("home"));
    Path config = Files.createDirectory(folder.resolve("config"));
    try (Stream<Path> files = Files.list(ROOT.resolve("modules/qerberos/config"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, config.resolve(file.getFileName()));
      }
    }
    ports = Map.of("3000", freePort(), "3010", freePort(), "3030", freePort());
    environment =
        Map.of(
            "HOME", folder.resolve("home").toString(),
            "QERBEROS_DATA_DIR", folder.resolve("data").toString(),
            "QERBEROS_CONFIG_DIR", config.toString(),
            "QERBEROS_PORT", ports.getOrDefault("3000", ""),
            "QERBEROS_SQUID_PORT", ports.getOrDefault("3010", ""),
            "QERBEROS_QONSENT_PORT", ports.getOrDefault("3030", ""));
  }

  @AfterEach
  void nothingStaysBehind() throws Exception {
    String ignored = bash("./qerberos stop || true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "start.md",
        "send.md",
        "find.md",
        "prove.md",
        "configure.md",
        "alerts.md",
        "bus.md",
        "several.md"
      })
  void everyCommandOfTheGuide_doesWhatItSays(String guide) throws Exception {
    List<Step> steps = steps(Files.readString(GUIDES.resolve(guide)));
    assertThat(steps).isNotEmpty();
    if (!guide.equals("start.md")) {
      String ignored = bash("./qerberos start --detach");
    }
    StringBuilder script = new StringBuilder();
    for (Step step : steps) {
      script.append(step.script()).append("echo '").append(MARK).append("'\n");
    }
    String[] printed = bash(script.toString()).split(Pattern.quote(MARK) + "\n", -1);
    assertThat(printed).hasSize(steps.size() + 1);
    for (int i = 0; i < steps.size(); i++) {
      String missing = firstMissing(steps.get(i).printed(), printed[i]);
      assertThat(missing)
          .as("%s: after%n%s%nprinted:%n%s", guide, steps.get(i).script(), printed[i])
          .isEmpty();
    }
  }

  @Test
  void everyGuideIsLinkedFromTheReadme_andEveryLinkLeadsSomewhere() throws IOException {
    String readme = Files.readString(ROOT.resolve("README.md"));
    try (Stream<Path> guides = Files.list(GUIDES)) {
      for (Path guide : guides.filter(file -> file.toString().endsWith(".md")).toList()) {
        assertThat(readme).contains("(cerberus/docs/" + guide.getFileName() + ")");
        Matcher links = Pattern.compile("]\\((?!https:)([^)#]+)").matcher(Files.readString(guide));
        while (links.find()) {
          assertThat(guide.resolveSibling(links.group(1))).as(guide.toString()).exists();
        }
      }
    }
  }

  private static List<Step> steps(String guide) {
    return BLOCK
        .matcher(guide)
        .results()
        .map(
            block ->
                new Step(
                    block.group(1),
                    block.group(2) == null ? List.of() : block.group(2).lines().toList()))
        .toList();
  }

  /// The first line of the guide that did not come where it should; empty when all did.
  private static String firstMissing(List<String> wanted, String printed) {
    List<String> lines = new ArrayList<>(printed.lines().toList());
    for (String one : wanted) {
      Pattern pattern = pattern(one);
      int at = 0;
      while (at < lines.size() && !pattern.matcher(lines.get(at)).matches()) {
        at++;
      }
      if (at == lines.size()) {
        return one;
      }
      lines = lines.subList(at + 1, lines.size());
    }
    return "";
  }

  private static Pattern pattern(String line) {
    return Pattern.compile(
        Stream.of(line.split("\\.\\.\\.", -1))
            .map(part -> part.isBlank() ? "" : Pattern.quote(part.strip()))
            .collect(Collectors.joining(".*")));
  }

  /// Runs a script as a person would, and returns all it printed, with the places of the guide.
  private String bash(String script) throws IOException, InterruptedException {
    String data = folder.resolve("data").toString();
    String config = folder.resolve("config").toString();
    String here =
        script.replace("modules/qerberos/data", data).replace("modules/qerberos/config", config);
    for (var port : ports.entrySet()) {
      here = here.replace("localhost:" + port.getKey(), "localhost:" + port.getValue());
    }
    Path output = folder.resolve("output");
    var builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", here)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(300, TimeUnit.SECONDS);
    String printed = Files.readString(output, StandardCharsets.UTF_8);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended && process.exitValue() == 0).as("%s%nprinted:%n%s", here, printed).isTrue();
    for (var port : ports.entrySet()) {
      printed = printed.replace("localhost:" + port.getValue(), "localhost:" + port.getKey());
    }
    return printed.replace(data, "modules/qerberos/data");
  }

  private static String freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return Integer.toString(socket.getLocalPort());
    }
  }
}
