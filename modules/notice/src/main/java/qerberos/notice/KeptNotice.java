package qerberos.notice;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A notice as one reader finds it.
///
/// Immutable.
///
/// @param place where it stands among all; later ones have greater places, whoever they are for
/// @param readAt when this reader said that they have read it; null when they did not
public record KeptNotice(long place, Notice notice, @Nullable Instant readAt) {}
