package qerberos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.service.ServerFile;
import qerberos.settings.Loader;

/// What is said once the server is ready.
class GreetingTest {
  @TempDir Path folder = Path.of(".");

  private String greeting(Map<String, String> environment) throws Exception {
    var out = new ByteArrayOutputStream();
    var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    var around =
        new Surroundings(
            folder,
            folder.resolve("qerberos"),
            folder,
            environment,
            new ByteArrayInputStream(new byte[0]),
            new Screen(stream, stream, "", 100, environment),
            Clock.systemUTC());
    var server =
        new ServerFile(
            1, Instant.EPOCH, URI.create("http://localhost:1"), 1, 0, 0, "1.0.0", List.of(), "");
    new Greeting(around).print(server, new Loader(folder, folder, environment, Map.of()).load());
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whoSaysWhoSomebodyIs_isNamedAsItIs() throws Exception {
    assertThat(greeting(Map.of("QERBEROS_SQUID_URL", "https://squid.example.org")))
        .contains("  sQuid                   https://squid.example.org\n");
    assertThat(
            greeting(
                Map.of(
                    "QERBEROS_SQUID_VERIFY", "jwks",
                    "QERBEROS_JWT_ISSUER", "https://login.example.org",
                    "QERBEROS_JWT_AUDIENCE", "audit")))
        .contains("  sQuid                   the OpenID issuer https://login.example.org\n");
  }
}
