package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import qerberos.state.SettableClock;

final class RefusalsTest {
  private final SettableClock clock = new SettableClock();
  private final Refusals refusals = new Refusals(clock);

  @Test
  void quietMinute_endsTheKind_soTheNextIsRecordedAtOnce() {
    assertThat(note("192.0.2.1", "x")).isTrue();
    clock.advance(Duration.ofMinutes(1));
    assertThat(refusals.due()).isEmpty();
    assertThat(note("192.0.2.1", "x")).isTrue();
  }

  @Test
  void steadyFlow_isOneEventAMinute() {
    int atOnce = 0;
    long merged = 0;
    int events = 0;
    for (int second = 0; second < 600; second++) {
      for (int i = 0; i < 10; i++) {
        atOnce += note("192.0.2." + i, "x") ? 1 : 0;
      }
      clock.advance(Duration.ofSeconds(1));
      List<Refusal> due = refusals.due();
      events += due.size();
      merged += due.stream().mapToLong(Refusal::count).sum();
    }
    merged += refusals.rest().stream().mapToLong(Refusal::count).sum();
    assertThat(atOnce).isEqualTo(1);
    assertThat(events).isEqualTo(10);
    assertThat(atOnce + merged).isEqualTo(6000);
  }

  @Test
  void whatAStrangerClaims_makesNoNewKind() {
    assertThat(note("192.0.2.1", "did:squid:a")).isTrue();
    for (int i = 0; i < 1000; i++) {
      assertThat(note("192.0.2.1", "did:squid:" + i)).isFalse();
    }
  }

  @Test
  void strangersFromEverywhere_stayWithinTheBudget_andNoneIsForgotten() {
    int events = 0;
    long counted = 0;
    for (int i = 0; i < 5000; i++) {
      boolean now = note("10." + i / 256 + "." + i % 256 + ".1", null);
      events += now ? 1 : 0;
      counted += now ? 1 : 0;
    }
    List<Refusal> rest = refusals.rest();
    counted += rest.stream().mapToLong(Refusal::count).sum();
    assertThat(events).isLessThanOrEqualTo(301);
    assertThat(counted).isEqualTo(5000);
    assertThat(rest).singleElement().satisfies(one -> assertThat(one.network()).isEqualTo("*"));
  }

  @Test
  void knownCallerFromEverywhere_staysWithinItsOwnBudget() {
    int events = 0;
    for (int i = 0; i < 5000; i++) {
      var request = SettableRequest.get().from("10." + i / 256 + "." + i % 256 + ".1").build();
      events +=
          refusals
                  .note(
                      AccessCode.QONSENT_DENIED,
                      Permission.ADMIN,
                      "did:squid:" + i % 2,
                      null,
                      request)
                  .isPresent()
              ? 1
              : 0;
    }
    assertThat(events).isEqualTo(302);
    assertThat(note("192.0.2.1", null)).as("strangers have their own").isTrue();
    assertThat(refusals.rest()).extracting(Refusal::identity).hasSize(2);
  }

  @Test
  void longTexts_areCut() {
    var request = SettableRequest.get().build();
    Refusal refusal =
        refusals
            .note(AccessCode.INVALID_TOKEN, null, null, "x".repeat(10_000), request)
            .orElseThrow();
    assertThat(refusal.claimed()).hasSize(256);
    assertThat(refusal.type()).isEqualTo("auth.login");
  }

  private boolean note(String address, @Nullable String claimed) {
    var request = SettableRequest.get().from(address).build();
    return refusals
        .note(AccessCode.INVALID_TOKEN, Permission.AUDIT_READ, null, claimed, request)
        .isPresent();
  }
}
