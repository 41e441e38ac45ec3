-- Alerts from outside, tickets, what somebody is to hear of them, and what is still to be delivered.
-- fields: a JSON object of texts. starts_at: RFC 3339 with nine digits, as the sender tells it.

CREATE TABLE admin_alert (
  id          TEXT   NOT NULL PRIMARY KEY,
  fingerprint TEXT   NOT NULL,
  starts_at   TEXT   NOT NULL,
  status      TEXT   NOT NULL,
  severity    TEXT   NOT NULL,
  summary     TEXT   NOT NULL,
  source      TEXT   NOT NULL,
  fields      TEXT   NOT NULL,
  first_seen  BIGINT NOT NULL,
  last_seen   BIGINT NOT NULL,
  times_told  BIGINT NOT NULL,
  resolved_at BIGINT
);
CREATE INDEX admin_alert_last_seen ON admin_alert (last_seen);

CREATE TABLE support_ticket (
  id         TEXT   NOT NULL PRIMARY KEY,
  owner      TEXT   NOT NULL,
  sub_id     TEXT,
  dao_id     TEXT,
  subject    TEXT   NOT NULL,
  message    TEXT   NOT NULL,
  status     TEXT   NOT NULL,
  assignee   TEXT,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX support_ticket_created_at ON support_ticket (created_at);
CREATE INDEX support_ticket_owner ON support_ticket (owner);

CREATE TABLE support_ticket_entry (
  ticket_id  TEXT   NOT NULL,
  line       BIGINT NOT NULL,
  written_at BIGINT NOT NULL,
  written_by TEXT   NOT NULL,
  status     TEXT,
  assignee   TEXT,
  note       TEXT,
  PRIMARY KEY (ticket_id, line)
);

-- place: in the order of their commits, because each takes it from the one row below, which stays locked
-- until then; so whoever reads on from a place misses nothing.
CREATE TABLE notification (
  place     BIGINT NOT NULL PRIMARY KEY,
  id        TEXT   NOT NULL UNIQUE,
  recipient TEXT   NOT NULL,
  kind      TEXT   NOT NULL,
  severity  TEXT   NOT NULL,
  subject   TEXT   NOT NULL,
  body      TEXT   NOT NULL,
  said_at   BIGINT NOT NULL,
  fields    TEXT   NOT NULL
);
CREATE INDEX notification_recipient ON notification (recipient, place);

CREATE TABLE notification_place (
  name       TEXT   NOT NULL PRIMARY KEY,
  last_place BIGINT NOT NULL
);
INSERT INTO notification_place (name, last_place) VALUES ('notification', 0);

CREATE TABLE notification_read (
  notification_id TEXT   NOT NULL,
  reader          TEXT   NOT NULL,
  read_at         BIGINT NOT NULL,
  PRIMARY KEY (notification_id, reader)
);

-- status: waiting, delivered, given_up. due_at of one that was taken: until when it is taken.
CREATE TABLE delivery (
  id              TEXT   NOT NULL PRIMARY KEY,
  notification_id TEXT   NOT NULL,
  channel         TEXT   NOT NULL,
  address         TEXT   NOT NULL,
  status          TEXT   NOT NULL,
  attempts        BIGINT NOT NULL,
  since           BIGINT NOT NULL,
  due_at          BIGINT NOT NULL,
  last_answer     TEXT
);
CREATE INDEX delivery_due ON delivery (status, channel, due_at);
