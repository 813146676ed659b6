#include "services/admin/live_shell.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/encoding.h"
#include "games/registry.h"
#include "services/admin/output.h"
#include "services/admin/wait.h"
#include "services/api/operators.h"
#include "wire/admin.h"

namespace whoosh::admin {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::int32_t rooms_a_call = 100;

Error no_node(const std::string& name) {
  return {ErrorCode::node_not_found, fmt::format("There is no living node {}.", name)};
}

// The reason as REST takes it, by the name that it has at the shell.
Result<std::string> reason_of(const std::string& given) {
  auto reason = api::cleaned_reason(given);
  if (reason) return reason;
  Error error{ErrorCode::invalid_input};
  error.fields.emplace("--reason", reason.error().fields.at("reason"));
  return error;
}

}  // namespace

LiveShell::LiveShell(Ports ports, ShellOptions options)
    : ports_(ports), options_(std::move(options)) {}

template <class T>
Result<T> LiveShell::ask(const std::function<void(runtime::Reply<T>)>& call) {
  return wait_for<T>(mailbox_, "There is no answer in time.", call);
}

LiveShell::Text LiveShell::rooms(const RoomsWish& wish) {
  if (!wish.game.empty() && games::find(wish.game) == nullptr) {
    return Error{ErrorCode::game_not_found};
  }
  if (!wish.node.empty()) {
    if (const auto there = node_is_there(wish.node); !there) return there.error();
  }
  std::vector<wire::RoomSummary> rows;
  api::RoomsAsked asked;
  asked.game = wish.game;
  std::optional<base::RoomId> next;
  do {
    asked.limit = rooms_a_call;
    if (wish.node.empty()) {
      asked.limit = std::min(asked.limit, wish.limit - static_cast<std::int32_t>(rows.size()));
    }
    auto page =
        ask<api::RoomsPage>([&](auto reply) { ports_.edges.rooms(asked, std::move(reply)); });
    if (!page) return page.error();
    for (wire::RoomSummary& row : page->rooms) {
      if (wish.node.empty() || row.node == wish.node) rows.push_back(std::move(row));
    }
    next = page->next;
    if (next) asked.after = *next;
  } while (next && static_cast<std::int32_t>(rows.size()) < wish.limit);
  if (static_cast<std::int32_t>(rows.size()) > wish.limit) {
    rows.resize(static_cast<std::size_t>(wish.limit));
    next = base::RoomId::parse(rows.back().card.room);
  }
  if (!options_.json) return rooms_table(rows) + (next ? "… and more: --limit\n" : "");
  wire::AdminRoomPage page;
  page.items = std::move(rows);
  if (next) page.next = next->text();
  return base::to_json(page) + '\n';
}

Result<state::RoomEntry> LiveShell::find(const std::string& room) {
  const auto id = base::RoomId::parse(room);
  auto entry = ask<state::RoomEntry>([&](auto reply) {
    if (id)
      ports_.directory.find_room(*id, std::move(reply));
    else
      ports_.directory.find_code(room, std::move(reply));
  });
  if (entry || entry.error().code != ErrorCode::room_not_found) return entry;
  return Error{ErrorCode::room_not_found, fmt::format("There is no room {}.", room)};
}

LiveShell::Text LiveShell::room(const std::string& room) {
  auto entry = find(room);
  if (!entry) return entry.error();
  const auto report = ask<wire::RoomReport>(
      [&](auto reply) { ports_.edges.room_report(std::move(*entry), std::move(reply)); });
  if (!report) return report.error();
  return options_.json ? base::to_json(*report) + '\n' : room_lines(*report);
}

LiveShell::Text LiveShell::close_room(const std::string& room, const std::string& why) {
  auto reason = reason_of(why);
  if (!reason) return reason.error();
  auto entry = find(room);
  if (!entry) return entry.error();
  const std::string name = fmt::format("room {} ({})", entry->code, entry->room.text());
  if (const auto noted = audit("room.close", "room:" + entry->room.text(), *reason); !noted) {
    return noted.error();
  }
  const auto closed = ask<void>([&](auto reply) {
    ports_.edges.close_room(std::move(*entry), std::move(*reason), std::move(reply));
  });
  if (!closed) return closed.error();
  return options_.json ? std::string() : fmt::format("{} is closed\n", name);
}

LiveShell::Text LiveShell::nodes() {
  auto found =
      ask<std::vector<wire::NodeReport>>([&](auto reply) { ports_.edges.nodes(std::move(reply)); });
  if (!found) return found.error();
  if (!options_.json) return nodes_table(*found);
  wire::NodeList list;
  list.items = std::move(*found);
  return base::to_json(list) + '\n';
}

// Is known before anything is written about it.
Result<> LiveShell::node_is_there(const std::string& node) {
  const auto found =
      ask<std::vector<wire::NodeReport>>([&](auto reply) { ports_.edges.nodes(std::move(reply)); });
  if (!found) return found.error();
  const bool there =
      std::ranges::any_of(*found, [&](const wire::NodeReport& one) { return one.name == node; });
  if (!there) return no_node(node);
  return {};
}

LiveShell::Text LiveShell::drain(const std::string& node, bool draining, const std::string& why) {
  auto reason = reason_of(why);
  if (!reason) return reason.error();
  if (const auto there = node_is_there(node); !there) return there.error();
  const auto noted = audit(draining ? "node.drain" : "node.undrain", "node:" + node, *reason);
  if (!noted) return noted.error();
  const auto done =
      ask<void>([&](auto reply) { ports_.edges.drain_node(node, draining, std::move(reply)); });
  if (!done) return done.error();
  if (options_.json) return std::string();
  return fmt::format("{} {}\n", node,
                     draining ? "takes no new rooms and no new people; its rooms play on"
                              : "takes rooms and people again");
}

Result<> LiveShell::audit(std::string action, std::string target, std::string reason) {
  ASSERT(ports_.store != nullptr);
  store::AuditRow row;
  row.at = ports_.clock.now();
  row.actor = {base::UserId{}, options_.actor, "", base::base64url(ports_.entropy.bytes(12))};
  row.action = std::move(action);
  row.target = std::move(target);
  row.reason = std::move(reason);
  row.details = "{}";
  return ask<void>([&](auto reply) { ports_.store->audit(std::move(row), std::move(reply)); });
}

}  // namespace whoosh::admin
