package qerberos.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.columns.ColumnCodec;
import qerberos.ledger.FolderStorage;
import qerberos.ledger.Trust;
import qerberos.ledger.Verification;
import qerberos.ledger.Verifier;
import qerberos.trail.LeafNames;

/// A key rotation that is killed between its steps.
class RotationTest {
  @TempDir Path folder = Path.of(".");

  private void killedAt(String file, String signer, int keys) throws Exception {
    int status = EndsBetween.run(folder, file, "POST", "/admin/keys/rotate", "");
    assertThat(status).as(Files.readString(folder.resolve("out"))).isEqualTo(EndsBetween.KILLED);
    try (var service = RunningService.in(folder)) {
      assertThat(service.get("/audit?type=ledger.keys.rotate", service.admin).text())
          .contains("\"totalCount\":1,");
      assertThat(service.get("/log/keys", "").text().lines())
          .hasSize(keys)
          .first()
          .isEqualTo(signer);
      assertThat(service.post("/audit", service.admin, RunningService.event("e", "a.b", "x")))
          .extracting(RunningService.Reply::status)
          .isEqualTo(201);
      assertThat(service.post("/admin/keys/rotate", service.admin, "").status()).isEqualTo(200);
    }
    var storage = new FolderStorage(folder.resolve("data/ledger"));
    assertThat(
            new Verifier(Trust.in(Verifier.keysOf(storage)))
                .folder(storage, new LeafNames(), new ColumnCodec()))
        .isInstanceOf(Verification.Holds.class);
  }

  private String key() throws Exception {
    try (var service = RunningService.in(folder)) {
      return service.get("/log/keys", "").text().lines().findFirst().orElseThrow();
    }
  }

  @Test
  void killedAfterTheAnnouncement_theOldKeySigns() throws Exception {
    killedAt("keys.tmp", key(), 1);
  }

  @Test
  void killedBeforeTheNewKeyIsThere_theOldKeySigns() throws Exception {
    killedAt("key.tmp", key(), 2);
  }
}
