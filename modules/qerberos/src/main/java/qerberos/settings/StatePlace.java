package qerberos.settings;

import java.nio.file.Path;
import java.util.Optional;

/// Which database keeps the state. Immutable.
public sealed interface StatePlace {
  /// A file of SQLite, made with mode 0600 when it is missing.
  record SqliteFile(Path path) implements StatePlace {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /// A database of PostgreSQL, 14 or later, shared by all processes that are given the same.
  ///
  /// @param url `jdbc:postgresql://HOST:PORT/NAME`, with what the driver takes behind a `?`
  /// @param user where the URL does not say
  /// @param password where the URL does not say
  record Postgres(String url, Optional<String> user, Optional<String> password)
      implements StatePlace {
    private static final String SCHEME = "jdbc:";

    /// Without what comes behind the `?`, which may be a password.
    @Override
    public String toString() {
      int options = url.indexOf('?');
      return url.substring(SCHEME.length(), options < 0 ? url.length() : options);
    }
  }
}
