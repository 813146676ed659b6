-- The second factor of a sign-in, and codes for who has lost his password or his phone.

-- With the person, so that a sign-in without one reads nothing more than before. totp_sealed: the secret,
-- encrypted by the program; totp_since: confirmed then; totp_step: the newest step whose code was used.
ALTER TABLE users
  ADD COLUMN totp_sealed bytea,
  ADD COLUMN totp_since  bigint,
  ADD COLUMN totp_step   bigint NOT NULL DEFAULT 0,
  ADD CONSTRAINT users_totp_check CHECK (totp_since IS NULL OR totp_sealed IS NOT NULL),
  ADD CONSTRAINT users_erased_totp_check CHECK (erased_at IS NULL OR totp_sealed IS NULL);

-- expires_at: of a code that an operator issued; NULL: of the person's own set.
CREATE TABLE recovery_codes (
  user_id    bigint NOT NULL REFERENCES users (id),
  hash       bytea NOT NULL CHECK (length(hash) = 32),
  made_at    bigint NOT NULL,
  expires_at bigint,
  PRIMARY KEY (user_id, hash)
);
