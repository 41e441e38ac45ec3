package qerberos.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.event.AuditEvent;
import qerberos.event.Verdict;
import qerberos.notice.Alert;
import qerberos.notice.AlertSeen;
import qerberos.notice.AlertStatus;
import qerberos.notice.Channel;
import qerberos.notice.Delivery;
import qerberos.notice.Message;
import qerberos.notice.Notice;
import qerberos.notice.Retries;
import qerberos.notice.Route;
import qerberos.notice.Routes;
import qerberos.notice.Severity;
import qerberos.notice.Times;
import qerberos.notice.Way;
import qerberos.settings.StateSettings;
import qerberos.settings.TrailSettings;
import qerberos.state.State;
import qerberos.state.Telling;
import qerberos.trail.TestTrail;
import qerberos.trail.Trail;

/// Messages reach their channel once at least, whatever happens in between, and each attempt is an
/// event.
class DelivererTest {
  private static final Retries QUICK =
      new Retries(
          Duration.ofMillis(2), Duration.ofMillis(20), Duration.ofDays(1), Duration.ofMinutes(2));

  @TempDir Path folder;
  private final Hands clock = new Hands();

  /// A clock that goes on, and can be put forward.
  private static final class Hands extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
      return Clock.systemUTC().instant().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
      return ZoneId.of("UTC");
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /// Answers each message with the next of these, and then that it is delivered.
  private static final class Scripted implements Channel {
    final BlockingQueue<Delivery> answers = new LinkedBlockingQueue<>();
    final BlockingQueue<Message> got = new LinkedBlockingQueue<>();

    @Override
    public String name() {
      return "email";
    }

    @Override
    public Delivery deliver(Message message) {
      boolean ignored = got.add(message);
      Delivery answer = answers.poll();
      return answer == null ? new Delivery.Delivered("250 taken") : answer;
    }

    Message next() throws InterruptedException {
      Message message = got.poll(30, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("nothing came");
      }
      return message;
    }
  }

  private State state(String name) {
    return State.open(StateSettings.in(folder.resolve(name)), clock);
  }

  private Deliverer deliverer(State state, Trail trail, Channel channel) {
    return new Deliverer(
        state.notices(),
        List.of(channel),
        new Routes(
            List.of(
                new Route(
                    Severity.CRITICAL,
                    "*",
                    "*",
                    Times.always(),
                    List.of(new Way(channel.name(), "ops@example"), new Way("absent", "x"))))),
        QUICK,
        trail.acts(),
        clock,
        new SplittableRandom(1));
  }

  private void tell(State state, Deliverer deliverer, String id) throws Exception {
    var notice =
        new Notice(
            id,
            Notice.OPERATORS,
            "alert",
            Severity.CRITICAL,
            "down",
            "<b>all</b> of it",
            clock.instant(),
            Map.of("job", "shop"),
            deliverer.ways(Severity.CRITICAL, "a.b", null));
    var alert =
        new Alert(id, Instant.EPOCH, AlertStatus.FIRING, Severity.CRITICAL, "s", "t", Map.of());
    AlertSeen ignored =
        state.notices().seen(alert, clock.instant(), _ -> List.of(notice), _ -> Telling.NOTHING);
    deliverer.wake();
  }

  /// The verdicts of the events about a message, in order, when there are so many.
  private static List<Verdict> verdicts(Trail trail, String id, int count) throws Exception {
    Instant until = Instant.now().plusSeconds(30);
    while (true) {
      int size = (int) trail.ledger().size();
      List<AuditEvent> events = new ArrayList<>();
      for (AuditEvent event : trail.events().read(0, size)) {
        if (event != null && event.ref().equals("message:" + id)) {
          events.add(event);
        }
      }
      if (events.size() >= count || Instant.now().isAfter(until)) {
        assertThat(events.stream().map(AuditEvent::type)).containsOnly("notification.email");
        return events.stream().map(AuditEvent::verdict).toList();
      }
      Thread.sleep(5);
    }
  }

  @Test
  void whatFails_isTriedAgainUnderTheSameId_andEachAttemptIsAnEvent() throws Exception {
    var channel = new Scripted();
    channel.answers.add(new Delivery.Failed("421 busy", false, null));
    channel.answers.add(new Delivery.Failed("421 busy \ud800", false, Duration.ofMillis(30)));
    try (State state = state("a");
        Trail trail = TestTrail.open(TrailSettings.in(folder.resolve("a")), state);
        Deliverer deliverer = deliverer(state, trail, channel)) {
      deliverer.start();
      tell(state, deliverer, "n1");
      Message first = channel.next();
      assertThat(first.id()).isEqualTo("n1.0");
      assertThat(first.recipient()).isEqualTo("ops@example");
      assertThat(first.text()).as("as it came").isEqualTo("<b>all</b> of it");
      assertThat(channel.next()).isEqualTo(first);
      assertThat(channel.next()).isEqualTo(first);
      assertThat(verdicts(trail, "n1.0", 3))
          .containsExactly(Verdict.WARN, Verdict.WARN, Verdict.ALLOW);
      assertThat(state.notices().waiting()).isEmpty();
    }
  }

  @Test
  void whatCannotBeHelped_isGivenUp_andIsAnEventToo() throws Exception {
    var channel = new Scripted();
    channel.answers.add(new Delivery.Failed("550 no such mailbox", true, null));
    try (State state = state("b");
        Trail trail = TestTrail.open(TrailSettings.in(folder.resolve("b")), state);
        Deliverer deliverer = deliverer(state, trail, channel)) {
      deliverer.start();
      tell(state, deliverer, "n1");
      tell(state, deliverer, "n2");
      assertThat(channel.next().id()).isEqualTo("n1.0");
      assertThat(channel.next().id()).isEqualTo("n2.0");
      assertThat(verdicts(trail, "n1.0", 1)).containsExactly(Verdict.DENY);
      assertThat(verdicts(trail, "n2.0", 1)).containsExactly(Verdict.ALLOW);
      assertThat(state.notices().waiting()).isEmpty();
    }
  }

