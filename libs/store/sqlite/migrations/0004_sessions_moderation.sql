-- What its owner sees of a session, revocations of access tokens, moderators, the reasons of bans, the search
-- of people by the beginning of their names, and the log of what operators did.

-- A column's CHECK can't be changed: the column is made anew.
ALTER TABLE users RENAME COLUMN role TO old_role;
ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT '' CHECK (role IN ('', 'moderator', 'admin'));
UPDATE users SET role = old_role WHERE old_role <> '';
ALTER TABLE users DROP COLUMN old_role;

ALTER TABLE users ADD COLUMN ban_reason TEXT NOT NULL DEFAULT '';

-- Usernames and e-mail addresses have such an index since they are unique. fold() is the program's own.
ALTER TABLE users ADD COLUMN display_folded TEXT NOT NULL DEFAULT '';
UPDATE users SET display_folded = fold(display_name) WHERE erased_at IS NULL;
CREATE INDEX users_by_display_name ON users (display_folded, id) WHERE erased_at IS NULL;

-- expires_at: of the newest token.
ALTER TABLE sessions ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN expires_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
UPDATE sessions SET (last_used_at, expires_at) =
  (SELECT coalesce(max(issued_at), 0), coalesce(max(expires_at), 0) FROM refresh_tokens t
   WHERE t.family = sessions.family AND t.replaced_at IS NULL);

-- family '': every token of the user issued at or before `at`. Rows go when they are over; an id is never given
-- twice.
CREATE TABLE revocations (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id),
  family  TEXT NOT NULL,
  reason  TEXT NOT NULL CHECK (reason IN
          ('signed_out', 'password_changed', 'reused', 'banned', 'erased', 'role_changed')),
  at      INTEGER NOT NULL,
  until   INTEGER NOT NULL
) STRICT;

CREATE INDEX revocations_by_at ON revocations (at);
CREATE INDEX revocations_by_until ON revocations (until);

-- actor_id 0: somebody at the server's shell.
CREATE TABLE audit_log (
  id            INTEGER PRIMARY KEY,
  at            INTEGER NOT NULL,
  actor_id      INTEGER NOT NULL,
  actor_name    TEXT NOT NULL,
  actor_address TEXT NOT NULL,
  request_id    TEXT NOT NULL,
  action        TEXT NOT NULL,
  target        TEXT NOT NULL,
  reason        TEXT NOT NULL,
  details       TEXT NOT NULL
) STRICT;

CREATE INDEX audit_log_by_action ON audit_log (action, id);
CREATE INDEX audit_log_by_target ON audit_log (target, id);
CREATE INDEX audit_log_by_actor ON audit_log (actor_id, id);

-- What is written stays written, but for one thing: a target that is the name of an account becomes the id of
-- that account when it is erased.
CREATE TRIGGER audit_log_fixed BEFORE UPDATE ON audit_log WHEN NOT (
  NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.actor_id = OLD.actor_id AND
  NEW.actor_name = OLD.actor_name AND NEW.actor_address = OLD.actor_address AND
  NEW.request_id = OLD.request_id AND NEW.action = OLD.action AND NEW.reason = OLD.reason AND
  NEW.details = OLD.details AND OLD.target GLOB 'user:*[^0-9]*' AND EXISTS
  (SELECT 1 FROM users u WHERE u.id = CAST(substr(NEW.target, 6) AS INTEGER) AND
   NEW.target = 'user:' || u.id AND u.erased_at IS NOT NULL))
BEGIN
  SELECT RAISE(ABORT, 'the audit log is never changed');
END;
CREATE TRIGGER audit_log_kept BEFORE DELETE ON audit_log BEGIN
  SELECT RAISE(ABORT, 'the audit log is never shortened');
END;
