-- Searches that people keep under a name. dao_id: whose organisation a shared one is for; none: anybody.

CREATE TABLE saved_search (
  owner      TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  dao_id     TEXT,
  query      TEXT   NOT NULL,
  sort_order TEXT   NOT NULL,
  shared     BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (owner, name)
);
CREATE INDEX saved_search_shared ON saved_search (shared, name);
