#include "state/memory/directory.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "state/room_code.h"

namespace whoosh::state::memory {

namespace {

constexpr int code_tries_max =
    1000;  // each fails with probability < 1/5 even when the directory is full

// "<created ms>.<room>" of the last room of a page.
std::string cursor_text(const RoomEntry& entry) {
  return std::to_string(entry.created_at.value) + "." + entry.room.text();
}

std::optional<std::pair<std::int64_t, RoomId>> parse_cursor(std::string_view text) {
  std::int64_t created_ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), created_ms);
  if (error != std::errc{} || end == text.data() + text.size() || *end != '.') return std::nullopt;
  const auto room = RoomId::parse(text.substr(static_cast<std::size_t>(end - text.data()) + 1));
  if (!room) return std::nullopt;
  return std::pair(created_ms, *room);
}

}  // namespace

void Directory::claim_room(RoomEntry entry, Reply<RoomEntry> reply) {
  auto result = [&] {
    const std::scoped_lock lock(mutex_);
    return claim(std::move(entry));
  }();
  reply(std::move(result));
}

void Directory::find_room(RoomId room, Reply<RoomEntry> reply) {
  auto result = [&] {
    const std::scoped_lock lock(mutex_);
    return find(room);
  }();
  reply(std::move(result));
}

void Directory::find_code(std::string code, Reply<RoomEntry> reply) {
  const std::optional<std::string> folded = fold_room_code(code);
  auto result = [&]() -> base::Result<RoomEntry> {
    if (!folded) return base::Error{base::ErrorCode::room_not_found};
    const std::scoped_lock lock(mutex_);
    const auto found = codes_.find(*folded);
    if (found == codes_.end()) return base::Error{base::ErrorCode::room_not_found};
    return find(found->second);
  }();
  reply(std::move(result));
}

void Directory::release_room(RoomId room, std::uint32_t epoch, Reply<> reply) {
  auto result = [&]() -> base::Result<> {
    const std::scoped_lock lock(mutex_);
    const auto found = rooms_.find(room);
    if (found == rooms_.end()) return {};
    if (found->second.epoch > epoch) return base::Error{base::ErrorCode::conflict};
    erase(room);
    return {};
  }();
  reply(std::move(result));
}

void Directory::release_node(std::string node, std::uint16_t number, Reply<std::int64_t> reply) {
  const std::int64_t released = [&] {
    const std::scoped_lock lock(mutex_);
    std::vector<RoomId> its;
    if (const auto rooms = by_node_.find(node); rooms != by_node_.end() && !node.empty()) {
      for (const RoomId room : rooms->second) {
        if (its.size() == release_max) break;
        if (room.node() == number) its.push_back(room);
      }
    }
    for (const RoomId room : its) erase(room);
    return static_cast<std::int64_t>(its.size());
  }();
  reply(released);
}

void Directory::rooms(std::string node, std::optional<std::string> cursor, std::int32_t limit,
                      Reply<Page> reply) {
  auto result = [&] {
    const std::scoped_lock lock(mutex_);
    return node_page(node, cursor, limit);
  }();
  reply(std::move(result));
}

void Directory::public_rooms(std::string game, std::optional<std::string> cursor,
                             std::int32_t limit, Reply<Page> reply) {
  auto result = [&] {
    const std::scoped_lock lock(mutex_);
    return page(game, cursor, limit);
  }();
  reply(std::move(result));
}

bool Directory::is_live(RoomId room) const {
  const std::scoped_lock lock(mutex_);
  return rooms_.contains(room);
}

