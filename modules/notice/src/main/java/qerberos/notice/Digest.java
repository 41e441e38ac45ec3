package qerberos.notice;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Many messages to one recipient become one mail, and never more than so many an hour. Safe for
/// concurrent use.
///
/// The first message to a recipient opens a batch and waits; those that come meanwhile join it.
/// When the time is over, or the batch is full, or something critical joined, the one that opened
/// it sends it, and all of them learn how that ended. There is no thread of its own and nothing is
/// kept: each message is with its caller until the mail that holds it was taken. So a crash loses
/// nothing, and what the hour has no room for is answered with how long to wait; when it is
/// delivered again it is gathered with whatever waits by then, into one mail.
///
/// Callers wait for as long as messages are gathered, so each needs a thread.
final class Digest {
  /// Messages in one mail; the next ones open another.
  static final int MOST = 200;

  private final Duration gather;
  private final int mailsPerHour;
  private final Clock clock;
  private final Post post;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Box> boxes = new HashMap<>();

  /// Sends one mail.
  interface Post {
    Posted send(String recipient, List<Message> messages) throws InterruptedException;
  }

  /// How that ended, and whether the mail may have left; then it counts.
  record Posted(Delivery delivery, boolean mayHaveLeft) {}

  private static final class Box {
    private final HourBudget budget;
    private @Nullable Batch open;

    Box(int mailsPerHour) {
      this.budget = new HourBudget(mailsPerHour);
    }
  }

  private static final class Batch {
    private final Map<String, Message> messages = new LinkedHashMap<>();
    private final CountDownLatch due = new CountDownLatch(1);
    private final CompletableFuture<Delivery> outcome = new CompletableFuture<>();

    boolean isCritical() {
      return messages.values().stream().anyMatch(each -> each.severity() == Severity.CRITICAL);
    }
  }

  /// @param gather how long a batch stays open
  /// @param mailsPerHour to one recipient, 1 at least
  Digest(Duration gather, int mailsPerHour, Clock clock, Post post) {
    this.gather = gather;
    this.mailsPerHour = mailsPerHour;
    this.clock = clock;
    this.post = post;
  }

  /// Waits until a mail with this message was tried, and says how that ended.
  Delivery deliver(Message message) throws InterruptedException {
    boolean opened = false;
    Batch batch;
    lock.lock();
    try {
      Box box = boxes.computeIfAbsent(message.recipient(), _ -> new Box(mailsPerHour));
      batch = box.open;
      if (batch == null) {
        batch = new Batch();
        box.open = batch;
        opened = true;
      }
      batch.messages.putIfAbsent(message.id(), message);
      if (batch.messages.size() == MOST) {
        box.open = null;
        batch.due.countDown();
      } else if (message.severity() == Severity.CRITICAL) {
        batch.due.countDown();
      }
    } finally {
      lock.unlock();
    }
    return opened ? lead(message.recipient(), batch) : follow(batch);
  }

  /// How many messages wait for the next mail to that recipient.
  int waiting(String recipient) {
    lock.lock();
    try {
      Box box = boxes.get(recipient);
      return box == null || box.open == null ? 0 : box.open.messages.size();
    } finally {
      lock.unlock();
    }
  }

  private Delivery lead(String recipient, Batch batch) throws InterruptedException {
    Delivery outcome = new Delivery.Failed("interrupted before the mail was sent", false, null);
    try {
      boolean _ = batch.due.await(gather.toNanos(), TimeUnit.NANOSECONDS);
      outcome = send(recipient, batch);
      return outcome;
    } finally {
      close(recipient, batch);
      batch.outcome.complete(outcome);
    }
  }

  private Delivery send(String recipient, Batch batch) throws InterruptedException {
    List<Message> messages;
    Instant now;
    lock.lock();
    try {
      Box box = close(recipient, batch);
      messages = new ArrayList<>(batch.messages.values());
      now = clock.instant();
      Optional<Duration> wait = box.budget.take(now, batch.isCritical());
      if (wait.isPresent()) {
        return new Delivery.Failed(
            "the mails that " + recipient + " may get this hour are used up", false, wait.get());
      }
    } finally {
      lock.unlock();
    }
    boolean left = true;
    try {
      Posted posted = post.send(recipient, messages);
      left = posted.mayHaveLeft;
      return posted.delivery;
    } finally {
      finish(recipient, left ? null : now);
    }
  }

  private Box close(String recipient, Batch batch) {
    lock.lock();
    try {
      Box box = boxes.computeIfAbsent(recipient, _ -> new Box(mailsPerHour));
      if (box.open == batch) {
        box.open = null;
      }
      return box;
    } finally {
      lock.unlock();
    }
  }

  /// Forgets recipients of whom nothing is to be remembered, or they would stay for ever.
  private void finish(String recipient, @Nullable Instant unused) {
    lock.lock();
    try {
      Box box = boxes.get(recipient);
      if (unused != null && box != null) {
        box.budget.giveBack(unused);
      }
      Instant now = clock.instant();
      boxes.values().removeIf(each -> each.open == null && each.budget.isUntouched(now));
    } finally {
      lock.unlock();
    }
  }

  private static Delivery follow(Batch batch) throws InterruptedException {
    try {
      return batch.outcome.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("an outcome is never exceptional", e);
    }
  }
}
