package qerberos.bus;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import qerberos.event.AuditEvent;
import qerberos.ledger.Hash;
import qerberos.ledger.Ledger;
import qerberos.trail.Course;

/// One consumer inside the process: everything on a topic from a place of the log on, each once, in
/// order.
///
/// It is asked, and asks the log: nothing runs and nothing is kept for it meanwhile, so one that is
/// slow, or comes back next year, misses nothing. To resume is to subscribe at [#next] again, which
/// the consumer keeps together with what it made of the messages.
///
/// Used by one thread at a time.
public final class Subscription {
  private final Topic topic;
  private final Ledger ledger;
  private final Messages messages;
  private final Course course;

  Subscription(Topic topic, Ledger ledger, Messages messages, Course course) {
    this.topic = topic;
    this.ledger = ledger;
    this.messages = messages;
    this.course = course;
  }

  /// The first place of the log that was not looked at.
  public long next() {
    return course.next();
  }

  /// How far that is from the end of the log, in entries.
  public long lag() {
    return course.lag();
  }

  /// The messages among the next `most` entries; none when no entry came in time, or nothing of
  /// what came is of this topic.
  ///
  /// @throws IOException the log cannot be read; what was not given is given next time
  public List<Message> next(int most, Duration patience) throws IOException, InterruptedException {
    long first = course.next();
    List<@Nullable AuditEvent> events = course.next(most, patience);
    byte[] hashes = ledger.leafHashes(first, first + events.size());
    List<Message> found = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      AuditEvent event = events.get(i);
      if (event != null) {
        Hash leafHash = Hash.at(hashes, i * Hash.BYTES);
        if (topic == Topic.AUDIT_LOGGED) {
          found.add(messages.logged(first + i, event, leafHash));
        } else {
          messages
              .beside(first + i, event, leafHash)
              .filter(one -> one.topic() == topic)
              .ifPresent(found::add);
        }
      }
    }
    return found;
  }
}
