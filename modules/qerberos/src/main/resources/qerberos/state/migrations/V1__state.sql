-- The same statements run on SQLite and on PostgreSQL: text, 64-bit integers, no dialect.
-- Times are milliseconds since 1970-01-01T00:00Z. Hashes are SHA-256, lower-case hex.

CREATE TABLE access_token (
  id           TEXT   NOT NULL PRIMARY KEY,
  name         TEXT   NOT NULL,
  hash         TEXT   NOT NULL UNIQUE,
  scope        TEXT   NOT NULL,
  permissions  TEXT   NOT NULL,
  created_at   BIGINT NOT NULL,
  created_by   TEXT   NOT NULL,
  expires_at   BIGINT,
  revoked_at   BIGINT,
  last_used_at BIGINT
);

CREATE TABLE replayed_request (
  request_hash TEXT   NOT NULL PRIMARY KEY,
  forget_at    BIGINT NOT NULL
);
CREATE INDEX replayed_request_forget_at ON replayed_request (forget_at);

CREATE TABLE first_use (
  session_hash TEXT   NOT NULL PRIMARY KEY,
  forget_at    BIGINT NOT NULL
);
CREATE INDEX first_use_forget_at ON first_use (forget_at);

CREATE TABLE blocked_identity (
  squid_id   TEXT   NOT NULL PRIMARY KEY,
  reason     TEXT   NOT NULL,
  blocked_by TEXT   NOT NULL,
  blocked_at BIGINT NOT NULL
);

CREATE TABLE follower_cursor (
  name       TEXT   NOT NULL PRIMARY KEY,
  next_index BIGINT NOT NULL,
  moved_at   BIGINT NOT NULL
);

CREATE TABLE document (
  name       TEXT   NOT NULL PRIMARY KEY,
  body       TEXT   NOT NULL,
  written_at BIGINT NOT NULL
);
