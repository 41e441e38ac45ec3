package qerberos.redis;

/// Who hears what is published in a channel; called by one thread at a time, which is the
/// subscription's own and may be kept for a while.
public interface News {
  /// From here on everything is heard. Called again after each loss of Redis: what was published
  /// meanwhile was missed.
  void begun();

  void heard(String message);
}
