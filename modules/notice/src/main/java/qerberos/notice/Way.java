package qerberos.notice;

/// One way by which a notice goes out: the name of a channel, and whom it knows there. Immutable.
public record Way(String channel, String address) {}
