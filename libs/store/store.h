// Store: durable records, the port. Adapters: store/sqlite (the default), store/memory (tests),
// store/postgres. All of them pass store/contract.h.
//
// Threads: every call may come from any thread and returns at once; the answer arrives on the
// Reply's mailbox. Each call is one transaction: it happens whole or not at all, and an answered
// write is durable. Errors are those named at the call, plus `unavailable` when the store is away
// (nothing happened then; only when the connection to a server broke between COMMIT and its answer
// it may have happened). Texts are stored as given: the caller has validated and cleaned them.
// Names and e-mail addresses are unique by their folded form (base::fold), which the adapters
// compute.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "match/settle.h"
#include "runtime/reply.h"
#include "store/accounts.h"
#include "store/economy.h"
#include "store/factors.h"
#include "store/moderation.h"
#include "store/sessions.h"

namespace whoosh::store {

using base::UnixMs;
using base::UserId;
using runtime::Reply;

// ---- matches -----------------------------------------------------------------------------------

struct HistoryRow {
  base::MatchId match;
  std::string game;
  UnixMs started_at;
  UnixMs ended_at;
  std::int32_t elo_before = 0;
  std::int32_t elo_after = 0;
  std::int32_t xp_gained = 0;
  std::int32_t coins_gained = 0;
  std::int32_t placement = 0;
  bool is_winner = false;
};

struct HistoryPage {
  std::vector<HistoryRow> rows;     // newest first
  std::optional<std::string> next;  // opaque cursor of the following page
};

struct AppliedResult {
  match::Settlement settlement;
  bool repeated = false;  // the match was applied before: the first answer again, nothing changed
};

class Store : public Economy, public Moderation, public Factors {
 public:
  // username_taken, email_taken.
  virtual void create_account(NewAccount account, Reply<Account> reply) = 0;
  // Of a username or e-mail address, folded. user_not_found (also for guests, who have no
  // password).
  virtual void credentials(std::string login, Reply<Credentials> reply) = 0;
  // user_not_found (also for guests).
  virtual void credentials_of(UserId id, Reply<Credentials> reply) = 0;
  // A new password; every session but `keep_family` ends. Answers what it revoked. user_not_found
  // (also for guests).
  virtual void change_password(PasswordChange change, Reply<std::vector<Revocation>> reply) = 0;
  // The same password in a newer form of hash. Quietly nothing when another one is kept by now.
  virtual void rehash_password(UserId id, std::string old_hash, std::string new_hash,
                               Reply<> reply) = 0;
  // user_not_found.
  virtual void account(UserId id, Reply<Account> reply) = 0;
  // user_not_found, username_taken, email_taken.
  virtual void change_profile(UserId id, ProfileChange change, Reply<Account> reply) = 0;
  // user_not_found, not_a_guest, username_taken, email_taken. Keeps everything earned.
  virtual void convert_guest(UserId id, Conversion conversion, Reply<Account> reply) = 0;
  // Erases name, e-mail, password, avatar, ban and sessions, and revokes all tokens; matches stay,
  // anonymous; audit rows stay, but a target that was this user's name becomes his id.
  // user_not_found.
  virtual void erase_account(UserId id, UnixMs now, Reply<> reply) = 0;
  // Erases guests without a session or a match since `before`; answers how many, at most 1000 a
  // call. Nothing is revoked: REQUIRES: `before` lies further back than an access token lives.
  virtual void expire_guests(UnixMs before, Reply<std::int64_t> reply) = 0;

  // user_not_found. Beyond sessions_per_user_max the oldest ends and is revoked.
  virtual void create_session(NewSession session, Reply<> reply) = 0;
  // Replaces old by new in its family and answers whose it is. bad_refresh: unknown, expired or
  // revoked. refresh_reused: the old one was replaced before; its whole family is revoked now.
  // banned: its user is, and nothing changes; until when and why is told to the bearer of the
  // newest token of a family only, since a replaced one may be in other hands.
  virtual void rotate_session(Rotation rotation, Reply<Rotated> reply) = 0;
  // Live ones, the last used first. None of a stranger's.
  virtual void sessions(UserId user, UnixMs now, Reply<std::vector<Session>> reply) = 0;
  // session_not_found: unknown, another user's, ended or expired.
  virtual void end_session(UserId user, std::string family, UnixMs now, Reply<> reply) = 0;
  // Ends the session of this token if it is the user's; quietly nothing otherwise. Answers what it
  // revoked: nothing when the session was over.
  virtual void revoke_session(UserId user, std::string refresh_hash, UnixMs now,
                              Reply<std::vector<Revocation>> reply) = 0;
  virtual void revoke_all_sessions(UserId user, UnixMs now,
                                   Reply<std::vector<Revocation>> reply) = 0;
  // Every revocation that matters at `now` (until >= now) and, if given, is not older than `since`
  // (at >= since), by id. Whoever polls goes back a few seconds further than his last poll: `at` is
  // the caller's clock, and a row is seen when its transaction has ended.
  virtual void revocations(UnixMs now, std::optional<UnixMs> since,
                           Reply<std::vector<Revocation>> reply) = 0;

  // Reads what match::settle needs, settles, and writes match, participants, ratings, XP, coins and
  // ledger in one transaction; idempotent on record.id. Users erased meanwhile are settled like
  // bots. malformed: no seats, more than 64, or one user in two seats.
  virtual void apply_result(match::MatchRecord record, Reply<AppliedResult> reply) = 0;
  // limit 1 … 100. malformed: a cursor that is none of ours.
  virtual void history(UserId user, std::optional<std::string> cursor, std::int32_t limit,
                       Reply<HistoryPage> reply) = 0;
  // Of one game; "" is the overall rating, for the queue. A newcomer's when none is kept.
  // user_not_found.
  virtual void rating(UserId user, std::string game, Reply<match::Rating> reply) = 0;

  // Answers when a read and a (null) write went through.
  virtual void ping(Reply<> reply) = 0;
};

}  // namespace whoosh::store
