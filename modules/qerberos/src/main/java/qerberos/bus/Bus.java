package qerberos.bus;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import qerberos.state.Cursors;
import qerberos.trail.Follower;
import qerberos.trail.Trail;

/// The event bus: what is recorded, told on the topics `q.qerberos.*.v1`.
///
/// Consumers inside the process [subscribe][#subscribe]; those outside read what a [Carrier] has,
/// which is filled by a follower of the log. Without either the bus does nothing at all.
///
/// Safe for concurrent use.
public final class Bus implements AutoCloseable {
  /// What a crash takes from the cursor, the carrier knows.
  private static final Duration COMMIT = Duration.ofSeconds(1);

  private final Trail trail;
  private final Messages messages;
  private final @Nullable Carrier carrier;
  private final @Nullable Follower follower;

  private Bus(
      Trail trail, Messages messages, @Nullable Carrier carrier, @Nullable Follower follower) {
    this.trail = trail;
    this.messages = messages;
    this.carrier = carrier;
    this.follower = follower;
  }

  /// A bus inside the process alone.
  public static Bus inside(Trail trail) {
    return new Bus(trail, messages(trail), null, null);
  }

  /// A bus that is carried outside too; begins at once, or when the carrier can be reached.
  ///
  /// @param carrier its own from now on
  public static Bus carried(Trail trail, Cursors cursors, Carrier carrier) {
    Messages messages = messages(trail);
    var publishing = new Publishing(trail.ledger(), messages, cursors, carrier);
    return new Bus(trail, messages, carrier, trail.follow("bus", publishing, COMMIT));
  }

  private static Messages messages(Trail trail) {
    return new Messages(trail.ledger().origin(), trail.eventsWithoutSealed());
  }

  /// Everything on a topic from an entry of the log on.
  ///
  /// @param from 0 for all there ever was, the log's size for what comes now
  /// @throws IllegalArgumentException the log does not reach so far
  public Subscription subscribe(Topic topic, long from) {
    return new Subscription(topic, trail.ledger(), messages, trail.course(from));
  }

  /// What fills the carrier; empty when there is none.
  public Optional<Follower> follower() {
    return Optional.ofNullable(follower);
  }

  /// Carries what is in hand, and stops; the carrier too. Before the trail is closed.
  @Override
  public void close() {
    if (follower != null) {
      follower.close();
    }
    if (carrier != null) {
      carrier.close();
    }
  }
}
