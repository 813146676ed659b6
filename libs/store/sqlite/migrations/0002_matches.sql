-- Finished matches, who sat where and what it changed for them. A seat without a user is a bot, or a person
-- whose account is gone: then name and public_id are empty as well.

CREATE TABLE matches (
  id         BLOB PRIMARY KEY CHECK (length(id) = 16),
  room       INTEGER NOT NULL,
  epoch      INTEGER NOT NULL,
  game       TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL,
  played_s   INTEGER NOT NULL,
  matchmade  INTEGER NOT NULL,
  is_void    INTEGER NOT NULL,
  rated      INTEGER NOT NULL,
  side_bias  REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- ended_at repeats the match's, for the index by user. The columns from `rated` on are what the match changed.
CREATE TABLE match_seats (
  match_id         BLOB NOT NULL REFERENCES matches (id),
  seat             INTEGER NOT NULL,
  user_id          INTEGER REFERENCES users (id),
  is_bot           INTEGER NOT NULL,
  public_id        TEXT NOT NULL,
  name             TEXT NOT NULL,
  ended_at         INTEGER NOT NULL,
  placement        INTEGER NOT NULL,
  score            INTEGER NOT NULL,
  team             INTEGER NOT NULL,
  is_winner        INTEGER NOT NULL,
  feat             INTEGER NOT NULL,
  activity_percent INTEGER NOT NULL,
  abandoned        INTEGER NOT NULL,
  newcomer_seat    INTEGER NOT NULL,
  rated            INTEGER NOT NULL DEFAULT 0,
  game_mu          REAL,
  game_sigma       REAL,
  game_matches     INTEGER,
  overall_mu       REAL,
  overall_sigma    REAL,
  overall_matches  INTEGER,
  elo_before       INTEGER NOT NULL DEFAULT 0,
  elo_after        INTEGER NOT NULL DEFAULT 0,
  xp_gained        INTEGER NOT NULL DEFAULT 0,
  level_before     INTEGER NOT NULL DEFAULT 0,
  level_after      INTEGER NOT NULL DEFAULT 0,
  coins_gained     INTEGER NOT NULL DEFAULT 0,
  level_up_coins   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (match_id, seat)
) STRICT, WITHOUT ROWID;

CREATE INDEX match_seats_by_user ON match_seats (user_id, ended_at DESC, match_id DESC)
  WHERE user_id IS NOT NULL;

-- What the first team's side is worth, by number of seats (match/settle.h).
CREATE TABLE side_bias (
  game   TEXT NOT NULL,
  seats  INTEGER NOT NULL,
  season INTEGER NOT NULL,
  h      REAL NOT NULL,
  PRIMARY KEY (game, seats, season)
) STRICT, WITHOUT ROWID;
