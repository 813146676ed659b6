-- The log of what operators did.

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
