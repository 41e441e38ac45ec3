package qerberos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

final class SqliteStateRebuildTest extends StateRebuildFacts {
  @Override
  String configured(Path folder) {
    return "";
  }

  @Override
  void lose() throws IOException {
    for (String name : List.of("state.db", "state.db-wal", "state.db-shm")) {
      Files.deleteIfExists(data.resolve("state").resolve(name));
    }
  }
}
