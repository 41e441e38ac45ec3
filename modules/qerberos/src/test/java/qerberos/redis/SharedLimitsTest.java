package qerberos.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import qerberos.identity.Allowance;
import qerberos.identity.Allowance.Exceeded;
import qerberos.identity.Allowance.Within;
import qerberos.identity.Caller;
import qerberos.identity.Limits;
import qerberos.identity.Limits.Work;
import qerberos.identity.Permission;
import qerberos.identity.Scope;
import qerberos.identity.SquidIdentity;
import qerberos.settings.LimitSettings;

/// The limits of several processes, each with a link of its own to one real Redis. What is meant by
/// the minute is by the hour here, so that nothing flows in while a test runs.
final class SharedLimitsTest {
  private static final LimitSettings SETTINGS =
      new LimitSettings(2_000, 100, 200, 3_600_000, 120, 50, 300, 100, 50, 10, 12_000);

  @TempDir Path folder;
  private @Nullable RedisServer running;
  private final List<RedisLink> links = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    running = RedisServer.in(folder);
  }

  @AfterEach
  void stop() throws Exception {
    links.forEach(RedisLink::close);
    if (running != null) {
      running.close();
    }
  }

  @Test
  void manyAtOnce_ofSeveralProcesses_exactlyTheAllowancePasses() throws Exception {
    List<Limits> processes = List.of(process(), process(), process());
    assertThat(passed(processes, 600, one -> one.request(person("a", null, null)))).isEqualTo(200);
    assertThat(passed(processes, 60, one -> one.work(Work.COMPLIANCE, person("a", null, null))))
        .isEqualTo(10);
    InetAddress address = InetAddress.ofLiteral("192.0.2.1");
    assertThat(passed(processes, 300, one -> one.stranger(address))).isEqualTo(120);
    assertThat(passed(processes, 600, one -> one.request(person("b", null, null))))
        .as("of another")
        .isEqualTo(200);
  }

  @Test
  void whatIsRefusedByOneBucket_isTakenFromNone() throws Exception {
    List<Limits> processes = List.of(process(), process());
    assertThat(passed(processes, 200, one -> one.request(person("a", "phone", "dao"))))
        .isEqualTo(50);
    assertThat(processes.getFirst().request(person("a", "phone", "dao")))
        .isInstanceOfSatisfying(
            Exceeded.class, beyond -> assertThat(beyond.policy()).isEqualTo("subidentity"));
    assertThat(passed(processes, 400, one -> one.request(person("a", null, null))))
        .as("of 200 of the identity")
        .isEqualTo(150);
    assertThat(passed(processes, 400, one -> one.request(person("b", null, "dao"))))
        .as("an identity has 200, and of 300 of the DAO 250 are left")
        .isEqualTo(200);
    assertThat(passed(processes, 400, one -> one.request(person("c", null, "dao")))).isEqualTo(50);
  }

  @Test
  void figures_areThoseOfAllProcesses() throws Exception {
    Limits first = process();
    Limits second = process();
    Caller caller = person("a", null, null);
    for (int i = 0; i < 8; i++) {
      assertThat(first.work(Work.COMPLIANCE, caller)).isInstanceOf(Within.class);
    }
    assertThat(second.work(Work.COMPLIANCE, caller))
        .isInstanceOfSatisfying(
            Within.class,
            within -> {
              assertThat(within.remaining()).isEqualTo(1);
              assertThat(within.reset())
                  .isAfter(Clock.systemUTC().instant().plus(Duration.ofMinutes(50)));
            });
    assertThat(first.work(Work.COMPLIANCE, caller)).isInstanceOf(Within.class);
    assertThat(second.work(Work.COMPLIANCE, caller))
        .isInstanceOfSatisfying(
            Exceeded.class,
            beyond ->
                assertThat(beyond.retryAfter())
                    .isBetween(Duration.ofMinutes(4), Duration.ofMinutes(6)));
  }

  @Test
  void aProcessThatBeginsLater_findsWhatWasTaken() throws Exception {
    Caller caller = person("a", null, null);
    assertThat(passed(List.of(process()), 400, one -> one.request(caller))).isEqualTo(200);
    assertThat(passed(List.of(process()), 400, one -> one.request(caller))).isZero();
    assertThat(server().ask("KEYS", "*"))
        .contains("qerberos:shop:limit:requests:")
        .doesNotContain("did:", "squid");
    assertThat(passed(List.of(process("other")), 400, one -> one.request(caller)))
        .as("another installation")
        .isEqualTo(200);
  }

  @Test
  void redisGone_limitsHoldInEachProcess_andAreSharedAgain() throws Exception {
    Limits first = process();
    Limits second = process();
    Caller caller = person("a", null, null);
    assertThat(passed(List.of(first), 60, one -> one.request(caller))).isEqualTo(60);
    assertThat(passed(List.of(second), 60, one -> one.request(caller))).isEqualTo(60);
    server().stop();
    assertThat(passed(List.of(first), 300, one -> one.request(caller)))
        .as("what it granted before counts, what the other granted is not known")
        .isEqualTo(140);
    server().start();
    await(() -> links.stream().allMatch(one -> one.health() instanceof RedisHealth.Up));
    assertThat(passed(List.of(first), 300, one -> one.request(caller))).isZero();
    assertThat(passed(List.of(second), 300, one -> one.request(caller)))
        .as("what was granted without Redis, it never learns")
        .isEqualTo(80);
    assertThat(passed(List.of(process()), 300, one -> one.request(caller))).isZero();
  }

  @Test
  void redisThatLosesItsData_givesNoProcessASecondAllowance() throws Exception {
    Limits first = process();
    Caller caller = person("a", null, null);
    assertThat(passed(List.of(first), 300, one -> one.request(caller))).isEqualTo(200);
    server().kill();
    server().start();
    await(() -> links.stream().allMatch(one -> one.health() instanceof RedisHealth.Up));
    assertThat(passed(List.of(first), 300, one -> one.request(caller))).isZero();
  }

  /// Counted, not timed: were each to wait for an answer, 100,000 would take half a day.
  @Test
  void redisThatHangs_delaysNoMoreThanThoseOnTheirWay() throws Exception {
    Limits first = process();
    server().pause();
    int others = 0;
    while (!(links.getFirst().health() instanceof RedisHealth.Down)) {
      assertThat(first.request(person("n" + others++, null, null))).isInstanceOf(Within.class);
    }
    int decided = 0;
    while (links.getFirst().health() instanceof RedisHealth.Down && decided < 100_000) {
      assertThat(first.request(person("m" + decided++, null, null))).isInstanceOf(Within.class);
    }
    assertThat(decided).isEqualTo(100_000);
    server().resume();
    await(() -> links.getFirst().health() instanceof RedisHealth.Up);
  }

  /// Counted too: 10,000 that each waited would take most of an hour.
  @Test
  void redisThatIsSlow_isNotAsked_untilItIsFast() throws Exception {
    Caller caller = person("a", null, null);
    try (var slow = new SlowWay(server().port())) {
      var link = RedisLink.open(Optional.of(slow.settings()), "shop");
      links.add(link);
      link.awaitFirst(Duration.ofSeconds(30));
      var limits =
          new Limits(SETTINGS, Clock.systemUTC(), System::nanoTime, RedisBuckets.over(link));
      slow.delay(300);
      await(() -> link.health() instanceof RedisHealth.Up(long millis) && millis > 250);
      long before = Long.parseLong(calls());
      for (int i = 0; i < 10_000; i++) {
        assertThat(limits.request(person("n" + i, null, null))).isInstanceOf(Within.class);
      }
      assertThat(Long.parseLong(calls())).isEqualTo(before);
      slow.delay(0);
      await(() -> link.health() instanceof RedisHealth.Up(long millis) && millis < 250);
      assertThat(limits.work(Work.COMPLIANCE, caller)).isInstanceOf(Within.class);
      assertThat(process().work(Work.COMPLIANCE, caller))
          .isInstanceOfSatisfying(
              Within.class, within -> assertThat(within.remaining()).isEqualTo(8));
    }
  }

  @Test
  void events_areSharedToo_withoutAskingForEach() throws Exception {
    List<Limits> processes = List.of(process(), process(), process());
    Caller shop = person("shop", null, null);
    String before = calls();
    long start = System.nanoTime();
    long granted = 0;
    long asked = 0;
    while (System.nanoTime() - start < 2_000_000_000L) {
      for (Limits one : processes) {
        granted += one.ingest(shop, 1) instanceof Within ? 1 : 0;
        asked++;
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    assertThat(granted)
        .as("the burst, what flows in, and a share of a twentieth for each process")
        .isLessThanOrEqualTo((long) (2_000 + 2_000 * seconds + 3 * 100));
    assertThat(granted).as("and not less than one alone").isGreaterThan(3_000);
    assertThat(asked).isGreaterThan(granted);
    long trips = Long.parseLong(calls()) - Long.parseLong(before);
    assertThat(trips)
        .as("one for a hundred events, and the one by which Redis learns the script")
        .isBetween(granted / 100 - 3, granted / 100 + 1);
  }

  @Test
  void aBatchLargerThanTheAllowance_isPaidOffByAll() throws Exception {
    Limits first = process();
    Limits second = process();
    Caller shop = person("shop", null, null);
    assertThat(first.ingest(shop, 100_000)).isInstanceOf(Within.class);
    for (Limits one : List.of(first, second)) {
      int passed = 0;
      Allowance last = one.ingest(shop, 1);
      while (last instanceof Within && passed <= 100) {
        passed++;
        last = one.ingest(shop, 1);
      }
      assertThat(passed).as("before it is told").isLessThanOrEqualTo(100);
      assertThat(last)
          .isInstanceOfSatisfying(
              Exceeded.class,
              beyond ->
                  assertThat(beyond.retryAfter())
                      .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(51)));
    }
  }

  private Limits process() {
    return process("shop");
  }

  private Limits process(String installation) {
    RedisLink link = server().link(installation);
    links.add(link);
    return new Limits(SETTINGS, Clock.systemUTC(), System::nanoTime, RedisBuckets.over(link));
  }

  private interface Asking {
    Allowance of(Limits one);
  }

  /// How many of so many that ask at once, the processes in turn, are within the limit.
  private static int passed(List<Limits> processes, int count, Asking asking) throws Exception {
    List<Callable<Allowance>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Limits one = processes.get(i % processes.size());
      all.add(() -> asking.of(one));
    }
    try (var workers = Executors.newFixedThreadPool(8)) {
      int passed = 0;
      for (Future<Allowance> each : workers.invokeAll(all)) {
        passed += each.get() instanceof Within ? 1 : 0;
      }
      return passed;
    }
  }

  /// How many scripts Redis has run by their names.
  private String calls() throws Exception {
    return server()
        .ask("INFO", "commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_evalsha:"))
        .map(line -> line.replaceAll("^[^=]*=(\\d+),.*", "$1"))
        .findFirst()
        .orElse("0");
  }

  private RedisServer server() {
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return running;
  }

  private static Caller person(String name, @Nullable String subId, @Nullable String daoId) {
    var identity = new SquidIdentity("did:squid:" + name, subId, daoId);
    return new Caller(identity.squidId(), identity, Set.of(Permission.AUDIT_READ), Scope.OWN, name);
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("it did not come about in 30 s").isLessThan(deadline);
      Thread.sleep(20);
    }
  }
}
