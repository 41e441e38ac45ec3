package qerberos.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The access tokens that were issued, revoked ones included. Safe for concurrent use.
public final class Tokens {
  private final Database database;

  Tokens(Database database) {
    this.database = database;
  }

  /// Keeps a new token; an `id` or `hash` that exists is refused with IllegalArgumentException.
  public void add(StoredToken token, Telling telling) throws StateUnavailable {
    boolean added = database.write(handle -> add(handle, token), telling);
    if (!added) {
      throw new IllegalArgumentException("token: id \"" + token.id() + "\" exists already");
    }
  }

  /// False when there is one with its id or hash, which stays as it is.
  static boolean add(Handle handle, StoredToken token) {
    return handle
            .createUpdate(
                "INSERT INTO access_token (id, name, hash, scope, permissions, created_at,"
                    + " created_by, expires_at) VALUES (:id, :name, :hash, :scope, :permissions,"
                    + " :createdAt, :createdBy, :expiresAt) ON CONFLICT DO NOTHING")
            .bind("id", token.id())
            .bind("name", token.name())
            .bind("hash", token.hash())
            .bind("scope", token.scope())
            .bind("permissions", String.join(" ", token.permissions()))
            .bind("createdAt", token.createdAt().toEpochMilli())
            .bind("createdBy", token.createdBy())
            .bind("expiresAt", millis(token.expiresAt()))
            .execute()
        == 1;
  }

  /// The token with this hash, revoked and expired ones too: the caller decides what that means.
  public Optional<StoredToken> byHash(String hash) throws StateUnavailable {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT * FROM access_token WHERE hash = :hash")
                .bind("hash", hash)
                .map((row, _) -> token(row))
                .findOne());
  }

  /// All tokens, oldest first.
  public List<StoredToken> all() throws StateUnavailable {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT * FROM access_token ORDER BY created_at, id")
                .map((row, _) -> token(row))
                .list());
  }

  /// Revokes for ever; false when there is no such token. Revoking twice keeps the first time.
  public boolean revoke(String id, Instant at, Telling telling) throws StateUnavailable {
    return database.write(handle -> revoke(handle, id, at), telling);
  }

  static boolean revoke(Handle handle, String id, Instant at) {
    return handle
            .createUpdate(
                "UPDATE access_token SET revoked_at = COALESCE(revoked_at, :at) WHERE id = :id")
            .bind("at", at.toEpochMilli())
            .bind("id", id)
            .execute()
        == 1;
  }

  /// Notes that the token was used at `at`, unless a later use is known.
  public void used(String id, Instant at) throws StateUnavailable {
    int ignored =
        database.write(
            handle ->
                handle
                    .createUpdate(
                        "UPDATE access_token SET last_used_at = :at WHERE id = :id"
                            + " AND (last_used_at IS NULL OR last_used_at < :at)")
                    .bind("at", at.toEpochMilli())
                    .bind("id", id)
                    .execute());
  }

  private static StoredToken token(ResultSet row) throws SQLException {
    String permissions = row.getString("permissions");
    return new StoredToken(
        row.getString("id"),
        row.getString("name"),
        row.getString("hash"),
        row.getString("scope"),
        permissions.isEmpty() ? Set.of() : Set.of(permissions.split(" ")),
        Instant.ofEpochMilli(row.getLong("created_at")),
        row.getString("created_by"),
        instant(row, "expires_at"),
        instant(row, "revoked_at"),
        instant(row, "last_used_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(value);
  }

  private static @Nullable Long millis(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }
}
