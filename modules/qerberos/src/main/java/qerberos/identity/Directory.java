package qerberos.identity;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The identities and grants of the bundled sQuid and Qonsent, as the config folder lists them at
/// one moment ([DirectoryWatch]). Immutable.
public final class Directory {
  private final Map<String, ListedIdentity> identities;
  private final List<Grant> grants;

  Directory(List<ListedIdentity> identities, List<Grant> grants) {
    Map<String, ListedIdentity> byId = new LinkedHashMap<>();
    identities.forEach(one -> byId.put(one.squidId(), one));
    this.identities = Map.copyOf(byId);
    this.grants = List.copyOf(grants);
  }

  /// Throws IllegalArgumentException with every mistake of both files, each with file and line.
  public static Directory read(Path identitiesFile, Path grantsFile) throws IOException {
    var first = new YamlList(identitiesFile);
    List<ListedIdentity> identities = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (YamlList.Entry entry :
        first.read(
            "identities",
            Set.of("squidId", "name", "type", "status", "daoId", "publicKey"),
            Set.of("subIds"))) {
      try {
        ListedIdentity one = ListedIdentity.of(entry);
        if (!names.add(one.squidId()) || !names.add(one.name())) {
          first.mistake(entry, one.squidId() + ": listed twice, or its name is");
        }
        identities.add(one);
      } catch (IllegalArgumentException e) {
        first.mistake(entry, String.valueOf(e.getMessage()));
      }
    }
    var second = new YamlList(grantsFile);
    List<Grant> grants = new ArrayList<>();
    for (YamlList.Entry entry :
        second.read("grants", Set.of("identity", "scope"), Set.of("permissions"))) {
      try {
        grants.add(Grant.of(entry));
      } catch (IllegalArgumentException e) {
        second.mistake(entry, String.valueOf(e.getMessage()));
      }
    }
    StringBuilder all = new StringBuilder();
    for (YamlList list : List.of(first, second)) {
      try {
        list.done();
      } catch (IllegalArgumentException e) {
        all.append(all.isEmpty() ? "" : "\n").append(e.getMessage());
      }
    }
    if (!all.isEmpty()) {
      throw new IllegalArgumentException(all.toString());
    }
    return new Directory(identities, grants);
  }

  public List<ListedIdentity> identities() {
    return identities.values().stream()
        .sorted(java.util.Comparator.comparing(ListedIdentity::squidId))
        .toList();
  }

  List<Grant> grants() {
    return grants;
  }

  /// By sQuid id or by name.
  Optional<ListedIdentity> find(String idOrName) {
    ListedIdentity byId = identities.get(idOrName);
    return byId != null
        ? Optional.of(byId)
        : identities.values().stream().filter(one -> one.name().equals(idOrName)).findFirst();
  }

  /// The widest grant that covers this.
  Optional<Grant> grant(String identity, String resource, String action) {
    return grants.stream()
        .filter(grant -> grant.identity().equals(identity) && grant.covers(resource, action))
        .max(java.util.Comparator.comparing(Grant::scope));
  }
}
