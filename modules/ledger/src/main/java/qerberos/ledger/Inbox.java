package qerberos.ledger;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Where submissions wait for the writer, bounded in number and bytes. What does not fit is told so
/// at once; nothing is dropped.
///
/// Safe for concurrent use; one thread takes.
final class Inbox {
  private static final long RETRY_LEAST_MILLIS = 10;
  private static final long RETRY_MOST_MILLIS = 2_000;

  /// Submissions of one caller, who waits for all of their answers.
  static final class Request {
    private final List<Submission> submissions;
    private final byte[][] names;
    private final long[] absentBefore;
    private final @Nullable Appended[] answers;
    private final CountDownLatch open;
    private final long bytes;

    /// @param absentBefore for each submission: no entry before this index has its name
    Request(List<Submission> submissions, byte[][] names, long[] absentBefore) {
      this.submissions = submissions;
      this.names = names;
      this.absentBefore = absentBefore;
      this.answers = new Appended[submissions.size()];
      this.open = new CountDownLatch(submissions.size());
      this.bytes = submissions.stream().mapToLong(Submission::frameBytes).sum();
    }

    Submission submission(int at) {
      return submissions.get(at);
    }

    byte[] name(int at) {
      return names[at];
    }

    long absentBefore(int at) {
      return absentBefore[at];
    }

    /// Gives the answer to one submission; only the first one counts.
    void answer(int at, Appended answer) {
      if (answers[at] == null) {
        answers[at] = answer;
        open.countDown();
      }
    }

    /// Waits for all answers.
    List<Appended> answers() throws InterruptedException {
      open.await();
      List<Appended> all = new ArrayList<>(answers.length);
      for (Appended answer : answers) {
        if (answer != null) {
          all.add(answer);
        }
      }
      return all;
    }
  }

  /// One submission of a request.
  record Slot(Request request, int at) {
    Submission submission() {
      return request.submission(at);
    }

    byte[] name() {
      return request.name(at);
    }

    /// No entry before this index has the name.
    long absentBefore() {
      return request.absentBefore(at);
    }

    void answer(Appended answer) {
      request.answer(at, answer);
    }
  }

  private final int mostEntries;
  private final long mostBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();

  // All guarded by lock.
  private final ArrayDeque<Request> waiting = new ArrayDeque<>();
  private int nextOfFirst;
  private int entries;
  private long bytes;
  private long nanosPerEntry = 10_000;
  private @Nullable String closed;

  Inbox(int mostEntries, long mostBytes) {
    this.mostEntries = mostEntries;
    this.mostBytes = mostBytes;
  }

  /// Puts a request into the queue. One that is larger than the whole queue is taken when the queue
  /// is empty.
  ///
  /// @return null when it was taken, else the answer to all of it
  @Nullable Appended offer(Request request) {
    int more = request.submissions.size();
    lock.lock();
    try {
      if (closed != null) {
        return new Appended.Failed(closed);
      }
      if (entries > 0 && (entries + more > mostEntries || bytes + request.bytes > mostBytes)) {
        long drained = entries * nanosPerEntry / 1_000_000;
        return new Appended.Busy(Math.clamp(drained, RETRY_LEAST_MILLIS, RETRY_MOST_MILLIS));
      }
      waiting.add(request);
      entries += more;
      bytes += request.bytes;
      filled.signal();
      return null;
    } finally {
      lock.unlock();
    }
  }

  /// Takes what waits, in order, within the given bounds but at least one; waits for it.
  ///
  /// @return none when the queue is closed and empty
  List<Slot> take(int most, int mostFrameBytes) {
    List<Slot> taken = new ArrayList<>();
    lock.lock();
    try {
      while (waiting.isEmpty() && closed == null) {
        filled.awaitUninterruptibly();
      }
      int size = 0;
      while (!waiting.isEmpty() && taken.size() < most) {
        Request first = waiting.getFirst();
        int more = first.submission(nextOfFirst).frameBytes();
        if (!taken.isEmpty() && size + more > mostFrameBytes) {
          break;
        }
        size += more;
        taken.add(new Slot(first, nextOfFirst++));
        if (nextOfFirst == first.submissions.size()) {
          waiting.removeFirst();
          nextOfFirst = 0;
        }
      }
      entries -= taken.size();
      bytes -= size;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /// Learns how long the writer takes, so that whoever is turned away is told when to come back.
  void drained(int number, long nanos) {
    lock.lock();
    try {
      nanosPerEntry = (7 * nanosPerEntry + nanos / number) / 8;
    } finally {
      lock.unlock();
    }
  }

  /// Takes nothing more, for this reason. What waits is still handed out.
  void close(String reason) {
    lock.lock();
    try {
      if (closed == null) {
        closed = reason;
      }
      filled.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Takes nothing more and answers all that waits with this reason.
  void fail(String reason) {
    close(reason);
    for (Slot slot : take(Integer.MAX_VALUE, Integer.MAX_VALUE)) {
      slot.answer(new Appended.Failed(reason));
    }
  }

  int entries() {
    lock.lock();
    try {
      return entries;
    } finally {
      lock.unlock();
    }
  }

  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }
}
