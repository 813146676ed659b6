// Bodies of /api/admin/* (docs/openapi.yaml, tag Admin). The same rules as in rest.h hold; what an
// operator sees of rooms and nodes is in cluster.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/described.h"
#include "wire/cluster.h"
#include "wire/economy.h"
#include "wire/rest.h"

namespace whoosh::wire {

struct AdminUser {
  std::int64_t id = 0;
  std::string username;
  base::Nullable<std::string> email;
  std::string display_name;
  std::string avatar;
  base::Nullable<std::string> role;  // moderator, admin
  bool is_guest = false;
  std::int32_t elo = 1000;
  std::int32_t xp = 0;
  std::int32_t level = 1;
  std::int32_t total_games = 0;
  std::int32_t wins = 0;
  std::int32_t coins = 0;
  std::string created_at;
  base::Nullable<BanCard> ban;
};
BOOST_DESCRIBE_STRUCT(AdminUser, (),
                      (id, username, email, display_name, avatar, role, is_guest, elo, xp, level,
                       total_games, wins, coins, created_at, ban))
struct AdminUserPage {
  std::vector<AdminUser> items;
  base::Nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(AdminUserPage, (), (items, next))

struct AuditActor {
  base::Nullable<std::int64_t> id;  // null: somebody at the server's shell
  std::string name;
};
BOOST_DESCRIBE_STRUCT(AuditActor, (), (id, name))
struct AuditRow {
  std::int64_t id = 0;
  std::string at;
  AuditActor actor;
  std::string address;
  std::string request_id;
  std::string action;  // user.ban, user.grant, room.close …
  std::string target;  // user:17, room:…, node:…
  std::string reason;
  base::Raw details;  // an object
};
BOOST_DESCRIBE_STRUCT(AuditRow, (),
                      (id, at, actor, address, request_id, action, target, reason, details))
struct AuditPage {
  std::vector<AuditRow> items;  // newest first
  base::Nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(AuditPage, (), (items, next))

struct AdminUserDetail {
  AdminUser user;
  std::int32_t sessions = 0;  // live ones
  Wallet wallet;
  std::vector<InventoryRow> inventory;
  std::vector<HistoryRow> matches;             // the newest 20
  std::optional<std::vector<AuditRow>> audit;  // the newest 20 about this user; for admins only
};
BOOST_DESCRIBE_STRUCT(AdminUserDetail, (), (user, sessions, wallet, inventory, matches, audit))

struct BanUser {
  std::string reason;
  std::optional<std::string> until;  // absent or null: for good
};
BOOST_DESCRIBE_STRUCT(BanUser, (), (reason, until))
struct AdminReason {
  std::string reason;
};  // unban, close a room, drain
BOOST_DESCRIBE_STRUCT(AdminReason, (), (reason))
struct GrantCoins {
  std::int32_t coins = 0;  // below zero: takes
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(GrantCoins, (), (coins, reason))
struct RefundItem {
  std::string item_id;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(RefundItem, (), (item_id, reason))
struct ChangeRole {
  base::Nullable<std::string> role;  // moderator, admin; null: none
};
BOOST_DESCRIBE_STRUCT(ChangeRole, (), (role))
struct Granted {  // grant and refund
  std::int64_t user_id = 0;
  std::int32_t balance = 0;
};
BOOST_DESCRIBE_STRUCT(Granted, (), (user_id, balance))

struct AdminRoomPage {
  std::vector<RoomSummary> items;  // in order of their ids
  base::Nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(AdminRoomPage, (), (items, next))
struct NodeList {
  std::vector<NodeReport> items;     // the living, by name
  base::Nullable<std::string> next;  // always null: it comes whole
};
BOOST_DESCRIBE_STRUCT(NodeList, (), (items, next))

}  // namespace whoosh::wire
