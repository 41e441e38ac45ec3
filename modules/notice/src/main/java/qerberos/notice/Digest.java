package qerberos.notice;

import java.io.IOException;
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
/// it sends it, and all of them learn how that ended. There is no thread of its own, and of
/// messages nothing is kept: each is with its caller until the mail that holds it was taken, so a
/// crash loses nothing. What the hour has no room for is answered with how long to wait; when it is
/// delivered again it is gathered with whatever waits by then, into one mail.
///
/// That a mail goes is kept before it does ([SentMails]), so that a restart does not begin a new
/// hour; while that cannot be kept, none goes.
///
/// Callers wait for as long as messages are gathered, so each needs a thread.
final class Digest {
  /// Messages in one mail; the next ones open another.
  static final int MOST = 200;

  private final Duration gather;
  private final int mailsPerHour;
  private final Clock clock;
  private final SentMails sentMails;
  private final Post post;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Box> boxes = new HashMap<>();
  private boolean remembered;

  /// Sends one mail.
  interface Post {
    Posted send(String recipient, List<Message> messages) throws InterruptedException;
  }

  /// How that ended, and whether the mail may have left; then it counts.
  record Posted(Delivery delivery, boolean mayHaveLeft) {}

  private static final class Box {
    private final HourBudget budget;
    private @Nullable Batch open;

    Box(HourBudget budget) {
      this.budget = budget;
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
  Digest(Duration gather, int mailsPerHour, SentMails sentMails, Clock clock, Post post) {
    this.gather = gather;
    this.mailsPerHour = mailsPerHour;
    this.sentMails = sentMails;
    this.clock = clock;
    this.post = post;
  }

  /// Waits until a mail with this message was tried, and says how that ended.
  Delivery deliver(Message message) throws InterruptedException {
    boolean opened = false;
    Batch batch;
    lock.lock();
    try {
      Box box = boxes.computeIfAbsent(message.recipient(), _ -> box(List.of()));
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

  private Box box(List<Instant> before) {
    return new Box(new HourBudget(mailsPerHour, before));
  }

  /// Asked once, before the first mail; whoever has a box already has sent nothing.
  private void remember() throws IOException {
    if (!remembered) {
      for (var one : sentMails.kept().entrySet()) {
        Box before = boxes.get(one.getKey());
        Box box = box(one.getValue());
        box.open = before == null ? null : before.open;
        boxes.put(one.getKey(), box);
      }
      remembered = true;
    }
  }

  private void keep(Instant now) throws IOException {
    Map<String, List<Instant>> sent = new HashMap<>();
    boxes.forEach(
        (recipient, box) -> {
          List<Instant> counted = box.budget.sent(now);
          if (!counted.isEmpty()) {
            sent.put(recipient, counted);
          }
        });
    sentMails.keep(sent);
  }

  /// Takes a mail from the budget, for good; empty when it may go.
  private Optional<Delivery> counted(Box box, Instant now, String recipient, boolean critical) {
    Optional<Duration> wait = box.budget.take(now, critical);
    if (wait.isPresent()) {
      return Optional.of(
          new Delivery.Failed(
              "the mails that " + recipient + " may get this hour are used up", false, wait.get()));
    }
    try {
      keep(now);
      return Optional.empty();
    } catch (IOException e) {
      box.budget.giveBack(now);
      return Optional.of(uncounted(e));
    }
  }

  private static Delivery uncounted(IOException e) {
    return new Delivery.Failed(
        "no mail goes that cannot be counted: " + e.getMessage(), false, null);
  }

  private Delivery send(String recipient, Batch batch) throws InterruptedException {
    List<Message> messages;
    Instant now;
    lock.lock();
    try {
      remember();
      Box box = close(recipient, batch);
      messages = new ArrayList<>(batch.messages.values());
      now = clock.instant();
      Optional<Delivery> not = counted(box, now, recipient, batch.isCritical());
      if (not.isPresent()) {
        return not.get();
      }
    } catch (IOException e) {
      return uncounted(e);
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
      Box box = boxes.computeIfAbsent(recipient, _ -> box(List.of()));
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
