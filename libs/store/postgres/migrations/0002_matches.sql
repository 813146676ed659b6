-- Finished matches, who sat where and what it changed for them. A seat without a user is a bot, or a person
-- whose account is gone: then name and public_id are empty as well.

CREATE TABLE matches (
  id         bytea PRIMARY KEY CHECK (length(id) = 16),
  room       bigint NOT NULL,
  epoch      bigint NOT NULL,
  game       text COLLATE "C" NOT NULL,
  started_at bigint NOT NULL,
  ended_at   bigint NOT NULL,
  played_s   integer NOT NULL,
  matchmade  boolean NOT NULL,
  is_void    boolean NOT NULL,
  rated      boolean NOT NULL,
  side_bias  double precision NOT NULL
);

-- ended_at repeats the match's, for the index by user. The columns from `rated` on are what the match changed.
CREATE TABLE match_seats (
  match_id         bytea NOT NULL REFERENCES matches (id),
  seat             integer NOT NULL,
  user_id          bigint REFERENCES users (id),
  is_bot           boolean NOT NULL,
  public_id        text NOT NULL,
  name             text NOT NULL,
  ended_at         bigint NOT NULL,
  placement        integer NOT NULL,
  score            integer NOT NULL,
  team             integer NOT NULL,
  is_winner        boolean NOT NULL,
  feat             boolean NOT NULL,
  activity_percent integer NOT NULL,
  abandoned        boolean NOT NULL,
  newcomer_seat    boolean NOT NULL,
  rated            boolean NOT NULL DEFAULT false,
  game_mu          double precision,
  game_sigma       double precision,
  game_matches     integer,
  overall_mu       double precision,
  overall_sigma    double precision,
  overall_matches  integer,
  elo_before       integer NOT NULL DEFAULT 0,
  elo_after        integer NOT NULL DEFAULT 0,
  xp_gained        integer NOT NULL DEFAULT 0,
  level_before     integer NOT NULL DEFAULT 0,
  level_after      integer NOT NULL DEFAULT 0,
  coins_gained     integer NOT NULL DEFAULT 0,
  level_up_coins   integer NOT NULL DEFAULT 0,
  PRIMARY KEY (match_id, seat)
);

CREATE INDEX match_seats_by_user ON match_seats (user_id, ended_at, match_id) WHERE user_id IS NOT NULL;

-- What the first team's side is worth, by number of seats (match/settle.h).
CREATE TABLE side_bias (
  game   text COLLATE "C" NOT NULL,
  seats  integer NOT NULL,
  season integer NOT NULL,
  h      double precision NOT NULL,
  PRIMARY KEY (game, seats, season)
);