  @Test
  void asManyAsTheChannelTakes_areDeliveredSideBySide_andNoMore() throws Exception {
    var together = new CountDownLatch(3);
    var now = new AtomicInteger();
    var most = new AtomicInteger();
    Channel gathers =
        new Channel() {
          @Override
          public String name() {
            return "email";
          }

          @Override
          public int atOnce() {
            return 3;
          }

          // Ends for nobody before there are three.
          @Override
          public Delivery deliver(Message message) throws InterruptedException {
            int here = now.incrementAndGet();
            int ignored = most.accumulateAndGet(here, Math::max);
            together.countDown();
            together.await();
            int _ = now.decrementAndGet();
            return new Delivery.Delivered("in one mail");
          }
        };
    try (State state = state("e");
        Trail trail = TestTrail.open(TrailSettings.in(folder.resolve("e")), state);
        Deliverer deliverer = deliverer(state, trail, gathers)) {
      deliverer.start();
      for (int i = 0; i < 9; i++) {
        tell(state, deliverer, "n" + i);
      }
      for (int i = 0; i < 9; i++) {
        assertThat(verdicts(trail, "n" + i + ".0", 1)).containsExactly(Verdict.ALLOW);
      }
      assertThat(most).hasValue(3);
      assertThat(state.notices().waiting()).isEmpty();
    }
  }

  @Test
  void aChannelThatIsNotThere_isNobodysWay() throws Exception {
    try (State state = state("c");
        Trail trail = TestTrail.open(TrailSettings.in(folder.resolve("c")), state);
        Deliverer deliverer = deliverer(state, trail, new Scripted())) {
      assertThat(deliverer.ways(Severity.WARNING, "a.b", null)).isEmpty();
      assertThat(deliverer.ways(Severity.CRITICAL, "a.b", null))
          .containsExactly(new Way("email", "ops@example"));
    }
  }

  @Test
  void whatWaitsForAChannelThatIsGone_isGivenUpAtTheNextStart_andThatIsAnEvent() throws Exception {
    try (State state = state("f");
        Trail trail = TestTrail.open(TrailSettings.in(folder.resolve("f")), state);
        Deliverer before = deliverer(state, trail, new Scripted())) {
      for (int i = 0; i < 20; i++) {
        tell(state, before, "n" + i);
      }
      assertThat(state.notices().waiting()).isEqualTo(Map.of("email", 20L));
      var without =
          new Deliverer(
              state.notices(),
              List.of(),
              Routes.NONE,
              QUICK,
              trail.acts(),
              clock,
              new SplittableRandom(1));
      try (without) {
        without.start();
        for (int i = 0; i < 20; i++) {
          assertThat(verdicts(trail, "n" + i + ".0", 1)).containsExactly(Verdict.DENY);
        }
        assertThat(state.notices().waiting()).isEmpty();
      }
      // It is counted when its event is in the log, or a moment later.
      assertThat(without.attempts("email", "given up")).isEqualTo(20);
    }
  }

  @Test
  void oldNotices_areForgotten() throws Exception {
    try (State state = state("g");
        Trail trail = TestTrail.open(TrailSettings.in(folder.resolve("g")), state);
        Deliverer deliverer = deliverer(state, trail, new Scripted());
        var forgetting = new Forgetting(state.notices(), Duration.ofDays(90), clock)) {
      deliverer.start();
      tell(state, deliverer, "n1");
      assertThat(verdicts(trail, "n1.0", 1)).containsExactly(Verdict.ALLOW);
      clock.ahead = Duration.ofDays(91);
      assertThat(forgetting.now()).as("critical, and read by nobody").isZero();
      clock.ahead = Duration.ofDays(181);
      assertThat(forgetting.now()).isEqualTo(1);
    }
  }

  @Test
  void killedInTheMiddleOfADelivery_itIsDeliveredByTheNextOne_underTheSameId() throws Exception {
    var begun = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    var hanging = new AtomicReference<Message>();
    Channel hangs =
        new Channel() {
          @Override
          public String name() {
            return "email";
          }

          @Override
          public Delivery deliver(Message message) throws InterruptedException {
            hanging.set(message);
            begun.countDown();
            never.await();
            return new Delivery.Delivered("too late");
          }
        };
    State first = state("d");
    try (Trail trail = TestTrail.open(TrailSettings.in(folder.resolve("d")), first)) {
      Deliverer killed = deliverer(first, trail, hangs);
      killed.start();
      tell(first, killed, "n1");
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      // As if the process ended here: nothing is settled, the state is let go.
      first.close();
      killed.close();
    }
    var channel = new Scripted();
    try (State state = state("d");
        Trail trail = TestTrail.open(TrailSettings.in(folder.resolve("d")), state);
        Deliverer next = deliverer(state, trail, channel)) {
      next.start();
      assertThat(state.notices().waiting()).isEqualTo(Map.of("email", 1L));
      assertThat(channel.got).as("still taken").isEmpty();
      clock.ahead = QUICK.lease();
      assertThat(channel.next()).isEqualTo(hanging.get());
      assertThat(verdicts(trail, "n1.0", 1)).containsExactly(Verdict.ALLOW);
      assertThat(state.notices().waiting()).isEmpty();
    }
  }
}
