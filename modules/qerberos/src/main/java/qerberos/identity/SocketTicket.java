package qerberos.identity;

import java.time.Instant;

/// A ticket that was made just now. Immutable.
///
/// @param text to be shown once
public record SocketTicket(String text, Instant expiresAt) {}
