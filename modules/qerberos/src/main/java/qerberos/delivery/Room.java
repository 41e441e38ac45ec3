package qerberos.delivery;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import qerberos.notice.News;

/// Whoever waits for notices in this process, by whom they are for. Holds no notice: whoever is
/// woken reads on in the store from where they are. Safe for concurrent use.
public final class Room implements News {
  private final Map<String, Set<Listener>> listening = new ConcurrentHashMap<>();

  /// One who waits. [#await] is for one thread.
  public final class Listener implements AutoCloseable {
    private final Set<String> recipients;
    private final Semaphore news = new Semaphore(0);

    private Listener(Set<String> recipients) {
      this.recipients = recipients;
    }

    /// Returns when there may be something new since the last time, and at the latest then.
    public void await(Duration most) throws InterruptedException {
      boolean ignored = news.tryAcquire(most.toNanos(), TimeUnit.NANOSECONDS);
      int _ = news.drainPermits();
    }

    /// Lets whoever waits look around.
    public void wake() {
      if (news.availablePermits() == 0) {
        news.release();
      }
    }

    @Override
    public void close() {
      for (String recipient : recipients) {
        Set<Listener> ignored =
            listening.computeIfPresent(
                recipient,
                (_, all) -> {
                  boolean _ = all.remove(this);
                  return all.isEmpty() ? null : all;
                });
      }
    }
  }

  /// Comes in. What is kept before this is found in the store, what is kept after it wakes.
  public Listener join(Set<String> recipients) {
    var listener = new Listener(Set.copyOf(recipients));
    for (String recipient : listener.recipients) {
      Set<Listener> ignored =
          listening.compute(
              recipient,
              (_, known) -> {
                Set<Listener> some = known == null ? ConcurrentHashMap.newKeySet() : known;
                boolean _ = some.add(listener);
                return some;
              });
    }
    return listener;
  }

  @Override
  public void kept(Set<String> recipients) {
    recipients.forEach(one -> listening.getOrDefault(one, Set.of()).forEach(Listener::wake));
  }

  /// How many wait for what is for this recipient.
  public int listening(String recipient) {
    return listening.getOrDefault(recipient, Set.of()).size();
  }

  /// Lets everybody look around.
  public void wakeAll() {
    listening.values().forEach(all -> all.forEach(Listener::wake));
  }
}
