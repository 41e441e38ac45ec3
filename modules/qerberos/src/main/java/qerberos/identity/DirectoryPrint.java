package qerberos.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What is remembered of a directory: by sQuid id, 64 bits of the hash of what is said about it and
/// of what it is granted. Immutable.
record DirectoryPrint(SortedMap<String, String> identities, SortedMap<String, String> grants) {
  private static final String NONE = "-";

  static DirectoryPrint of(Directory directory) {
    SortedMap<String, String> identities = new TreeMap<>();
    directory.identities().forEach(one -> identities.put(one.squidId(), hash(one.toString())));
    SortedMap<String, String> grants = new TreeMap<>();
    directory.grants().stream()
        .collect(Collectors.groupingBy(Grant::identity))
        .forEach((identity, all) -> grants.put(identity, hash(granted(all))));
    return new DirectoryPrint(identities, grants);
  }

  private static String granted(List<Grant> grants) {
    return grants.stream()
        .map(
            grant ->
                grant.scope()
                    + grant.permissions().stream()
                        .map(Permission::text)
                        .sorted()
                        .toList()
                        .toString())
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  private static String hash(String text) {
    return Digest.of("directory", text).substring(0, 16);
  }

  /// One line for each id: the id, a hash or `-` for its identity, the same for its grants.
  String text() {
    SortedMap<String, String> all = new TreeMap<>(grants);
    all.putAll(identities);
    return all.keySet().stream()
        .map(
            id ->
                String.join(
                    " ", id, identities.getOrDefault(id, NONE), grants.getOrDefault(id, NONE)))
        .collect(Collectors.joining("\n"));
  }

  /// What [#text] wrote; lines that it did not write are left out.
  static DirectoryPrint parse(String text) {
    SortedMap<String, String> identities = new TreeMap<>();
    SortedMap<String, String> grants = new TreeMap<>();
    for (String line : text.split("\n", -1)) {
      String[] parts = line.split(" ", -1);
      if (parts.length == 3) {
        put(identities, parts[0], parts[1]);
        put(grants, parts[0], parts[2]);
      }
    }
    return new DirectoryPrint(identities, grants);
  }

  private static void put(Map<String, String> hashes, String id, String hash) {
    if (!hash.equals(NONE)) {
      hashes.put(id, hash);
    }
  }

  DirectoryChange since(DirectoryPrint before) {
    return new DirectoryChange(since(before.identities, identities), since(before.grants, grants));
  }

  private static DirectoryChange.Names since(
      SortedMap<String, String> before, SortedMap<String, String> now) {
    List<String> added = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    now.forEach(
        (id, hash) -> {
          String former = before.get(id);
          if (former == null) {
            added.add(id);
          } else if (!former.equals(hash)) {
            changed.add(id);
          }
        });
    List<String> removed = new ArrayList<>(before.keySet());
    removed.removeAll(now.keySet());
    return new DirectoryChange.Names(added, removed, changed);
  }
}
