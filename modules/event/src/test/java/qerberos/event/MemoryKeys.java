package qerberos.event;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Keys in memory that can be destroyed; the key of a subject follows from its name and a
/// generation, so that tests repeat. Safe for concurrent use.
final class MemoryKeys implements SubjectKeys {
  private final Map<String, SubjectKey> keys = new ConcurrentHashMap<>();
  private final int generation;

  MemoryKeys() {
    this(0);
  }

  MemoryKeys(int generation) {
    this.generation = generation;
  }

  @Override
  public SubjectKey keyFor(String subject) {
    return keys.computeIfAbsent(subject, this::make);
  }

  private SubjectKey make(String subject) {
    return new SubjectKey(
        Crypto.sha256().digest((generation + ":" + subject).getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public Optional<SubjectKey> existing(String subject) {
    return Optional.ofNullable(keys.get(subject));
  }

  void destroy(String subject) {
    keys.remove(subject);
  }

  int size() {
    return keys.size();
  }
}
