package qerberos.http;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import qerberos.identity.Permission;
import qerberos.state.Switch;

/// Lets in whom another admission lets in, unless the service is in maintenance or what is asked
/// for would change evidence while that is locked.
///
/// Neither ever stops what programs record, nor whoever looks how we are. An administrator may pass
/// in maintenance, and says so with `X-Maintenance-Bypass`.
///
/// Safe for concurrent use.
final class Restrictions implements Admission {
  static final String BYPASS = "X-Maintenance-Bypass";
  private static final long RETRY_MOST_SECONDS = 300;

  private final GateAdmission gate;
  private final Switch maintenance;
  private final EvidenceLock evidence;
  private final InstantSource clock;

  Restrictions(GateAdmission gate, Switch maintenance, EvidenceLock evidence, InstantSource clock) {
    this.gate = gate;
    this.maintenance = maintenance;
    this.evidence = evidence;
    this.clock = clock;
  }

  @Override
  public void admit(Exchange exchange, Route route) throws Exception {
    gate.admit(exchange, route);
    Instant now = clock.instant();
    Switch.Position position = maintenance.position();
    if (position.holds(now) && !route.inMaintenance() && !mayPass(exchange)) {
      throw Refused.unavailable(
          Code.MAINTENANCE_MODE,
          "the service is in maintenance: " + position.reason(),
          retrySeconds(position, now));
    }
    if (route.changesEvidence() && evidence.isOn()) {
      throw Refused.because(Code.EVIDENCE_LOCK, evidence.sentence());
    }
  }

  private boolean mayPass(Exchange exchange) {
    return exchange.header(BYPASS).isPresent() && gate.holds(exchange, Permission.ADMIN);
  }

  private static long retrySeconds(Switch.Position position, Instant now) {
    Instant until = position.until();
    return until == null
        ? RETRY_MOST_SECONDS
        : Math.clamp(Duration.between(now, until).toSeconds() + 1, 1, RETRY_MOST_SECONDS);
  }
}
