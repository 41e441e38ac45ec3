package qerberos.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/// Whose cosignatures are enough: that of one witness, or of so many members of a group, each of
/// which is a witness or a group again (C2SP tlog-policy).
///
/// Immutable.
public sealed interface Quorum {
  /// Nobody needs to cosign.
  Quorum NONE = new Group(0, List.of());

  /// This witness must have cosigned.
  record Witness(VerifierKey key) implements Quorum {
    @Override
    public boolean metBy(Collection<VerifierKey> cosigners) {
      return cosigners.contains(key);
    }

    @Override
    public List<VerifierKey> witnesses() {
      return List.of(key);
    }

    @Override
    public String toString() {
      return key.shortName();
    }
  }

  /// So many members must be satisfied.
  ///
  /// @param wanted 0..the number of members
  record Group(int wanted, List<Quorum> members) implements Quorum {
    public Group {
      members = List.copyOf(members);
      if (wanted < 0 || wanted > members.size()) {
        throw new IllegalArgumentException(
            "quorum: " + wanted + ", want 0.." + members.size() + " witnesses");
      }
    }

    @Override
    public boolean metBy(Collection<VerifierKey> cosigners) {
      return members.stream().filter(member -> member.metBy(cosigners)).count() >= wanted;
    }

    @Override
    public List<VerifierKey> witnesses() {
      List<VerifierKey> all = new ArrayList<>();
      members.forEach(member -> all.addAll(member.witnesses()));
      return List.copyOf(all);
    }

    @Override
    public String toString() {
      return members.isEmpty()
          ? "nobody"
          : wanted
              + " of "
              + members.stream()
                  .map(member -> member instanceof Group ? "(" + member + ")" : member.toString())
                  .collect(Collectors.joining(", "));
    }
  }

  /// So many of these witnesses, whichever.
  ///
  /// @throws IllegalArgumentException when there are not so many
  static Quorum of(int wanted, List<VerifierKey> witnesses) {
    return new Group(wanted, witnesses.stream().<Quorum>map(Witness::new).toList());
  }

  /// Whether the cosignatures of these are enough.
  boolean metBy(Collection<VerifierKey> cosigners);

  /// Every witness whose cosignature can count.
  List<VerifierKey> witnesses();
}
