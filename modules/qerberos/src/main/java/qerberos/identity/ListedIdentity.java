package qerberos.identity;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An identity of the bundled sQuid, as `identities.yaml` lists it. It has no credential there: its
/// password and key are made at first start. Immutable.
///
/// `name` is the last part of the sQuid id unless given; `publicKey` is an Ed25519 key in base64
/// (32 bytes, or an X.509 key) for a program that keeps its own private key.
public record ListedIdentity(
    String squidId,
    String name,
    String type,
    String status,
    @Nullable String daoId,
    List<String> subIds,
    @Nullable String publicKey) {
  private static final Set<String> TYPES = Set.of("ROOT", "DAO", "ENTERPRISE", "CONSENTIDA", "AID");
  private static final Set<String> STATES =
      Set.of("ACTIVE", "INACTIVE", "SUSPENDED", "DELETED", "PENDING_VERIFICATION");

  public ListedIdentity {
    SquidIdentity checked = new SquidIdentity(squidId, null, daoId);
    squidId = checked.squidId();
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw new IllegalArgumentException("name: \"" + name + "\", want 1..64 of A-Z a-z 0-9 _ -");
    }
    if (!TYPES.contains(type)) {
      throw new IllegalArgumentException("type: \"" + type + "\", want one of " + TYPES);
    }
    if (!STATES.contains(status)) {
      throw new IllegalArgumentException("status: \"" + status + "\", want one of " + STATES);
    }
    subIds = List.copyOf(subIds);
    for (String subId : subIds) {
      squidId = new SquidIdentity(squidId, subId, null).squidId();
    }
    if (publicKey != null) {
      java.security.PublicKey ignored = Ed25519.publicKey(publicKey);
    }
  }

  boolean active() {
    return status.equals("ACTIVE");
  }

  static ListedIdentity of(YamlList.Entry entry) {
    String id = entry.text("squidId");
    if (id == null) {
      throw new IllegalArgumentException("squidId: missing");
    }
    String name = entry.text("name");
    String type = entry.text("type");
    String status = entry.text("status");
    return new ListedIdentity(
        id,
        name == null ? id.substring(id.lastIndexOf(':') + 1) : name,
        type == null ? "ROOT" : type.toUpperCase(Locale.ROOT),
        status == null ? "ACTIVE" : status.toUpperCase(Locale.ROOT),
        entry.text("daoId"),
        entry.list("subIds"),
        entry.text("publicKey"));
  }
}
