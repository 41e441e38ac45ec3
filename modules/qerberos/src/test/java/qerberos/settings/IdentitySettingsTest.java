package qerberos.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class IdentitySettingsTest {
  @Test
  void defaults_areTheDocumentedOnes() {
    var identity = IdentitySettings.standalone(Path.of("config"), Path.of("secrets"));
    assertThat(identity.squidUrl()).hasToString("http://localhost:3010");
    assertThat(identity.qonsentUrl()).hasToString("http://localhost:3030");
    assertThat(identity.squidPort()).isEqualTo(3010);
    assertThat(identity.qonsentPort()).isEqualTo(3030);
    assertThat(identity.timeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(identity.bind()).isEqualTo("127.0.0.1");
    assertThat(identity.allowInsecure()).isFalse();
    var limits = LimitSettings.defaults();
    assertThat(limits.ingestPerSecond()).isEqualTo(50_000);
    assertThat(limits.requestsPerMinute()).isEqualTo(100);
    assertThat(limits.requestBurst()).isEqualTo(200);
    assertThat(limits.strangersPerMinute()).isEqualTo(120);
    assertThat(StateSettings.in(Path.of("d")).place())
        .isEqualTo(new StatePlace.SqliteFile(Path.of("d/state/state.db")));
  }

  @Test
  void badValues_areNamedWithWhatCameAndWhatWasWanted() {
    assertThatThrownBy(
            () -> new LimitSettings(0, 100, 200, 60_000, 120, 50, 500, 100, 50, 10, 12_000))
        .hasMessage("limits.ingestPerSecond: 0, want 1..1000000000");
    assertThatThrownBy(
            () -> new LimitSettings(1, 100, 99, 60_000, 120, 50, 500, 100, 50, 10, 12_000))
        .hasMessage("limits.requestBurst: 99, want 100..1000000000");
    assertThatThrownBy(
            () ->
                new StateSettings(
                    new StatePlace.SqliteFile(Path.of("f")),
                    0,
                    Duration.ofSeconds(1),
                    Duration.ZERO))
        .hasMessage("state.connections: 0, want 1..64");
    assertThatThrownBy(
            () -> IdentitySettings.standalone(Path.of("c"), Path.of("s")).withPorts(70_000, 0))
        .hasMessage("identity.squidPort: 70000, want 0..65535");
    for (String url : new String[] {"ftp://x", "localhost:3010", "http://x/?a=b", "http:/x"}) {
      assertThatThrownBy(() -> withSquid(url))
          .as(url)
          .hasMessage(
              "identity.squidUrl: \"" + url + "\", want http://host:port or https://host:port");
    }
    assertThat(withSquid("https://squid.example/base/").squidUrl())
        .hasToString("https://squid.example/base");
  }

  private static IdentitySettings withSquid(String url) {
    var usual = IdentitySettings.standalone(Path.of("c"), Path.of("s"));
    return new IdentitySettings(
        URI.create(url),
        usual.qonsentUrl(),
        usual.verify(),
        usual.signedForm(),
        usual.timeout(),
        usual.keepAllowed(),
        usual.keepDenied(),
        true,
        true,
        0,
        0,
        usual.bind(),
        false,
        usual.identities(),
        usual.grants(),
        usual.secrets(),
        null,
        null);
  }
}
