package qerberos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import qerberos.settings.StatePlace;
import qerberos.state.PostgresServer;

final class PostgresStateRebuildTest extends StateRebuildFacts {
  @TempDir static Path disk;
  private static @Nullable PostgresServer server;

  private String schema = "";

  @BeforeAll
  static void startServer() throws Exception {
    server = new PostgresServer(disk);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server().close();
  }

  private static PostgresServer server() {
    if (server == null) {
      throw new IllegalStateException("not started");
    }
    return server;
  }

  @Override
  String configured(Path folder) throws Exception {
    StatePlace.Postgres place = server().place();
    schema = place.url().substring(place.url().indexOf("currentSchema=") + 14);
    Path secret = folder.resolve("database.url");
    Files.writeString(secret, place.url() + "&user=postgres&password=postgres\n");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    return "state:\n  urlFile: " + secret + "\n";
  }

  @Override
  void lose() throws Exception {
    server().execute("DROP SCHEMA " + schema + " CASCADE");
    server().execute("CREATE SCHEMA " + schema);
  }
}
