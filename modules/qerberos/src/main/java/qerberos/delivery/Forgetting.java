package qerberos.delivery;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import qerberos.notice.NoticeStore;

/// Forgets old notices, once an hour: those that are older than they are kept, and of which nothing
/// waits to be delivered. What is critical and read by nobody stays twice as long. The events that
/// they tell of stay where they are. Safe for concurrent use.
public final class Forgetting implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Forgetting.class.getName());
  private static final Duration FIRST = Duration.ofMinutes(1);
  private static final Duration EVERY = Duration.ofHours(1);

  private final NoticeStore<?> store;
  private final Duration keep;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("forget-notices").daemon(true).factory());

  /// @param keep how long a notice is kept
  public Forgetting(NoticeStore<?> store, Duration keep, Clock clock) {
    this.store = store;
    this.keep = keep;
    this.clock = clock;
  }

  public void start() {
    ScheduledFuture<?> ignored =
        timer.scheduleWithFixedDelay(
            this::run, FIRST.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  private void run() {
    try {
      int forgotten = now();
      if (forgotten > 0) {
        LOG.log(INFO, forgotten + " notifications older than " + keep + " are forgotten");
      }
    } catch (IOException e) {
      LOG.log(WARNING, "old notifications are kept until the state answers: " + e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(WARNING, "forgetting old notifications failed, and will be tried again", e);
    }
  }

  /// Forgets what is old by now, and says how many that were.
  int now() throws IOException {
    Instant now = clock.instant();
    return store.forget(now.minus(keep), now.minus(keep.multipliedBy(2)));
  }

  @Override
  public void close() {
    List<Runnable> ignored = timer.shutdownNow();
  }
}
