package qerberos.settings;

import java.nio.file.Path;

/// Where things lie; all absolute. `home` holds the defaults of the other three. Immutable.
public record FolderSettings(Path home, Path config, Path data, Path logs) {}
