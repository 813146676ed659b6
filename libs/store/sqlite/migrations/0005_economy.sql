-- What coins buy and bring: items that people own and wear, the daily reward, and the answers to calls that
-- carry an idempotency key. Coins themselves are in the ledger.

-- What is worn, by kind; '': nothing. With the person, so that reading an account costs no more than before.
ALTER TABLE users ADD COLUMN look_frame TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN look_colour TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN look_title TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN look_reactions TEXT NOT NULL DEFAULT '';

-- One row per acquisition. Those of one user's same item are numbered from 1, so that each has a cause of its
-- own in the ledger ("item#2"); all but the newest were returned.
CREATE TABLE inventory (
  user_id     INTEGER NOT NULL REFERENCES users (id),
  item        TEXT NOT NULL,
  number      INTEGER NOT NULL CHECK (number >= 1),
  kind        TEXT NOT NULL CHECK (kind IN ('frame', 'colour', 'title', 'reactions')),
  paid        INTEGER NOT NULL CHECK (paid >= 0),
  acquired_at INTEGER NOT NULL,
  returned_at INTEGER,
  PRIMARY KEY (user_id, item, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX inventory_owned ON inventory (user_id, item) WHERE returned_at IS NULL;

-- day: the newest one claimed, in days since 1970-01-01 UTC.
CREATE TABLE daily_rewards (
  user_id INTEGER PRIMARY KEY REFERENCES users (id),
  day     INTEGER NOT NULL,
  streak  INTEGER NOT NULL CHECK (streak >= 1)
) STRICT;

-- What the first call with a key decided. refused: an error code's name; NULL: done.
CREATE TABLE idempotency_keys (
  user_id     INTEGER NOT NULL REFERENCES users (id),
  key         BLOB NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
  refused     TEXT,
  balance     INTEGER NOT NULL,
  request_id  TEXT NOT NULL,
  decided_at  INTEGER NOT NULL,
  PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (decided_at);
