-- What coins buy and bring: items that people own and wear, the daily reward, and the answers to calls that
-- carry an idempotency key. Coins themselves are in the ledger.

-- What is worn, by kind; '': nothing. With the person, so that reading an account costs no more than before.
ALTER TABLE users
  ADD COLUMN look_frame     text NOT NULL DEFAULT '',
  ADD COLUMN look_colour    text NOT NULL DEFAULT '',
  ADD COLUMN look_title     text NOT NULL DEFAULT '',
  ADD COLUMN look_reactions text NOT NULL DEFAULT '';

-- One row per acquisition. Those of one user's same item are numbered from 1, so that each has a cause of its
-- own in the ledger ("item#2"); all but the newest were returned.
CREATE TABLE inventory (
  user_id     bigint NOT NULL REFERENCES users (id),
  item        text COLLATE "C" NOT NULL,
  number      integer NOT NULL CHECK (number >= 1),
  kind        text NOT NULL CHECK (kind IN ('frame', 'colour', 'title', 'reactions')),
  paid        integer NOT NULL CHECK (paid >= 0),
  acquired_at bigint NOT NULL,
  returned_at bigint,
  PRIMARY KEY (user_id, item, number)
);

CREATE UNIQUE INDEX inventory_owned ON inventory (user_id, item) WHERE returned_at IS NULL;

-- day: the newest one claimed, in days since 1970-01-01 UTC.
CREATE TABLE daily_rewards (
  user_id bigint PRIMARY KEY REFERENCES users (id),
  day     bigint NOT NULL,
  streak  integer NOT NULL CHECK (streak >= 1)
);

-- What the first call with a key decided. refused: an error code's name; NULL: done.
CREATE TABLE idempotency_keys (
  user_id     bigint NOT NULL REFERENCES users (id),
  key         bytea NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  refused     text,
  balance     integer NOT NULL,
  request_id  text NOT NULL,
  decided_at  bigint NOT NULL,
  PRIMARY KEY (user_id, key)
);

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (decided_at);
