package qerberos.state;

/// What is to be told elsewhere about a write, under an id by which it is told once. Immutable.
public record Outgoing(String id, String body) {}
