package qerberos.notice;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Which webhooks answered 410: they want no more calls. Implementations are safe for concurrent
/// use; one that lasts keeps that over a restart.
public interface Unwanted {
  /// Whether that webhook said so.
  boolean contains(String key);

  /// Remembers that it did.
  void add(String key);

  /// One that a restart forgets; each such webhook is then called once more.
  static Unwanted inMemory() {
    Set<String> keys = ConcurrentHashMap.newKeySet();
    return new Unwanted() {
      @Override
      public boolean contains(String key) {
        return keys.contains(key);
      }

      @Override
      public void add(String key) {
        boolean _ = keys.add(key);
      }
    };
  }
}
