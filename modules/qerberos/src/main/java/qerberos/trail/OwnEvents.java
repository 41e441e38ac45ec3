package qerberos.trail;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qerberos.event.Actor;
import qerberos.event.EventDraft;
import qerberos.event.EventFaults;
import qerberos.event.Json;
import qerberos.event.Reserved;
import qerberos.event.Verdict;
import qerberos.ledger.Appended;

/// Records what happens to the trail itself: logins, refusals, reads, starts and stops.
///
/// What is recorded goes into a queue, and one thread appends it, usually within milliseconds;
/// while the ledger is busy it tries again, and when the ledger has stopped it puts what it has
/// into a file ([Postponed]), from where the next start appends it. When events come faster than
/// they can be appended, those of one type and actor become one event that says how many it stands
/// for.
///
/// What a process that is killed (`kill -9`, a power cut) can lose:
///
/// - Of [#recordNow], with which logins, refusals and what administrators do are recorded: nothing
///   that anybody got an answer to, because the answer waits until the event is forced to disk, in
///   the ledger or in the file. Two exceptions: the ledger turns everybody away for longer than
///   [#NOW_AT_MOST] (then the caller is answered nevertheless, because no audit trail may stop its
///   service, and the event waits in memory), and neither of the two disks takes anything (which is
///   an error in the log).
/// - Of [#record], with which reads, starts and stops are recorded: what waits in the queue, that
/// is
///   the last milliseconds, up to 4,096 events while the ledger is busy, and what was merged since.
/// - Counts. Of refusals of one kind the first is recorded at once and those of the following
/// minute
///   as one event with their number; that minute's number is in memory alone.
///
/// Acts that change the state database are recorded by [OwnActs], which loses none.
///
/// Safe for concurrent use.
public final class OwnEvents implements AutoCloseable {
  /// The source of our own events; no caller can have this name.
  public static final String SOURCE = "system:qerberos";

  /// What is told whoever wanted to know: whether it is in the ledger now.
  public interface Outcome extends Consumer<Boolean> {}

  /// How they are appended, see [Appending#own].
  interface Appender {
    List<Appended> append(List<Prepared> prepared) throws InterruptedException;

    Prepared prepare(EventDraft draft);
  }

  private record Waiting(Prepared prepared, @Nullable Outcome outcome) {}

  private record Alike(String type, String squidId) {}

  private static final class Merged {
    final EventDraft last;
    long count;

    Merged(EventDraft last) {
      this.last = last;
    }
  }

  private static final System.Logger LOG = System.getLogger(OwnEvents.class.getName());
  /// How long [#recordNow] waits.
  static final Duration NOW_AT_MOST = Duration.ofSeconds(2);

  private static final int QUEUE = 4_096;
  private static final int BATCH = 256;
  private static final int KINDS = 1_000;

  private final Appender appender;
  private final Postponed postponed;
  private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(QUEUE);
  private final Map<Alike, Merged> overflow = new HashMap<>();
  private final Thread thread;
  private volatile boolean running = true;

