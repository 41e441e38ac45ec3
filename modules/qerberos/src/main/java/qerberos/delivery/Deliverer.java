package qerberos.delivery;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import qerberos.event.EventDraft;
import qerberos.event.Json;
import qerberos.event.Verdict;
import qerberos.notice.Channel;
import qerberos.notice.Delivery;
import qerberos.notice.Due;
import qerberos.notice.NoticeStore;
import qerberos.notice.Retries;
import qerberos.notice.Routes;
import qerberos.notice.Settled;
import qerberos.notice.Severity;
import qerberos.notice.Way;
import qerberos.state.Telling;
import qerberos.trail.OwnActs;
import qerberos.trail.OwnEvents;

/// Delivers what is due, each channel for itself, so that a slow one keeps nobody else waiting, and
/// as many messages side by side as the channel takes.
///
/// A message is taken for a while, tried once, and settled together with the event that says how it
/// ended: `notification.<channel>`, ALLOW when it is delivered, WARN when it will be tried again,
/// DENY when it is given up. What a crash leaves behind:
///
///     1  the message is taken      it is free again when the lease is over, and tried again
///     2  the channel was called    the same: its recipient may get it twice, under one id
///     3  it is settled             all is done; the event is in the state, and then in the ledger
///
/// Safe for concurrent use.
public final class Deliverer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Deliverer.class.getName());
  private static final int AT_ONCE = 16;

  /// How long a message that another process put there, or that is to be tried again, may wait for
  /// somebody to look.
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final NoticeStore<Telling> store;
  private final List<Channel> channels;
  private final Routes routes;
  private final Retries retries;
  private final OwnActs acts;
  private final Clock clock;
  private final RandomGenerator random;
  private final List<Worker> workers = new ArrayList<>();
  private final Set<Thread> delivering = ConcurrentHashMap.newKeySet();
  private final Map<String, LongAdder> attempts = new ConcurrentHashMap<>();
  private final Map<String, String> faults = new ConcurrentHashMap<>();
  private volatile boolean running = true;

  private record Worker(Thread thread, Semaphore news) {}

  /// @param routes who hears of what
  public Deliverer(
      NoticeStore<Telling> store,
      List<Channel> channels,
      Routes routes,
      Retries retries,
      OwnActs acts,
      Clock clock,
      RandomGenerator random) {
    this.store = store;
    this.channels = List.copyOf(channels);
    this.routes = routes;
    this.retries = retries;
    this.acts = acts;
    this.clock = clock;
    this.random = random;
  }

  /// Begins to deliver, and to give up what waits for a channel that is not there any more.
  public void start() {
    Thread abandoning =
        Thread.ofPlatform().name("deliver-nowhere").daemon(true).unstarted(this::abandon);
    boolean _ = workers.add(new Worker(abandoning, new Semaphore(0)));
    for (Channel channel : channels) {
      Semaphore news = new Semaphore(0);
      Thread thread =
          Thread.ofPlatform()
              .name("deliver-" + channel.name())
              .daemon(true)
              .unstarted(() -> run(channel, news));
      boolean ignored = workers.add(new Worker(thread, news));
    }
    workers.forEach(worker -> worker.thread().start());
  }

  private void abandon() {
    while (running) {
      try {
        for (String name : store.waiting().keySet()) {
          if (!has(name)) {
            abandon(name);
          }
        }
        return;
      } catch (IOException | RuntimeException e) {
        LOG.log(WARNING, "what waits for channels that are gone waits on", e);
      }
      if (!paused()) {
        return;
      }
    }
  }

  private void abandon(String channel) throws IOException {
    while (running) {
      boolean any = false;
      for (Due one : store.due(channel, Instant.ofEpochMilli(Long.MAX_VALUE), AT_ONCE)) {
        if (store.take(one, clock.instant().plus(retries.lease()))) {
          settle(one, new Settled.GivenUp(clock.instant(), "there is no such channel any more"));
          any = true;
        }
      }
      if (!any) {
        return;
      }
    }
  }

  /// How many attempts of a channel ended so since the start.
  ///
  /// @param outcome `delivered`, `failed` or `given up`
  public long attempts(String channel, String outcome) {
    LongAdder counted = attempts.get(channel + "\n" + outcome);
    return counted == null ? 0 : counted.sum();
  }

  /// The names of all channels.
  public List<String> channels() {
    return channels.stream().map(Channel::name).toList();
  }

  /// By which ways something goes out, and from when on, of those whose channel is there.
  ///
  /// @param type of what it is about, such as `notification.admin_alert`
  /// @param identity whom it is about; null when nobody
  public List<Way> ways(Severity severity, String type, @Nullable String identity) {
    return there(routes.of(severity, type, identity, clock.instant()));
  }

  /// By which ways it goes out too when nobody acknowledges it, and when.
  public List<Way> escalations(Severity severity, String type, @Nullable String identity) {
    return there(routes.escalations(severity, type, identity, clock.instant()));
  }

  private List<Way> there(List<Way> ways) {
    return ways.stream().filter(way -> has(way.channel())).toList();
  }

  /// Whether there is such a channel.
  public boolean has(String channel) {
    return channels.stream().anyMatch(one -> one.name().equals(channel));
  }

  /// Why the last attempt of a channel failed; empty when it did not.
  public Optional<String> fault(String channel) {
    return Optional.ofNullable(faults.get(channel));
  }

  /// Something may be due now.
  public void wake() {
    workers.forEach(worker -> worker.news().release());
  }

  private void run(Channel channel, Semaphore news) {
    var seats = new Semaphore(channel.atOnce());
    while (running) {
      try {
        if (deliverDue(channel, seats) < AT_ONCE) {
          boolean ignored = news.tryAcquire(LOOK.toMillis(), TimeUnit.MILLISECONDS);
          int _ = news.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException e) {
        LOG.log(WARNING, channel.name() + " waits: " + e.getMessage());
        if (!paused()) {
          return;
        }
      } catch (RuntimeException e) {
        LOG.log(ERROR, channel.name() + " failed, and will go on", e);
        if (!paused()) {
          return;
        }
      }
    }
  }

  private static boolean paused() {
    try {
      Thread.sleep(LOOK);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /// How many were due.
  private int deliverDue(Channel channel, Semaphore seats)
      throws IOException, InterruptedException {
    List<Due> due = store.due(channel.name(), clock.instant(), AT_ONCE);
    for (Due one : due) {
      seats.acquire();
      boolean begun = false;
      try {
        if (running && store.take(one, clock.instant().plus(retries.lease()))) {
          Thread thread = Thread.ofVirtual().unstarted(() -> attempt(channel, one, seats));
          boolean _ = delivering.add(thread);
          thread.start();
          begun = true;
        }
      } finally {
        if (!begun) {
          seats.release();
        }
      }
    }
    return due.size();
  }

  /// What is not settled here stays taken, and is tried again when the lease is over.
  private void attempt(Channel channel, Due due, Semaphore seats) {
    try {
      deliver(channel, due);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.log(WARNING, channel.name() + " waits: " + e.getMessage());
    } catch (RuntimeException e) {
      LOG.log(ERROR, channel.name() + " failed, and will go on", e);
    } finally {
      seats.release();
      boolean _ = delivering.remove(Thread.currentThread());
    }
  }

  private void deliver(Channel channel, Due due) throws IOException, InterruptedException {
    Delivery delivery;
    try {
      delivery = channel.deliver(due.message());
    } catch (RuntimeException e) {
      LOG.log(ERROR, channel.name() + " threw, which no channel may", e);
      delivery = new Delivery.Failed("the channel failed: " + e, false, null);
    }
    switch (delivery) {
      case Delivery.Delivered _ -> {
        String _ = faults.remove(channel.name());
      }
      case Delivery.Failed failed -> {
        String _ = faults.put(channel.name(), failed.reason());
      }
    }
    settle(due, retries.after(delivery, due.attempts() + 1, due.since(), clock.instant(), random));
  }

  private void settle(Due due, Settled settled) throws IOException {
    EventDraft event = event(due, due.attempts() + 1, settled);
    if (store.settle(due, settled, acts.of(_ -> Optional.of(event)))) {
      attempts
          .computeIfAbsent(due.channel() + "\n" + outcome(settled), _ -> new LongAdder())
          .increment();
    }
  }

  private static String outcome(Settled settled) {
    return switch (settled) {
      case Settled.Delivered _ -> "delivered";
      case Settled.Again _ -> "failed";
      case Settled.GivenUp _ -> "given up";
    };
  }

  private static EventDraft event(Due due, int attempts, Settled settled) {
    Json.Obj details =
        Json.EMPTY
            .with("recipient", Json.of(due.message().recipient()))
            .with("attempt", Json.of((double) attempts))
            .with("outcome", Json.of(outcome(settled)))
            .with(
                "severity",
                Json.of(due.message().severity().name().toLowerCase(java.util.Locale.ROOT)));
    Verdict verdict =
        switch (settled) {
          case Settled.Delivered _ -> Verdict.ALLOW;
          case Settled.Again _ -> Verdict.WARN;
          case Settled.GivenUp _ -> Verdict.DENY;
        };
    details =
        switch (settled) {
          case Settled.Delivered(_, var detail) -> details.with("answer", told(detail));
          case Settled.Again(_, var reason, Instant next) ->
              details.with("answer", told(reason)).with("nextAttempt", Json.of(next.toString()));
          case Settled.GivenUp(_, var reason) -> details.with("answer", told(reason));
        };
    return OwnEvents.bySelf(
        "notification." + due.channel(), "message:" + due.message().id(), verdict, details);
  }

  /// What the other side said, as far as an event needs it, in whole characters.
  private static Json told(String answer) {
    StringBuilder good = new StringBuilder();
    answer
        .codePoints()
        .limit(500)
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xfffd : c)
        .forEach(good::appendCodePoint);
    return Json.of(good.toString());
  }

  /// Lets what is being delivered end, for a moment; what is cut off is tried again later.
  @Override
  public void close() {
    running = false;
    wake();
    try {
      List<Thread> all = new ArrayList<>(workers.stream().map(Worker::thread).toList());
      all.addAll(delivering);
      Instant until = Instant.now().plus(PATIENCE);
      for (Thread each : all) {
        Duration left = Duration.between(Instant.now(), until);
        if (!each.join(left.isNegative() ? Duration.ofMillis(1) : left)) {
          each.interrupt();
        }
      }
      // Some may have begun meanwhile.
      all.addAll(delivering);
      delivering.forEach(Thread::interrupt);
      until = Instant.now().plus(PATIENCE);
      for (Thread each : all) {
        Duration left = Duration.between(Instant.now(), until);
        boolean ignored = each.join(left.isNegative() ? Duration.ofMillis(1) : left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
