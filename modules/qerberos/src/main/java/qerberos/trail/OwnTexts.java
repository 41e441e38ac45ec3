package qerberos.trail;

import java.util.List;
import qerberos.event.Privacy;
import qerberos.event.Treatment;

/// Which fields of our own events hold what a person wrote, whatever the configuration says about
/// such names elsewhere: they are sealed, so they can be read back, and taken back.
final class OwnTexts {
  private static final List<String> OF_TICKETS = List.of("subject", "message", "note");

  private OwnTexts() {}

  static Privacy sealedBy(Privacy configured) {
    Privacy all = configured;
    for (String name : OF_TICKETS) {
      all = all.with(new Privacy.Rule("support.ticket.*", "details.what." + name, Treatment.SEAL));
    }
    return all;
  }
}
