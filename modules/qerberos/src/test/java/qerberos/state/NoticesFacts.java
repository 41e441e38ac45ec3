package qerberos.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import qerberos.notice.Alert;
import qerberos.notice.AlertSeen;
import qerberos.notice.AlertStatus;
import qerberos.notice.Notice;
import qerberos.notice.NoticeStoreContract;
import qerberos.notice.Severity;

/// The store of notices in a state database, whichever it is.
abstract class NoticesFacts extends NoticeStoreContract<Telling> {
  private final Deque<State> open = new ArrayDeque<>();

  /// An open state; the same one, with its content, when called again.
  abstract State open(Clock clock);

  @BeforeEach
  final void openState() {
    open.push(open(Clock.systemUTC()));
  }

  @AfterEach
  final void closeStates() {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  @Override
  protected final Notices store() {
    return open.element().notices();
  }

  @Override
  protected final Notices reopened() {
    openState();
    return store();
  }

  @Override
  protected final Telling nothing() {
    return Telling.NOTHING;
  }

  private record Tells(String id, List<String> heard) implements Telling {
    @Override
    public Outgoing about(boolean changed) {
      return new Outgoing(id, "about " + id);
    }

    @Override
    public void committed() {
      boolean ignored = heard.add(id);
    }
  }

  @Test
  final void whatIsToldOfAnAlert_isCommittedWithIt() throws Exception {
    List<String> committed = new java.util.ArrayList<>();
    var alert =
        new Alert("a", Instant.EPOCH, AlertStatus.FIRING, Severity.INFO, "s", "test", Map.of());
    for (int i = 0; i < 2; i++) {
      AlertSeen seen =
          store()
              .seen(
                  alert,
                  Instant.EPOCH,
                  _ -> List.<Notice>of(),
                  one -> one.change().begins() ? new Tells("fired", committed) : Telling.NOTHING);
      assertThat(seen.count()).isEqualTo(i + 1);
    }
    assertThat(open.element().outbox().all()).containsExactly(new Outgoing("fired", "about fired"));
    assertThat(committed).containsExactly("fired");
  }
}