base::Result<RoomEntry> Directory::claim(RoomEntry entry) {
  if (const auto present = rooms_.find(entry.room); present != rooms_.end()) {
    if (present->second.epoch > entry.epoch) return base::Error{base::ErrorCode::conflict};
    entry.code = present->second.code;
    unlist(present->second);
    list(entry);
    present->second = entry;
    return entry;
  }
  std::optional<std::string> code;
  const bool may_have_again = fold_room_code(entry.code) == entry.code && !entry.code.empty() &&
                              !codes_.contains(entry.code);
  if (rooms_.size() < rooms_max) code = may_have_again ? entry.code : unused_code();
  if (!code) return base::Error{base::ErrorCode::unavailable, "There are too many rooms just now."};
  entry.code = std::move(*code);
  codes_.emplace(entry.code, entry.room);
  list(entry);
  rooms_.emplace(entry.room, entry);
  return entry;
}

base::Result<RoomEntry> Directory::find(RoomId room) const {
  const auto found = rooms_.find(room);
  if (found == rooms_.end()) return base::Error{base::ErrorCode::room_not_found};
  return found->second;
}

std::optional<std::string> Directory::unused_code() {
  const std::size_t length = room_code_length(rooms_.size());
  for (int i = 0; i < code_tries_max; ++i) {
    std::string code = random_room_code(rng_, length);
    if (!codes_.contains(code)) return code;
  }
  return std::nullopt;
}

void Directory::erase(RoomId room) {
  const auto found = rooms_.find(room);
  unlist(found->second);
  codes_.erase(found->second.code);
  rooms_.erase(found);
}

void Directory::list(const RoomEntry& entry) {
  by_node_[""].insert(entry.room);
  if (!entry.node.empty()) by_node_[entry.node].insert(entry.room);
  if (!entry.is_public) return;
  public_[""].insert(place_of(entry));
  if (!entry.game.empty()) public_[entry.game].insert(place_of(entry));
}

void Directory::unlist(const RoomEntry& entry) {
  for (const std::string& node : {std::string(), entry.node}) {
    const auto rooms = by_node_.find(node);
    if (rooms == by_node_.end()) continue;
    rooms->second.erase(entry.room);
    if (rooms->second.empty()) by_node_.erase(rooms);
  }
  if (!entry.is_public) return;
  for (const std::string& game : {std::string(), entry.game}) {
    const auto rooms = public_.find(game);
    if (rooms == public_.end()) continue;
    rooms->second.erase(place_of(entry));
    if (rooms->second.empty()) public_.erase(rooms);
  }
}

base::Result<Directory::Page> Directory::page(const std::string& game,
                                              const std::optional<std::string>& cursor,
                                              std::int32_t limit) const {
  std::optional<Newest> after;
  if (cursor) {
    const auto place = parse_cursor(*cursor);
    if (!place) return base::Error{base::ErrorCode::malformed};
    after = Newest{-place->first, place->second};
  }
  Page page;
  const auto rooms = public_.find(game);
  if (rooms == public_.end()) return page;
  const auto size = static_cast<std::size_t>(std::clamp(limit, 1, page_max));
  auto next = after ? rooms->second.upper_bound(*after) : rooms->second.begin();
  for (; next != rooms->second.end() && page.rooms.size() < size; ++next) {
    page.rooms.push_back(rooms_.at(next->room));
  }
  if (next != rooms->second.end()) page.next = cursor_text(page.rooms.back());
  return page;
}

base::Result<Directory::Page> Directory::node_page(const std::string& node,
                                                   const std::optional<std::string>& cursor,
                                                   std::int32_t limit) const {
  std::optional<RoomId> after;
  if (cursor) {
    after = RoomId::parse(*cursor);
    if (!after) return base::Error{base::ErrorCode::malformed};
  }
  Page page;
  const auto rooms = by_node_.find(node);
  if (rooms == by_node_.end()) return page;
  const auto size = static_cast<std::size_t>(std::clamp(limit, 1, page_max));
  auto next = after ? rooms->second.upper_bound(*after) : rooms->second.begin();
  for (; next != rooms->second.end() && page.rooms.size() < size; ++next) {
    page.rooms.push_back(rooms_.at(*next));
  }
  if (next != rooms->second.end()) page.next = page.rooms.back().room.text();
  return page;
}

}  // namespace whoosh::state::memory
