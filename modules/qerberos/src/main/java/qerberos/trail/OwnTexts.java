package qerberos.trail;

import java.util.List;
import qerberos.event.Privacy;
import qerberos.event.Treatment;

/// Which fields of our own events hold what a person wrote, whatever the configuration says about
/// such names elsewhere: they are sealed, so they can be read back, and taken back.
final class OwnTexts {
  private static final List<String> OF_TICKETS = List.of("subject", "message", "note");
  private static final List<String> OF_ALERTS = List.of("note");

  private OwnTexts() {}

  static Privacy sealedBy(Privacy configured) {
    Privacy tickets = sealed(configured, "support.ticket.*", OF_TICKETS);
    return sealed(tickets, "notification.admin_alert", OF_ALERTS);
  }

  private static Privacy sealed(Privacy configured, String type, List<String> names) {
    Privacy all = configured;
    for (String name : names) {
      all = all.with(new Privacy.Rule(type, "details.what." + name, Treatment.SEAL));
    }
    return all;
  }
}
