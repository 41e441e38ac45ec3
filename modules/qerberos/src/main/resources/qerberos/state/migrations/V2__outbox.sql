-- What is to be told about a write, committed with it and removed when it is told.

CREATE TABLE outbox (
  id   TEXT NOT NULL PRIMARY KEY,
  body TEXT NOT NULL
);
