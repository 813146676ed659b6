-- The second factor of a sign-in, and codes for who has lost his password or his phone.

-- With the person, so that a sign-in without one reads nothing more than before. totp_sealed: the secret,
-- encrypted by the program; totp_since: confirmed then; totp_step: the newest step whose code was used.
ALTER TABLE users ADD COLUMN totp_sealed BLOB;
ALTER TABLE users ADD COLUMN totp_since INTEGER CHECK (totp_since IS NULL OR totp_sealed IS NOT NULL);
ALTER TABLE users ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0;

-- expires_at: of a code that an operator issued; NULL: of the person's own set.
CREATE TABLE recovery_codes (
  user_id    INTEGER NOT NULL REFERENCES users (id),
  hash       BLOB NOT NULL CHECK (length(hash) = 32),
  made_at    INTEGER NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (user_id, hash)
) STRICT, WITHOUT ROWID;
