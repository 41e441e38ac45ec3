package qerberos.settings;

import java.time.Duration;

/// What is logged and how it looks; requests over `slowRequest` are logged. Immutable.
public record LogSettings(Catalog.LogLevel level, Catalog.LogFormat format, Duration slowRequest) {}
