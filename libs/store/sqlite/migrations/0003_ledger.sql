-- Coins: a double-entry ledger. Every change is one journal row with two postings that sum to zero. An
-- account belongs to a user, or is one of the system's, named after the reason that it pays for.
-- (user_id, reason, ref) is unique: a repeated cause can't pay twice.

CREATE TABLE ledger_accounts (
  id      INTEGER PRIMARY KEY,
  kind    TEXT NOT NULL CHECK (kind IN ('user', 'system')),
  owner   TEXT NOT NULL,
  balance INTEGER NOT NULL DEFAULT 0,
  UNIQUE (kind, owner),
  CHECK (kind = 'system' OR balance >= 0)
) STRICT;

CREATE TABLE ledger_journal (
  id         INTEGER PRIMARY KEY,
  user_id    INTEGER NOT NULL REFERENCES users (id),
  reason     TEXT NOT NULL,
  ref        TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (user_id, reason, ref)
) STRICT;

-- side 0: the user's; side 1: the system's. balance: of the account, after it.
CREATE TABLE ledger_postings (
  account_id INTEGER NOT NULL REFERENCES ledger_accounts (id),
  journal_id INTEGER NOT NULL REFERENCES ledger_journal (id),
  side       INTEGER NOT NULL CHECK (side IN (0, 1)),
  amount     INTEGER NOT NULL CHECK (amount <> 0),
  balance    INTEGER NOT NULL,
  PRIMARY KEY (account_id, journal_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX ledger_postings_by_journal ON ledger_postings (journal_id, side);

-- What is booked stays booked; a balance moves only together with a posting.
CREATE TRIGGER ledger_postings_book AFTER INSERT ON ledger_postings BEGIN
  UPDATE ledger_accounts SET balance = balance + NEW.amount WHERE id = NEW.account_id;
  SELECT RAISE(ABORT, 'posting carries a wrong balance') WHERE NEW.balance <>
    (SELECT balance FROM ledger_accounts WHERE id = NEW.account_id);
END;
CREATE TRIGGER ledger_postings_fixed BEFORE UPDATE ON ledger_postings BEGIN
  SELECT RAISE(ABORT, 'postings are never changed');
END;
CREATE TRIGGER ledger_postings_kept BEFORE DELETE ON ledger_postings BEGIN
  SELECT RAISE(ABORT, 'postings are never removed');
END;
CREATE TRIGGER ledger_journal_fixed BEFORE UPDATE ON ledger_journal BEGIN
  SELECT RAISE(ABORT, 'the journal is never changed');
END;
CREATE TRIGGER ledger_journal_kept BEFORE DELETE ON ledger_journal BEGIN
  SELECT RAISE(ABORT, 'the journal is never shortened');
END;
