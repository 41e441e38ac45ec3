package qerberos.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoaderTest {
  @TempDir Path home = Path.of(".");
  private Path config = Path.of(".");

  @BeforeEach
  void aConfigFolder() throws IOException {
    config = Files.createDirectory(home.resolve("config"));
  }

  @Test
  void nothingSaid_isTheDefaults() throws Exception {
    Settings settings = load(Map.of(), Map.of());
    assertThat(settings.values().get(Catalog.PORT)).isEqualTo(3000);
    assertThat(settings.folders().data()).isEqualTo(home.resolve("data"));
    assertThat(settings.folders().logs()).isEqualTo(home.resolve("logs"));
    assertThat(settings.identity().standaloneSquid()).isTrue();
    assertThat(settings.limits().requestBurst()).isEqualTo(200);
    assertThat(settings.values().warnings()).isEmpty();
  }

  @Test
  void aFlagCountsMoreThanTheEnvironmentAndThatMoreThanAFile() throws Exception {
    write("server.yaml", "server:\n  port: 4001\n  bind: 10.0.0.1\n");
    write("limits.yaml", "limits: {requests: 7}\n");
    Settings settings =
        load(
            Map.of("QERBEROS_PORT", "4002", "QERBEROS_BIND", "10.0.0.2"), Map.of("--port", "4003"));
    assertThat(settings.values().get(Catalog.PORT)).isEqualTo(4003);
    assertThat(settings.values().at(Catalog.PORT)).isEqualTo("--port");
    assertThat(settings.values().get(Catalog.BIND)).isEqualTo("10.0.0.2");
    assertThat(settings.values().get(Catalog.RATE_LIMIT_MAX)).isEqualTo(7);
    assertThat(settings.values().at(Catalog.RATE_LIMIT_MAX))
        .isEqualTo("limits.yaml:1: limits.requests");
  }

  @Test
  void everyMistakeIsListedAtOnce() throws Exception {
    write("a.yaml", "server:\n  port: seventy\n  prot: 1\n\nlimits: 5\n");
    write("b.yaml", "server:\n  port: 5\n");
    write("c.yaml", "server: [unclosed\n");
    write("d.yml", "");
    List<String> faults =
        faults(
            Map.of("QERBEROS_PROT", "1", "QERBEROS_LOG_LEVEL", "loud"), Map.of("--port", "70000"));
    assertThat(faults)
        .containsExactly(
            "a.yaml:2: server.port: \"seventy\", want a whole number 0..65535",
            "a.yaml:3: server.prot: unknown name; did you mean server.port?",
            "a.yaml:5: limits: unknown name",
            "b.yaml:2: server.port: said already at a.yaml:2",
            "c.yaml:2: expected ',' or ']', but got <stream end>",
            "d.yml: is not read; rename it to d.yaml",
            "QERBEROS_LOG_LEVEL: \"loud\", want one of error, warn, info, debug",
            "QERBEROS_PROT: unknown name; did you mean QERBEROS_PORT?",
            "--port: \"70000\", want a whole number 0..65535");
  }

  @Test
  void aBadValueThatSomethingLaterOverrides_isRefusedToo() throws Exception {
    write("server.yaml", "server: {port: x}\n");
    assertThat(faults(Map.of(), Map.of("--port", "1")))
        .containsExactly("server.yaml:1: server.port: \"x\", want a whole number 0..65535");
  }

  @Test
  void aNameSaidTwiceInOneFile_isRefused() throws Exception {
    write("server.yaml", "server:\n  port: 1\n  port: 2\n");
    assertThat(faults(Map.of(), Map.of()))
        .singleElement()
        .asString()
        .startsWith("server.yaml:3: ")
        .contains("port");
  }

  @Test
  void earlierNamesCountWhenTheProperOneIsSilent() throws Exception {
    assertThat(load(Map.of("PORT", "81"), Map.of()).values().get(Catalog.PORT)).isEqualTo(81);
    assertThat(
            load(Map.of("PORT", "81", "QERBEROS_PORT", "82"), Map.of()).values().get(Catalog.PORT))
        .isEqualTo(82);
  }

  @Test
  void nodeEnvOfAnotherProgram_isNotOurMode() throws Exception {
    assertThat(load(Map.of("NODE_ENV", "production"), Map.of()).values().get(Catalog.MODE))
        .isEqualTo(Catalog.Mode.STANDALONE);
    assertThat(load(Map.of("NODE_ENV", "integrated"), Map.of()).identity().standaloneSquid())
        .isFalse();
  }

  @Test
  void aSecretComesFromItsFile_andIsNeverShown() throws Exception {
    Path file = Files.writeString(home.resolve("key.txt"), "hunter2\n");
    Values values = load(Map.of("QERBEROS_API_KEY_FILE", file.toString()), Map.of()).values();
    assertThat(values.get(Catalog.API_KEY)).contains("hunter2");
    assertThat(values.file(Catalog.API_KEY)).contains(file);
    assertThat(values.shown(Catalog.API_KEY)).isEqualTo("***");
    assertThat(values.effective()).doesNotContainValue("hunter2");
  }

  @Test
  void aSecretFileThatIsNotThere_isNamed() throws Exception {
    write("identity.yaml", "identity:\n  apiKeyFile: nowhere.txt\n");
    assertThat(faults(Map.of(), Map.of()))
        .containsExactly(
            "identity.yaml:2: identity.apiKeyFile: "
                + home.resolve("nowhere.txt")
                + ": cannot be read");
  }

  @Test
  void aBadSecret_isNotRepeatedInTheMessage() throws Exception {
    assertThat(faults(Map.of("QERBEROS_API_KEY", "two\nlines"), Map.of()))
        .containsExactly("QERBEROS_API_KEY: ***, want one line of 1..4000 characters, or nothing");
  }

  @Test
  void whatComesLater_isKnownAndWarns() throws Exception {
    Values values =
        load(Map.of("QERBEROS_IPFS_API_URL", "http://localhost:5001"), Map.of()).values();
    assertThat(values.warnings())
        .containsExactly(
            "QERBEROS_IPFS_API_URL: known, but it comes with a later version and has no effect"
                + " yet");
  }

  @Test
  void logsGoWithTheData_whenThoseAreElsewhere() throws Exception {
    Settings settings = load(Map.of(), Map.of("--data", "elsewhere"));
    assertThat(settings.folders().data()).isEqualTo(home.resolve("cwd/elsewhere"));
    assertThat(settings.folders().logs()).isEqualTo(home.resolve("cwd/elsewhere/logs"));
  }

  @Test
  void aConfigFolderThatIsNotThere_isRefused() throws Exception {
    assertThat(faults(Map.of(), Map.of("--config", "/nowhere/at/all")))
        .containsExactly(
            "/nowhere/at/all: no such folder; --config or QERBEROS_CONFIG_DIR names it");
  }

  @Test
  void structuredFilesAreLeftToTheirReaders() throws Exception {
    write("identities.yaml", "identities:\n  - id: did:squid:x\n");
    assertThat(load(Map.of(), Map.of()).values().at(Catalog.PORT)).isEqualTo("default");
  }

  @Test
  void timesHaveUnits_andABareNumberHasTheOneOfItsSetting() throws Exception {
    Settings settings =
        load(Map.of("QERBEROS_RATE_LIMIT_WINDOW", "60000", "QERBEROS_TIMEOUT", "3s"), Map.of());
    assertThat(settings.values().get(Catalog.RATE_LIMIT_WINDOW)).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.values().get(Catalog.TIMEOUT)).isEqualTo(Duration.ofSeconds(3));
    assertThat(faults(Map.of("QERBEROS_TIMEOUT", "3 weeks"), Map.of()))
        .containsExactly(
            "QERBEROS_TIMEOUT: \"3 weeks\", want a time such as 250ms, 30s, 15m, 24h or 90d (a bare"
                + " number is in ms), 50ms..1m");
  }

  @Test
  void valuesThatDoNotFitTogether_areRefused() throws Exception {
    assertThat(
            faults(
                Map.of("QERBEROS_RATE_LIMIT_MAX", "100", "QERBEROS_RATE_LIMIT_BURST", "10"),
                Map.of()))
        .containsExactly("limits.requestBurst: 10, want 100..1000000000");
  }

  private void write(String name, String text) throws IOException {
    Path ignored = Files.writeString(config.resolve(name), text);
  }

  private Settings load(Map<String, String> environment, Map<String, String> flags)
      throws SettingsFaults {
    return new Loader(home, home.resolve("cwd"), environment, flags).load();
  }

  private List<String> faults(Map<String, String> environment, Map<String, String> flags) {
    SettingsFaults refused =
        catchThrowableOfType(SettingsFaults.class, () -> load(environment, flags));
    assertThat(refused).isNotNull();
    return refused.faults();
  }
}
