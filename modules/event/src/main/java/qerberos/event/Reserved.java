package qerberos.event;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What only Qerberos itself may say: nobody outside steers alerts or risk by posting events that
/// look like ours. Immutable.
///
/// Ours are the first words of a type listed here, everything in the layer `qerberos` (where the
/// events about our own logins and settings stand), and actors that begin with `system:`.
/// `auth.login` in any other layer is anybody's.
public final class Reserved {
  /// The layer of events about Qerberos itself.
  public static final String LAYER = "qerberos";

  /// What the actor of a deed without a person begins with.
  public static final String ACTOR_PREFIX = "system:";

  private static final Set<String> FIRST_WORDS =
      Set.of(
          "alert",
          "anomaly",
          "evidence",
          "finding",
          "ledger",
          "maintenance",
          "notification",
          "privacy",
          "qerberos",
          "risk",
          "rule",
          "support",
          "suppression");

  private Reserved() {}

  /// What in this event is not for outsiders to say; empty when nothing is.
  public static List<Fault> faults(EventDraft draft) {
    var faults = new ArrayList<Fault>(0);
    String type = draft.type();
    int dot = type.indexOf('.');
    String first = plain(dot < 0 ? type : type.substring(0, dot));
    if (FIRST_WORDS.contains(first)) {
      faults.add(new Fault("type", "'" + first + "' is reserved for Qerberos itself"));
    }
    String squidId = draft.actor().squidId();
    if (plain(squidId).startsWith(ACTOR_PREFIX)) {
      faults.add(new Fault("actor.squidId", "'system:' is reserved for Qerberos itself"));
    }
    if (plain(draft.layer()).equals(LAYER)) {
      faults.add(new Fault("layer", "'qerberos' is reserved for Qerberos itself"));
    }
    return faults;
  }

  private static String plain(String text) {
    return text.strip().toLowerCase(Locale.ROOT);
  }
}
