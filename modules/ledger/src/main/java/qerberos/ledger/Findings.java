package qerberos.ledger;

import java.util.ArrayList;
import java.util.List;

/// What a verification has found so far. Used by one thread at a time.
final class Findings {
  private static final int MOST = 100;

  private final List<Verification.Damage> damages = new ArrayList<>();
  private final List<String> checked = new ArrayList<>();

  void damage(String where, String what) {
    damages.add(new Verification.Damage(where, what));
  }

  void damage(LedgerDamaged damaged) {
    damages.add(damaged.damage());
  }

  void damages(List<Verification.Damage> more) {
    damages.addAll(more);
  }

  /// @param sentence what was really looked at
  void checked(String sentence) {
    checked.add(sentence);
  }

  boolean good() {
    return damages.isEmpty();
  }

  Verification verdict(Checkpoint checkpoint) {
    return damages.isEmpty()
        ? new Verification.Holds(checkpoint, checked)
        : new Verification.Broken(damages.subList(0, Math.min(damages.size(), MOST)));
  }
}
