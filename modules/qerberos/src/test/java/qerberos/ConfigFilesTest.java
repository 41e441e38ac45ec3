package qerberos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The files of the configuration folder that have a structure of their own, in a real process.
class ConfigFilesTest {
  @TempDir Path folder = Path.of(".");
  private Path config = Path.of(".");

  @BeforeEach
  void aConfigurationOfOurOwn() throws IOException {
    config = Files.createDirectory(folder.resolve("config"));
    for (String name : List.of("identities.yaml", "grants.yaml")) {
      Files.copy(Path.of("config", name), config.resolve(name));
    }
  }

  @Test
  void privacyDecidesWhatLiesInTheLeaf_andWhatWasSealedBeforeOpensAsEver() throws Exception {
    Path data = folder.resolve("data");
    Files.writeString(
        config.resolve("privacy.yaml"),
        """
        names:
          seal: [patientNumber]
        paths:
          - {path: details.door.pin, type: ward.*, treatment: mask}
        """);
    try (var server = ServerProcess.start(data, "--config", config.toString())) {
      record(server, "p-1");
      assertThat(entry(server, "p-1"))
          .contains("\"/details/patientNumber\":", "\"pin\":\"***\"", "\"room\":12")
          .doesNotContain("K-4711", "0815");
      assertThat(text(server.get("/audit/p-1"))).contains("K-4711").doesNotContain("0815");
      assertThat(server.stop()).isZero();
    }
    Files.writeString(config.resolve("privacy.yaml"), "names:\n  keep: [patientNumber]\n");
    try (var server = ServerProcess.start(data, "--config", config.toString())) {
      record(server, "p-2");
      assertThat(entry(server, "p-2")).contains("K-4711", "0815").doesNotContain("sealed");
      assertThat(entry(server, "p-1")).doesNotContain("K-4711");
      assertThat(text(server.get("/audit/p-1"))).contains("K-4711");
    }
  }

  private static void record(ServerProcess server, String id) throws Exception {
    String event =
        """
        {"id":"%s","type":"ward.entered","ref":"ward:7","layer":"application","verdict":"ALLOW",\
        "actor":{"squidId":"did:squid:nurse"},\
        "details":{"patientNumber":"K-4711","room":12,"door":{"pin":"0815"}}}\
        """
            .formatted(id);
    assertThat(server.post("/audit", "application/json", event).statusCode()).isEqualTo(201);
  }

  private static String entry(ServerProcess server, String id) throws Exception {
    return text(server.get("/audit/" + id + "/entry"));
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }
}