  OwnEvents(Appender appender, Postponed postponed) {
    this.appender = appender;
    this.postponed = postponed;
    this.thread = Thread.ofPlatform().name("own-events").daemon(true).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// Something that the service itself did.
  public static EventDraft bySelf(String type, String ref, Verdict verdict, Json.Obj details) {
    return by(new Actor("system:qerberos"), type, ref, verdict, details);
  }

  /// An event about the ledger itself.
  static EventDraft aboutLedger(String type, Actor by, Verdict verdict, Json.Obj details) {
    return by(by, type, "qerberos:ledger", verdict, details);
  }

  private static EventDraft by(
      Actor actor, String type, String ref, Verdict verdict, Json.Obj details) {
    return new EventDraft(
        null,
        type,
        null,
        null,
        ref,
        actor,
        Reserved.LAYER,
        verdict,
        details,
        Json.EMPTY,
        null,
        null);
  }

  /// Records this when it can be recorded.
  public void record(EventDraft draft) {
    record(draft, null);
  }

  private void record(EventDraft draft, @Nullable Outcome outcome) {
    Prepared prepared;
    try {
      prepared = appender.prepare(draft);
    } catch (EventFaults e) {
      LOG.log(ERROR, "an event of our own cannot be recorded: " + e.getMessage(), e);
      return;
    }
    if (!running || !queue.offer(new Waiting(prepared, outcome))) {
      merge(draft);
      if (outcome != null) {
        outcome.accept(false);
      }
    }
  }

  /// Records this and returns when it is on disk, in the ledger or among the postponed; after
  /// [#NOW_AT_MOST] in any case. An interrupt ends the waiting, and stays set.
  public void recordNow(EventDraft draft) {
    recordNow(draft, _ -> {});
  }

  /// The same, and tells whether it is in the ledger: maybe later and on another thread. An event
  /// that was merged into another, or postponed, counts as not in the ledger.
  public void recordNow(EventDraft draft, Outcome outcome) {
    CountDownLatch settled = new CountDownLatch(1);
    record(draft, settling(outcome, settled));
    try {
      await(settled, draft.type());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The same for one that is kept elsewhere until it is in the ledger, so it is never merged; when
  /// there is no room for it in time, it counts as not in the ledger.
  void recordNow(Prepared prepared, Outcome outcome) {
    CountDownLatch settled = new CountDownLatch(1);
    Waiting waiting = new Waiting(prepared, settling(outcome, settled));
    try {
      if (running && queue.offer(waiting, NOW_AT_MOST.toMillis(), TimeUnit.MILLISECONDS)) {
        await(settled, prepared.event().type());
      } else {
        tell(waiting, false);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Outcome settling(Outcome outcome, CountDownLatch settled) {
    return recorded -> {
      try {
        outcome.accept(recorded);
      } finally {
        settled.countDown();
      }
    };
  }

  private static void await(CountDownLatch settled, String type) throws InterruptedException {
    if (!settled.await(NOW_AT_MOST.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.log(WARNING, "an event of our own waits for the ledger: " + type);
    }
  }

  /// How many wait to be appended.
  public int waiting() {
    return queue.size();
  }

  private void merge(EventDraft draft) {
    synchronized (overflow) {
      Alike alike = new Alike(draft.type(), draft.actor().squidId());
      Merged merged =
          overflow.size() < KINDS || overflow.containsKey(alike)
              ? overflow.computeIfAbsent(alike, _ -> new Merged(draft))
              : overflow.values().iterator().next();
      merged.count++;
    }
  }

  private void run() {
    List<Waiting> batch = new ArrayList<>(BATCH);
    while (running || !queue.isEmpty()) {
      try {
        Waiting first = queue.poll(200, TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          int ignored = queue.drainTo(batch, BATCH - 1);
        }
        addMerged(batch);
        if (!batch.isEmpty()) {
          append(batch);
        }
      } catch (InterruptedException e) {
        running = false;
        postpone(batch);
      } catch (RuntimeException e) {
        LOG.log(ERROR, "events of our own could not be appended and are postponed", e);
        postpone(batch);
      }
      batch.clear();
    }
  }

  private void append(List<Waiting> batch) throws InterruptedException {
    List<Waiting> left = List.copyOf(batch);
    while (!left.isEmpty()) {
      List<Appended> answers = appender.append(left.stream().map(Waiting::prepared).toList());
      List<Waiting> again = new ArrayList<>();
      List<Waiting> later = new ArrayList<>();
      long pauseMillis = 0;
      for (int i = 0; i < left.size(); i++) {
        Waiting one = left.get(i);
        switch (answers.get(i)) {
          case Appended.At _, Appended.Already _ -> tell(one, true);
          case Appended.Conflict(var index) -> {
            LOG.log(WARNING, "an event of our own has the id of entry " + index);
            tell(one, true);
          }
          case Appended.Busy(var retryMillis) -> {
            again.add(one);
            pauseMillis = Math.max(pauseMillis, retryMillis);
          }
          case Appended.Failed _ -> later.add(one);
        }
      }
      postpone(later);
      left = again;
      if (!left.isEmpty()) {
        Thread.sleep(Duration.ofMillis(Math.clamp(pauseMillis, 1, 1_000)));
      }
    }
  }

  private void addMerged(List<Waiting> batch) {
    List<Merged> merged;
    synchronized (overflow) {
      if (overflow.isEmpty()) {
        return;
      }
      merged = List.copyOf(overflow.values());
      overflow.clear();
    }
    for (Merged one : merged) {
      EventDraft last = one.last;
      EventDraft sum =
          new EventDraft(
              null,
              last.type(),
              last.subtype(),
              last.severity(),
              last.ref(),
              last.actor(),
              last.layer(),
              last.verdict(),
              last.details().with("standsFor", Json.of((double) one.count)),
              last.context(),
              null,
              null);
      batch.add(new Waiting(appender.prepare(sum), null));
    }
  }

  private void postpone(List<Waiting> events) {
    postponed.add(events.stream().map(Waiting::prepared).toList());
    events.forEach(one -> tell(one, false));
  }

  private static void tell(Waiting one, boolean recorded) {
    Outcome outcome = one.outcome();
    if (outcome != null) {
      outcome.accept(recorded);
    }
  }

  /// Appends what is waiting, or postpones it, and stops.
  @Override
  public void close() {
    running = false;
    try {
      if (!thread.join(Duration.ofSeconds(5))) {
        thread.interrupt();
        boolean ignored = thread.join(Duration.ofSeconds(2));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    List<Waiting> rest = new ArrayList<>();
    int ignored = queue.drainTo(rest);
    addMerged(rest);
    postpone(rest);
  }
}
