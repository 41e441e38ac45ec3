package qerberos.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A search that somebody keeps under a name. Immutable.
///
/// @param owner the principal that made it; each has names of their own
/// @param daoId whom it is shared with: those of this organisation, or everybody when it has none
/// @param query in the query language
/// @param order as the API calls it: newest, oldest or time
/// @param createdAt when the owner first used the name, in milliseconds
public record SavedSearch(
    String owner,
    String name,
    @Nullable String daoId,
    String query,
    String order,
    boolean shared,
    Instant createdAt,
    Instant changedAt) {}
