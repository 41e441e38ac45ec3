package qerberos.state;

/// Connections to the database at one moment: lent out, waiting to be lent, callers that wait for
/// one, and the most there may be. All 0 while the state is down. Immutable.
public record PoolFigures(int active, int idle, int pending, int max) {}
