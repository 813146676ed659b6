-- People, their ratings, and the families of refresh tokens of their sign-ins.
-- Times are milliseconds since 1970 UTC. An erased account keeps its row, emptied, so that its id is never
-- given to somebody else while tokens with that id may still be around.

CREATE TABLE users (
  id              INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 9007199254740991),
  username        TEXT,
  username_folded TEXT UNIQUE,
  email           TEXT,
  email_folded    TEXT UNIQUE,
  password_hash   TEXT,
  display_name    TEXT NOT NULL,
  avatar          TEXT NOT NULL,
  role            TEXT NOT NULL DEFAULT '' CHECK (role IN ('', 'admin')),
  is_guest        INTEGER NOT NULL CHECK (is_guest IN (0, 1)),
  xp              INTEGER NOT NULL DEFAULT 0 CHECK (xp >= 0),
  total_games     INTEGER NOT NULL DEFAULT 0,
  wins            INTEGER NOT NULL DEFAULT 0,
  banned_until    INTEGER,
  created_at      INTEGER NOT NULL,
  last_seen_at    INTEGER NOT NULL,
  erased_at       INTEGER,
  CHECK ((username IS NULL) = (erased_at IS NOT NULL)),
  CHECK ((username IS NULL) = (username_folded IS NULL)),
  CHECK ((email IS NULL) = (email_folded IS NULL)),
  CHECK (erased_at IS NULL OR (email IS NULL AND password_hash IS NULL))
) STRICT;

CREATE INDEX users_guests_by_last_seen ON users (last_seen_at) WHERE is_guest = 1 AND erased_at IS NULL;

-- game '' is the rating across games.
CREATE TABLE ratings (
  user_id INTEGER NOT NULL REFERENCES users (id),
  game    TEXT NOT NULL,
  season  INTEGER NOT NULL,
  mu      REAL NOT NULL,
  sigma   REAL NOT NULL,
  matches INTEGER NOT NULL,
  PRIMARY KEY (user_id, game, season)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  family     TEXT PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  revoked    INTEGER NOT NULL DEFAULT 0 CHECK (revoked IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
  hash        BLOB PRIMARY KEY CHECK (length(hash) = 32),
  family      TEXT NOT NULL REFERENCES sessions (family) ON DELETE CASCADE,
  issued_at   INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  replaced_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
