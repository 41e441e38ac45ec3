-- One-use tickets for a WebSocket: the hash of each, and what it opens, sealed under the ticket itself.
CREATE TABLE ws_ticket (
  ticket_hash TEXT   NOT NULL PRIMARY KEY,
  sealed      TEXT   NOT NULL,
  expires_at  BIGINT NOT NULL
);

-- Whoever is told of a notice by WebSocket finds it to read.
CREATE INDEX delivery_address ON delivery (channel, address);
