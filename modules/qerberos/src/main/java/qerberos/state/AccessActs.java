package qerberos.state;

import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;

/// What events say about tokens that were made and revoked and identities that were blocked and let
/// in again, and back.
///
/// A token is recorded by its hash, which opens nothing: tokens are 256 random bits.
public final class AccessActs {
  public static final String TOKEN_CREATE = "token.create";
  public static final String TOKEN_REVOKE = "token.revoke";
  public static final String BLOCK = "identity.block";
  public static final String UNBLOCK = "identity.unblock";
  private static final String TOKEN = "qerberos:token:";
  private static final String IDENTITY = "qerberos:identity:";

  private AccessActs() {}

  public static String tokenRef(String id) {
    return TOKEN + id;
  }

  public static String identityRef(String id) {
    return IDENTITY + id;
  }

  public static Json.Obj made(StoredToken token) {
    Json.Obj what =
        Json.EMPTY
            .with("tokenName", Json.of(token.name()))
            .with("hash", Json.of(token.hash()))
            .with("scope", Json.of(token.scope()))
            .with("createdAt", Json.of(token.createdAt().toString()))
            .with(
                "permissions",
                new Json.Arr(token.permissions().stream().sorted().<Json>map(Json::of).toList()));
    Instant expiresAt = token.expiresAt();
    return expiresAt == null ? what : what.with("expiresAt", Json.of(expiresAt.toString()));
  }

  /// @param already whether it was blocked before, which stays as it was
  public static Json.Obj blocked(BlockedIdentity blocked, boolean already) {
    return Json.EMPTY
        .with("reason", Json.of(blocked.reason()))
        .with("identity", Json.of(blocked.squidId()))
        .with("already", Json.of(already));
  }

  public static Json.Obj unblocked(String squidId) {
    return Json.EMPTY.with("identity", Json.of(squidId));
  }

  /// A token of which the log does not hold the hash opens nothing any more, so it is not there.
  static OwnAct.Taken projectMade(Handle handle, OwnAct act) {
    @Nullable String hash = act.text("hash");
    if (hash == null) {
      return OwnAct.Taken.INCOMPLETE;
    }
    Set<String> permissions = new HashSet<>();
    if (act.what().get("permissions") instanceof Json.Arr(var items)) {
      for (Json item : items) {
        if (item instanceof Json.Str(var text)) {
          permissions.add(text);
        }
      }
    }
    boolean ignored =
        Tokens.add(
            handle,
            new StoredToken(
                act.about(TOKEN),
                act.required("tokenName"),
                hash,
                act.required("scope"),
                permissions,
                Instant.parse(act.required("createdAt")),
                act.by(),
                Optional.ofNullable(act.text("expiresAt")).map(Instant::parse).orElse(null),
                null,
                null));
    return OwnAct.Taken.WHOLE;
  }

  /// False when there is no such token, or not yet.
  static boolean projectRevoked(Handle handle, OwnAct act) {
    return Tokens.revoke(handle, token(act), act.at());
  }

  static String token(OwnAct act) {
    return act.about(TOKEN);
  }

  static OwnAct.Taken projectBlocked(Handle handle, OwnAct act) {
    boolean ignored =
        BlockedIdentities.block(
            handle, new BlockedIdentity(identity(act), act.required("reason"), act.by(), act.at()));
    return OwnAct.Taken.WHOLE;
  }

  static OwnAct.Taken projectUnblocked(Handle handle, OwnAct act) {
    boolean ignored = BlockedIdentities.unblock(handle, identity(act));
    return OwnAct.Taken.WHOLE;
  }

  static String identity(OwnAct act) {
    @Nullable String named = act.text("identity");
    return named == null ? act.about(IDENTITY) : named;
  }
}
