package qerberos.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A stretch of event time, open at either end. Used by one thread at a time.
final class EventTime {
  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Not earlier than this (event time).")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Earlier than this (event time).")
  private @Nullable String to;

  @Nullable String from() {
    return from;
  }

  @Nullable String to() {
    return to;
  }

  /// Whether it has an end.
  boolean narrowed() {
    return from != null || to != null;
  }
}
