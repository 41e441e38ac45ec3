package qerberos.event;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who did it: any principal, not only a sQuid identity. Immutable.
///
/// `squidId` has 1 to 256 characters, `subId` (one of its sub-identities) and `daoId` (the
/// organisation it acted for) 1 to 100.
public record Actor(String squidId, @Nullable String subId, @Nullable String daoId) {
  static final int SQUID_ID_MAX = 256;
  static final int ID_MAX = 100;

  /// @throws EventFaults naming each field that is too long, empty or holds half a character
  public Actor {
    var faults = faults(squidId, subId, daoId);
    if (!faults.isEmpty()) {
      throw new EventFaults(faults);
    }
  }

  public Actor(String squidId) {
    this(squidId, null, null);
  }

  static List<Fault> faults(
      @Nullable String squidId, @Nullable String subId, @Nullable String daoId) {
    var faults = new ArrayList<Fault>(0);
    Limits.required("actor.squidId", squidId, SQUID_ID_MAX, faults);
    Limits.optional("actor.subId", subId, ID_MAX, faults);
    Limits.optional("actor.daoId", daoId, ID_MAX, faults);
    return faults;
  }
}
