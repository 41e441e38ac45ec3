package qerberos.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.notice.Acknowledged;
import qerberos.notice.Acknowledgement;
import qerberos.notice.Alert;
import qerberos.notice.AlertSeen;
import qerberos.notice.AlertStatus;
import qerberos.notice.Channel;
import qerberos.notice.Delivery;
import qerberos.notice.Escalation;
import qerberos.notice.MailChannel;
import qerberos.notice.MailLayout;
import qerberos.notice.MailServer;
import qerberos.notice.Message;
import qerberos.notice.Notice;
import qerberos.notice.Quiet;
import qerberos.notice.Retries;
import qerberos.notice.Route;
import qerberos.notice.Routes;
import qerberos.notice.Severity;
import qerberos.notice.SmtpServer;
import qerberos.notice.Times;
import qerberos.notice.Way;
import qerberos.settings.StateSettings;
import qerberos.settings.TrailSettings;
import qerberos.state.SettableClock;
import qerberos.state.State;
import qerberos.state.Telling;
import qerberos.trail.TestTrail;
import qerberos.trail.Trail;

/// What waits for its time, quiet hours and escalations, goes out then, and not before.
class HeldTest {
  private static final Instant NIGHT = Instant.parse("2026-11-24T23:00:00Z");
  private static final Duration UNTIL_MORNING = Duration.ofHours(8);
  private static final Way OPS = Way.email("ops@example.org");
  private static final Way LEAD = Way.email("lead@example.org");

  @TempDir Path folder;
  private final SettableClock clock = new SettableClock();

  @BeforeEach
  void itIsNight() {
    clock.set(NIGHT);
  }

  /// Keeps what it gets.
  private static final class Recorder implements Channel {
    final BlockingQueue<Message> got = new LinkedBlockingQueue<>();

    @Override
    public String name() {
      return "email";
    }

    @Override
    public Delivery deliver(Message message) {
      boolean ignored = got.add(message);
      return new Delivery.Delivered("250 taken");
    }

    Message next() throws InterruptedException {
      Message message = got.poll(60, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("nothing came");
      }
      return message;
    }
  }

  private static Route route(@Nullable Quiet quiet, @Nullable Escalation escalation) {
    return new Route(Severity.INFO, "*", "*", Times.always(), List.of(OPS), quiet, escalation);
  }

  private static Quiet night() {
    return new Quiet(
        new Times(22 * 60, 7 * 60, EnumSet.allOf(DayOfWeek.class), ZoneOffset.UTC),
        Severity.CRITICAL);
  }

  private static Retries retries() {
    return new Retries(
        Duration.ofMillis(2), Duration.ofMillis(20), Duration.ofMinutes(1), Duration.ofMinutes(5));
  }

  private Deliverer deliverer(State state, Trail trail, Channel channel, Route route) {
    return new Deliverer(
        state.notices(),
        List.of(channel),
        new Routes(List.of(route)),
        retries(),
        trail.acts(),
        clock,
        new SplittableRandom(1));
  }

  private State state() {
    return State.open(StateSettings.in(folder), clock);
  }

  private Trail trail(State state) throws Exception {
    return TestTrail.open(TrailSettings.in(folder), state);
  }

  /// As the route tells of an alert; its id.
  private String tell(
      State state, Deliverer deliverer, String name, Severity severity, AlertStatus status)
      throws Exception {
    var alert = new Alert(name, Instant.EPOCH, status, severity, name, "test", Map.of());
    AlertSeen seen =
        state
            .notices()
            .seen(
                alert,
                clock.instant(),
                one ->
                    List.of(
                        new Notice(
                            name + one.count(),
                            Notice.OPERATORS,
                            "alert",
                            severity,
                            name,
                            "all of it",
                            clock.instant(),
                            Map.of(Notice.ALERT, alert.id()),
                            one.change().begins()
                                ? deliverer.ways(severity, "a.b", null)
                                : List.of(),
                            one.change().begins()
                                ? deliverer.escalations(severity, "a.b", null)
                                : List.of())),
                _ -> Telling.NOTHING);
    deliverer.wake();
    return seen.alert().id();
  }

  /// What a channel has is not settled yet.
  private static void awaitWaiting(State state, Map<String, Long> expected) throws Exception {
    Instant until = Instant.now().plusSeconds(60);
    while (!state.notices().waiting().equals(expected) && Instant.now().isBefore(until)) {
      Thread.sleep(20);
    }
    assertThat(state.notices().waiting()).isEqualTo(expected);
  }

