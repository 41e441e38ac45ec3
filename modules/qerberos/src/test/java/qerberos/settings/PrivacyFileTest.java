package qerberos.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.Privacy;
import qerberos.event.Treatment;

class PrivacyFileTest {
  @TempDir Path home = Path.of(".");
  private Path config = Path.of(".");

  @BeforeEach
  void aConfigFolder() throws IOException {
    config = Files.createDirectory(home.resolve("config"));
  }

  @Test
  void noFile_orAnEmptyOne_isTheDefaults() throws Exception {
    assertThat(load().privacy()).isEqualTo(Privacy.defaults());
    for (String empty : List.of("", "# nothing\n", "names:\n", "names:\n  seal:\npaths: []\n")) {
      write(empty);
      assertThat(load().privacy()).as(empty).isEqualTo(Privacy.defaults());
    }
  }

  @Test
  void namesAndPaths_areAddedToTheDefaults() throws Exception {
    write(
        """
        names:
          seal: [patientNumber, ship_to]
          mask: [pin, userAgent]
          keep: ["=name"]
        paths:
          - path: details.customers.*.shoeSize
            type: shop.*
            treatment: seal
          - {path: context.note, treatment: Mask}
        """);
    Privacy expected =
        Privacy.defaults()
            .with("patient number", Treatment.SEAL)
            .with("ship to", Treatment.SEAL)
            .with("pin", Treatment.MASK)
            .with("user agent", Treatment.MASK)
            .with("=name", Treatment.KEEP)
            .with(new Privacy.Rule("shop.*", "details.customers.*.shoeSize", Treatment.SEAL))
            .with(new Privacy.Rule("*", "context.note", Treatment.MASK));
    assertThat(load().privacy()).isEqualTo(expected);
  }

  @Test
  void everyMistake_isNamedWithFileAndLine_besideThoseOfOtherFiles() throws Exception {
    Files.writeString(config.resolve("server.yaml"), "server:\n  port: x\n");
    write(
        """
        nmaes: {}
        names:
          seel: [a]
          seal:
            - "..."
            - [nested]
            - pinCode
          mask: [pin_code]
          keep: word
        paths:
          - path: details.a
            treatment: hide
          - path: ref
            treatment: seal
          - path: details.b
            type: "*.login"
            treatment: keep
          - path: details.c
            treatment: keep
            until: tomorrow
          - text
          - path: [details.d]
            treatment: keep
        """);
    assertThat(faults())
        .containsExactly(
            "server.yaml:2: server.port: \"x\", want a whole number 0..65535",
            "privacy.yaml:1: nmaes: unknown name, want names, paths",
            "privacy.yaml:3: names.seel: unknown name, want seal, mask, keep",
            "privacy.yaml:5: names.seal: \"...\", want the name of a field, such as userAgent",
            "privacy.yaml:6: names.seal: want the name of a field, such as userAgent",
            "privacy.yaml:8: names.mask: pin_code: said already at privacy.yaml:7",
            "privacy.yaml:9: names.keep: want a list",
            "privacy.yaml:11: paths.treatment: \"hide\", want one of seal, mask, keep",
            "privacy.yaml:13: paths.path: 'ref', want details.<name> or context.<name>",
            "privacy.yaml:15: paths.type: '*.login', want a type, 'prefix.*' or '*'",
            "privacy.yaml:20: paths.until: unknown name, want path, type, treatment",
            "privacy.yaml:21: paths: want path, type and treatment",
            "privacy.yaml:22: paths.path: want one value",
            "privacy.yaml:22: paths.path: '', want details.<name> or context.<name>");
  }

  @Test
  void secretsOfTheDefaults_canBeNeitherKeptNorSealed() throws Exception {
    write(
        """
        names:
          keep: [password, "=token", visitorToken]
          seal: [apiKey]
          mask: [password]
        paths:
          - path: details.login.password
            treatment: seal
          - path: details.credentials
            treatment: mask
        """);
    assertThat(faults())
        .containsExactly(
            "privacy.yaml:2: names.keep: password: is a secret and stays masked; take it out of"
                + " this list",
            "privacy.yaml:2: names.keep: =token: is a secret and stays masked; take it out of this"
                + " list",
            "privacy.yaml:2: names.keep: visitorToken: is a secret and stays masked; take it out of"
                + " this list",
            "privacy.yaml:3: names.seal: apiKey: is a secret and stays masked; take it out of this"
                + " list",
            "privacy.yaml:4: names.mask: password: said already at privacy.yaml:2",
            "privacy.yaml:6: paths.path: details.login.password: is a secret and stays masked; take"
                + " it out");
  }

  @Test
  void tooManyPaths_areRefused() throws Exception {
    write("paths:\n" + "  - {path: details.a, treatment: seal}\n".repeat(201));
    assertThat(faults())
        .containsExactly(
            "privacy.yaml:1: paths: 201 of them, want at most 200; a name under names applies at"
                + " any depth");
  }

  /// What the shipped file shows as an example would be accepted as it stands.
  @Test
  void theShippedExample_isRight() throws Exception {
    String shipped = Files.readString(Path.of("config/privacy.yaml"));
    write(
        shipped
            .lines()
            .dropWhile(line -> !line.startsWith("# names:"))
            .map(line -> line.substring(2))
            .reduce("", (before, line) -> before + line + "\n"));
    assertThat(load().privacy().rules()).hasSize(Privacy.defaults().rules().size() + 1);
    assertThat(load().privacy().names()).containsEntry("patient number", Treatment.SEAL);
  }

  private void write(String text) throws IOException {
    Files.writeString(config.resolve("privacy.yaml"), text);
  }

  private Settings load() throws SettingsFaults {
    return new Loader(home, home, Map.of(), Map.of()).load();
  }

  private List<String> faults() {
    return catchThrowableOfType(SettingsFaults.class, this::load).faults();
  }
}
