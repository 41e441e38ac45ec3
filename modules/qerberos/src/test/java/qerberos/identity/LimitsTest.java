package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qerberos.identity.Allowance.Exceeded;
import qerberos.identity.Allowance.Within;
import qerberos.settings.LimitSettings;
import qerberos.state.SettableClock;

final class LimitsTest {
  private final SettableClock clock = new SettableClock();
  private final AtomicLong nanos = new AtomicLong();
  private final Limits limits = new Limits(LimitSettings.defaults(), clock, nanos::get);

  @Test
  void requests_hundredAMinute_twoHundredAtOnce() {
    Caller caller = person("a", null, null);
    for (int i = 0; i < 200; i++) {
      assertThat(limits.request(caller)).as("request " + i).isInstanceOf(Within.class);
    }
    assertThat(limits.request(caller))
        .isEqualTo(
            new Exceeded(
                "requests",
                100,
                Duration.ofMinutes(1),
                Duration.ofSeconds(1),
                clock.instant().plusSeconds(120)));
    assertThat(limits.request(person("b", null, null))).isInstanceOf(Within.class);

    pass(Duration.ofMillis(600));
    assertThat(limits.request(caller)).isInstanceOf(Within.class);
    assertThat(limits.request(caller)).isInstanceOf(Exceeded.class);
    pass(Duration.ofMinutes(1));
    int more = 0;
    while (limits.request(caller) instanceof Within) {
      more++;
    }
    assertThat(more).isEqualTo(100);
  }

  @Test
  void remaining_neverExceedsTheLimitNorFallsBelowZero() {
    Caller caller = person("a", null, null);
    long last = Long.MAX_VALUE;
    while (limits.request(caller) instanceof Within within) {
      assertThat(within.remaining()).isBetween(0L, 100L).isLessThanOrEqualTo(last);
      last = within.remaining();
    }
    assertThat(last).isZero();
  }

  @Test
  void subidentityAndDao_haveLimitsOfTheirOwn_andTheNearestIsTold() {
    Caller phone = person("a", "phone", "dao");
    for (int i = 0; i < 50; i++) {
      assertThat(limits.request(phone))
          .isInstanceOfSatisfying(
              Within.class, within -> assertThat(within.policy()).isEqualTo("subidentity"));
    }
    assertThat(limits.request(phone))
        .isInstanceOfSatisfying(
            Exceeded.class, beyond -> assertThat(beyond.policy()).isEqualTo("subidentity"));
    // what the subidentity was refused is not taken from the identity: 200 less 50 are left
    int left = 0;
    while (limits.request(person("a", null, null)) instanceof Within) {
      left++;
    }
    assertThat(left).isEqualTo(150);
  }

  @Test
  void dao_isSharedByItsMembers() {
    int passed = 0;
    for (int i = 0; i < 600; i++) {
      passed += limits.request(person("m" + i, null, "dao")) instanceof Within ? 1 : 0;
    }
    assertThat(passed).isEqualTo(500);
  }

  @Test
  void ingest_isCountedInEventsPerToken() {
    Caller shop = service("shop");
    assertThat(limits.ingest(shop, 50_000)).isInstanceOf(Within.class);
    assertThat(limits.ingest(shop, 1)).isInstanceOf(Exceeded.class);
    assertThat(limits.ingest(service("other"), 10_000)).isInstanceOf(Within.class);
    pass(Duration.ofMillis(200));
    assertThat(limits.ingest(shop, 10_000)).isInstanceOf(Within.class);
    assertThat(limits.ingest(shop, 1))
        .isInstanceOfSatisfying(
            Exceeded.class,
            beyond -> {
              assertThat(beyond.policy()).isEqualTo("ingest");
              assertThat(beyond.window()).isEqualTo(Duration.ofSeconds(1));
              assertThat(beyond.retryAfter()).isEqualTo(Duration.ofSeconds(1));
            });
  }

  @Test
  void batchLargerThanTheAllowance_passesOnceAndIsPaidOff() {
    var small = new LimitSettings(1000, 100, 200, 60_000, 120, 50, 500, 100, 50, 10, 12_000);
    var few = new Limits(small, clock, nanos::get);
    Caller shop = service("shop");
    assertThat(few.ingest(shop, 10_000)).isInstanceOf(Within.class);
    assertThat(few.ingest(shop, 1))
        .isInstanceOfSatisfying(
            Exceeded.class,
            beyond -> assertThat(beyond.retryAfter()).isEqualTo(Duration.ofSeconds(10)));
    pass(Duration.ofSeconds(10));
    assertThat(few.ingest(shop, 1)).isInstanceOf(Within.class);
  }

  @Test
  void work_isCountedByTheHour() {
    Caller caller = person("a", null, null);
    for (int i = 0; i < 10; i++) {
      assertThat(limits.work(Limits.Work.COMPLIANCE, caller)).isInstanceOf(Within.class);
    }
    assertThat(limits.work(Limits.Work.COMPLIANCE, caller))
        .isInstanceOfSatisfying(
            Exceeded.class,
            beyond -> assertThat(beyond.retryAfter()).isEqualTo(Duration.ofMinutes(6)));
    assertThat(limits.work(Limits.Work.ANOMALY, caller)).isInstanceOf(Within.class);
    assertThat(limits.work(Limits.Work.RISK, caller)).isInstanceOf(Within.class);
  }

  @Test
  void strangers_areCountedPerAddress_andPerSixtyFourInIpv6() {
    InetAddress first = InetAddress.ofLiteral("2001:db8::1");
    InetAddress neighbour = InetAddress.ofLiteral("2001:db8::ffff");
    for (int i = 0; i < 120; i++) {
      assertThat(limits.stranger(i % 2 == 0 ? first : neighbour)).isInstanceOf(Within.class);
    }
    assertThat(limits.stranger(first)).isInstanceOf(Exceeded.class);
    assertThat(limits.strangerWould(neighbour)).isInstanceOf(Exceeded.class);
    assertThat(limits.stranger(InetAddress.ofLiteral("2001:db8:0:1::1")))
        .isInstanceOf(Within.class);
    assertThat(limits.stranger(InetAddress.ofLiteral("192.0.2.1"))).isInstanceOf(Within.class);
    assertThat(limits.stranger(InetAddress.ofLiteral("192.0.2.2")))
        .isInstanceOfSatisfying(
            Within.class, within -> assertThat(within.remaining()).isEqualTo(119));
  }

  @Test
  void manyAtOnce_exactlyTheAllowancePasses() throws Exception {
    Caller caller = person("a", null, null);
    List<Future<Allowance>> answers = new ArrayList<>();
    try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 1000; i++) {
        answers.add(workers.submit(() -> limits.request(caller)));
      }
      int passed = 0;
      for (Future<Allowance> answer : answers) {
        passed += answer.get() instanceof Within ? 1 : 0;
      }
      assertThat(passed).isEqualTo(200);
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    clock.advance(time);
  }

  private static Caller service(String name) {
    return new Caller("token:" + name, null, Set.of(Permission.AUDIT_WRITE), Scope.OWN, name);
  }

  private static Caller person(String name, @Nullable String subId, @Nullable String daoId) {
    var identity = new SquidIdentity("did:squid:" + name, subId, daoId);
    return new Caller(identity.squidId(), identity, Set.of(Permission.AUDIT_READ), Scope.OWN, name);
  }
}
