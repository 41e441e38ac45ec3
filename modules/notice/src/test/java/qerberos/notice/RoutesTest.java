package qerberos.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoutesTest {
  private static final Way A = Way.email("a@example.org");
  private static final Way HOOK = Way.webhook("ops");
  private static final Way ADMIN = Way.ws("did:squid:admin456");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  /// A Tuesday, eleven in Berlin.
  private static final Instant AT = Messages.AT;

  @Test
  void everyFittingRoute_addsItsWays_eachOnceInOrder() {
    var routes =
        new Routes(
            List.of(
                route(Severity.WARNING, "*", "*", HOOK, A),
                route(Severity.CRITICAL, "auth.*", "*", ADMIN, HOOK),
                route(Severity.INFO, "backup.failed", "*", A)));
    assertThat(routes.of(Severity.CRITICAL, "auth.login", null, AT))
        .containsExactly(HOOK, A, ADMIN);
    assertThat(routes.of(Severity.WARNING, "auth.login", null, AT)).containsExactly(HOOK, A);
    assertThat(routes.of(Severity.INFO, "auth.login", null, AT)).isEmpty();
    assertThat(routes.of(Severity.INFO, "backup.failed", null, AT)).containsExactly(A);
    assertThat(routes.of(Severity.INFO, "backup.failed.twice", null, AT)).isEmpty();
    assertThat(Routes.NONE.of(Severity.CRITICAL, "auth.login", null, AT)).isEmpty();
  }

  @Test
  void anIdentity_isMetWholeOrByItsBeginning_andNobodyOnlyByTheStar() {
    var one = new Routes(List.of(route(Severity.INFO, "*", "did:squid:user123", A)));
    var some = new Routes(List.of(route(Severity.INFO, "*", "did:squid:*", A)));
    assertThat(one.of(Severity.INFO, "x", "did:squid:user123", AT)).containsExactly(A);
    assertThat(one.of(Severity.INFO, "x", "did:squid:user1234", AT)).isEmpty();
    assertThat(one.of(Severity.INFO, "x", null, AT)).isEmpty();
    assertThat(some.of(Severity.INFO, "x", "did:squid:user1234", AT)).containsExactly(A);
    assertThat(some.of(Severity.INFO, "x", "system:backup", AT)).isEmpty();
    assertThat(some.of(Severity.INFO, "x", null, AT)).isEmpty();
  }

  @Test
  void hours_areThoseOfTheirZone_summerAndWinter() {
    var office =
        new Times(8 * 60, 18 * 60, EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY), BERLIN);
    assertThat(office.contains(Instant.parse("2026-11-24T06:59:59Z"))).isFalse();
    assertThat(office.contains(Instant.parse("2026-11-24T07:00:00Z"))).isTrue();
    assertThat(office.contains(Instant.parse("2026-11-24T16:59:59Z"))).isTrue();
    assertThat(office.contains(Instant.parse("2026-11-24T17:00:00Z"))).isFalse();
    assertThat(office.contains(Instant.parse("2026-07-21T06:00:00Z"))).isTrue();
    assertThat(office.contains(Instant.parse("2026-11-28T10:00:00Z"))).as("Saturday").isFalse();
  }

  @Test
  void hoursOverMidnight_belongToTheDayOnWhichTheyBegin() {
    var night = new Times(22 * 60, 6 * 60, Set.of(DayOfWeek.FRIDAY), ZoneId.of("UTC"));
    assertThat(night.contains(Instant.parse("2026-11-27T21:59:00Z"))).isFalse();
    assertThat(night.contains(Instant.parse("2026-11-27T22:00:00Z"))).isTrue();
    assertThat(night.contains(Instant.parse("2026-11-28T05:59:00Z"))).as("Saturday").isTrue();
    assertThat(night.contains(Instant.parse("2026-11-28T06:00:00Z"))).isFalse();
    assertThat(night.contains(Instant.parse("2026-11-27T05:00:00Z"))).as("early").isFalse();
    assertThat(night.contains(Instant.parse("2026-11-28T23:00:00Z"))).isFalse();
  }

  @Test
  void outsideItsHours_aRouteIsSilent() {
    var never = new Times(0, 60, Set.of(DayOfWeek.SUNDAY), BERLIN);
    var routes = new Routes(List.of(new Route(Severity.INFO, "*", "*", never, List.of(A))));
    assertThat(routes.of(Severity.CRITICAL, "x", null, AT)).isEmpty();
    assertThat(Times.always().contains(AT)).isTrue();
  }

  @Test
  void whatCanNeverFit_isRefused() {
    assertThatThrownBy(() -> route(Severity.INFO, "*.login", "*", A))
        .hasMessage("type: \"*.login\", want the whole text, or its beginning and *");
    assertThatThrownBy(() -> route(Severity.INFO, "*", "", A)).hasMessageStartingWith("identity: ");
    assertThatThrownBy(() -> route(Severity.INFO, "*", "*")).hasMessageStartingWith("to: nobody");
    assertThatThrownBy(() -> new Times(60, 60, Set.of(DayOfWeek.MONDAY), BERLIN))
        .hasMessageStartingWith("hours: ");
    assertThatThrownBy(() -> new Times(0, 1440, Set.of(), BERLIN)).hasMessageStartingWith("days: ");
  }

  private static Route route(Severity atLeast, String type, String identity, Way... ways) {
    return new Route(atLeast, type, identity, Times.always(), List.of(ways));
  }
}