  @Test
  void atNight_onlyWhatMattersGoesOut_theRestInTheMorning_alsoAfterARestart() throws Exception {
    var before = new Recorder();
    try (State state = state();
        Trail trail = trail(state);
        Deliverer deliverer = deliverer(state, trail, before, route(night(), null))) {
      deliverer.start();
      String ignored = tell(state, deliverer, "slow", Severity.WARNING, AlertStatus.FIRING);
      ignored = tell(state, deliverer, "down", Severity.CRITICAL, AlertStatus.FIRING);
      assertThat(before.next().subject()).isEqualTo("down");
      awaitWaiting(state, Map.of("email", 1L));
    }
    assertThat(before.got).isEmpty();
    clock.advance(UNTIL_MORNING);
    var after = new Recorder();
    try (State state = state();
        Trail trail = trail(state);
        Deliverer deliverer = deliverer(state, trail, after, route(night(), null))) {
      deliverer.start();
      Message held = after.next();
      assertThat(held.subject()).isEqualTo("slow");
      assertThat(held.at()).as("when it was said").isEqualTo(NIGHT);
    }
  }

  @Test
  void whatWasHeldForOneMailbox_comesAsOneMail() throws Exception {
    try (var server = new SmtpServer(null, Map.of());
        State state = state();
        Trail trail = trail(state);
        Deliverer deliverer = deliverer(state, trail, mail(server, state), route(night(), null))) {
      deliverer.start();
      for (int i = 0; i < 40; i++) {
        String ignored = tell(state, deliverer, "held" + i, Severity.WARNING, AlertStatus.FIRING);
      }
      assertThat(server.heard).isEmpty();
      clock.advance(UNTIL_MORNING);
      deliverer.wake();
      awaitWaiting(state, Map.of());
      assertThat(server.heard.stream().filter("DATA"::equals)).hasSize(1);
      assertThat(server.heard.stream().filter(line -> line.startsWith("X-Qerberos-Notice")))
          .hasSize(40);
    }
  }

  private MailChannel mail(SmtpServer server, State state) {
    return new MailChannel(
        new MailServer(
            "127.0.0.1",
            server.port(),
            MailServer.Security.NONE,
            Optional.empty(),
            "qerberos@example.org",
            Duration.ofSeconds(30)),
        MailLayout.standard(),
        "",
        Duration.ofSeconds(5),
        20,
        new CountedMails(state.documents()),
        (SSLSocketFactory) SSLSocketFactory.getDefault(),
        Clock.systemUTC());
  }

  @Test
  void nobodyAcknowledges_soItGoesFurther_whatIsAcknowledgedOrOver_doesNot() throws Exception {
    var channel = new Recorder();
    var escalation = new Escalation(Duration.ofMinutes(15), List.of(LEAD, Way.webhook("absent")));
    Route route = route(null, escalation);
    try (State state = state();
        Trail trail = trail(state);
        Deliverer deliverer = deliverer(state, trail, channel, route)) {
      deliverer.start();
      String mine = tell(state, deliverer, "mine", Severity.INFO, AlertStatus.FIRING);
      String ignored = tell(state, deliverer, "over", Severity.INFO, AlertStatus.FIRING);
      ignored = tell(state, deliverer, "alone", Severity.INFO, AlertStatus.FIRING);
      for (int i = 0; i < 3; i++) {
        assertThat(channel.next().recipient()).isEqualTo("ops@example.org");
      }
      var given = new Acknowledgement("token:admin", clock.instant(), null);
      assertThat(state.notices().acknowledge(mine, given, _ -> Telling.NOTHING).orElseThrow())
          .isInstanceOf(Acknowledged.Now.class);
      ignored = tell(state, deliverer, "over", Severity.INFO, AlertStatus.RESOLVED);
      awaitWaiting(state, Map.of("email", 1L));
    }
    clock.advance(Duration.ofMinutes(15));
    try (State state = state();
        Trail trail = trail(state);
        Deliverer deliverer = deliverer(state, trail, channel, route)) {
      deliverer.start();
      Message escalated = channel.next();
      assertThat(escalated.subject()).isEqualTo("not acknowledged: alone");
      assertThat(escalated.recipient()).isEqualTo("lead@example.org");
      awaitWaiting(state, Map.of());
    }
    assertThat(channel.got).isEmpty();
  }
}
