// Moderation: what operators do to people, and the record of it; part of the store's port (store.h
// says what holds for every call). An action and its row in the audit log are one transaction: none
// is without the other. The log is only ever appended to. What operators did stays on record when
// an account is erased: rows keep the ids, names and addresses of those who acted and the words of
// their reasons; only a target that was the name of the erased ("user:ann") becomes his id
// ("user:17").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "runtime/reply.h"
#include "store/accounts.h"

namespace whoosh::store {

using runtime::Reply;

// Who acts: an operator's account, or somebody at the server's shell.
struct Actor {
  UserId user;          // 0: the shell
  std::string name;     // username, or that of the shell's user
  std::string address;  // from where; "": the shell
  std::string request_id;
};

struct AuditRow {
  std::int64_t id = 0;  // ascending
  UnixMs at;
  Actor actor;
  std::string action;  // "user.ban", "user.unban", "user.grant", "room.close", "node.drain" …
  std::string target;  // "user:17", "room:…", "node:edge-1"
  std::string reason;
  std::string details;  // JSON object: what else belongs to it
};

struct AuditPage {
  std::vector<AuditRow> rows;       // newest first
  std::optional<std::string> next;  // opaque cursor of the following page
};

struct AuditQuery {
  std::optional<std::string> action;  // exactly
  std::optional<std::string> target;  // exactly
  std::optional<UserId> actor;
  std::optional<std::string> cursor;
  std::int32_t limit = 20;  // 1 … 100
};

struct Ban {
  UserId user;
  std::optional<UnixMs> until;  // none: for good
  std::string reason;
  Actor actor;
  UnixMs now;
};

struct UserSearch {
  std::string query;                  // "": all, newest first; else an id, or the beginning of a
                                      // username, display name or e-mail address, folded
  std::optional<std::string> cursor;  // opaque
  std::int32_t limit = 20;            // 1 … 100
};

struct UserPage {
  std::vector<Account> rows;
  std::optional<std::string> next;
};

class Moderation {
 public:
  virtual ~Moderation() = default;

  // An id comes first; then people by username, display name and e-mail address, each in
  // alphabetical order, nobody twice. The erased are in none. malformed: a cursor that is none of
  // ours.
  virtual void search_users(UserSearch search, Reply<UserPage> reply) = 0;
  // Ends all sessions, revokes all tokens, audits ("user.ban"). Again: the newer end and reason
  // count. user_not_found; invalid_input: an end that is not after now.
  virtual void ban(Ban ban, Reply<Account> reply) = 0;
  // Audits, too ("user.unban"). user_not_found; not_banned, also when the ban is over.
  virtual void unban(UserId user, std::string reason, Actor actor, UnixMs now,
                     Reply<Account> reply) = 0;
  // Gives a role ("", "moderator" or "admin"); ends the user's sessions and revokes their tokens,
  // so that the old role is not believed any longer; audits ("user.role"). user_not_found;
  // invalid_input: another role, or a guest.
  virtual void set_role(UserId user, std::string role, Actor actor, UnixMs now,
                        Reply<Account> reply) = 0;

  // For actions that touch no record of the store; written before they are done.
  virtual void audit(AuditRow row, Reply<> reply) = 0;  // row.id is given by the store
  // malformed: a cursor that is none of ours.
  virtual void audit_log(AuditQuery query, Reply<AuditPage> reply) = 0;
};

}  // namespace whoosh::store
