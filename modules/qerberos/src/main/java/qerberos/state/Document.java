package qerberos.state;

import java.time.Instant;

/// A small text kept under a name, and when it was written. Immutable.
public record Document(String name, String body, Instant writtenAt) {}
