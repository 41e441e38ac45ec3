package qerberos.ledger;

import java.util.List;

/// How a verification ended. There are three ways, because "I could not look" is neither a yes nor
/// a no.
///
/// Immutable.
public sealed interface Verification {

  /// Everything that was looked at is as the signed checkpoint says.
  ///
  /// @param checkpoint the one that was checked against
  /// @param checked one sentence for each thing that was really checked, in order
  record Holds(Checkpoint checkpoint, List<String> checked) implements Verification {
    public Holds {
      checked = List.copyOf(checked);
    }
  }

  /// Something is not as it was signed or promised.
  ///
  /// @param damages at least one, in the order found; a long list may be cut
  record Broken(List<Damage> damages) implements Verification {
    public Broken {
      damages = List.copyOf(damages);
      if (damages.isEmpty()) {
        throw new IllegalArgumentException("damages: empty, want at least one");
      }
    }

    public Broken(String where, String what) {
      this(List.of(new Damage(where, what)));
    }
  }

  /// It could not be found out, for the reason given: no checkpoint, no key, no answer.
  record CannotTell(String reason) implements Verification {}

  /// One thing that is wrong.
  ///
  /// @param where a file and byte offset, or a path and a hash or entry number
  /// @param what what was found there and what was expected
  record Damage(String where, String what) {}
}
