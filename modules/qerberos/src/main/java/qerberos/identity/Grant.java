package qerberos.identity;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the bundled Qonsent lets one identity do, as `grants.yaml` lists it. Immutable.
public record Grant(String identity, Set<Permission> permissions, Scope scope) {
  public Grant {
    identity = new SquidIdentity(identity, null, null).squidId();
    permissions = Set.copyOf(permissions);
  }

  /// The permission of this grant that covers a resource and an action, if any.
  boolean covers(String resource, String action) {
    String area = resource.substring(0, resource.lastIndexOf(':') + 1);
    return permissions.stream()
        .anyMatch(
            permission ->
                permission.resource().startsWith(area) && permission.action().equals(action));
  }

  static Grant of(YamlList.Entry entry) {
    @Nullable String identity = entry.text("identity");
    if (identity == null) {
      throw new IllegalArgumentException("identity: missing");
    }
    String scope = entry.text("scope");
    Set<Permission> permissions = EnumSet.noneOf(Permission.class);
    List<String> listed = entry.list("permissions");
    for (String text : listed) {
      if (text.equals("*")) {
        permissions.addAll(EnumSet.allOf(Permission.class));
      } else {
        permissions.add(
            Permission.of(text)
                .orElseThrow(
                    () -> new IllegalArgumentException("permissions: unknown \"" + text + "\"")));
      }
    }
    if (permissions.isEmpty()) {
      throw new IllegalArgumentException("permissions: none, want at least one");
    }
    return new Grant(
        identity,
        permissions,
        Scope.of(scope == null ? "own" : scope)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "scope: \"" + scope + "\", want own, subidentity, dao or all")));
  }
}
