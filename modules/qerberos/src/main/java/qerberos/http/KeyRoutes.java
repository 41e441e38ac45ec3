package qerberos.http;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import qerberos.event.Actor;
import qerberos.identity.Permission;
import qerberos.ledger.VerifierKey;
import qerberos.trail.SelfCheck;
import qerberos.trail.Soundness;
import qerberos.trail.Trail;

/// `POST /admin/keys/rotate`: the log signs with a new key from now on. Refused while anything
/// about the log is not right: a new key must not be what hides it.
///
/// Safe for concurrent use.
final class KeyRoutes {
  private final Trail trail;
  private final SelfCheck selfCheck;

  KeyRoutes(Trail trail, SelfCheck selfCheck) {
    this.trail = trail;
    this.selfCheck = selfCheck;
  }

  List<Route> routes() {
    return List.of(
        Route.guarded("POST", "/admin/keys/rotate", Permission.ADMIN, this::rotate)
            .with(Route.Trait.CHANGES_EVIDENCE));
  }

  private Answer rotate(Exchange exchange) throws Exception {
    requireAllIsRight();
    List<VerifierKey> keys;
    try {
      keys = trail.rotation().rotate(new Actor(exchange.caller().principal()));
    } catch (IOException e) {
      throw Refused.unavailable(
          Code.SERVICE_UNAVAILABLE, "the keys were not changed: " + e.getMessage(), 5);
    }
    return exchange.ok(
        200,
        "OK",
        "the log signs with the first of these keys now",
        json -> {
          json.object().name("keys").array();
          keys.forEach(key -> json.value(key.toString()));
          json.end().end();
        });
  }

  private void requireAllIsRight() {
    Optional<String> fault = Soundness.fault(trail, selfCheck.last());
    if (fault.isPresent()) {
      throw Refused.because(Code.LOG_NOT_SOUND, fault.get());
    }
  }
}
