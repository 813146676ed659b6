#include "services/edge/internal_wire.h"

#include <utility>

namespace whoosh::edge {

wire::PlaceRoom to_wire(const api::NewRoom& room) {
  wire::PlaceRoom out;
  out.game = room.game;
  out.is_public = room.is_public;
  out.matchmade = room.matchmade;
  out.settings = room.settings;
  out.creator = room.creator.value;
  for (const base::UserId user : room.expected) out.expected.push_back(user.value);
  return out;
}

api::NewRoom from_wire(wire::PlaceRoom room) {
  api::NewRoom out;
  out.game = std::move(room.game);
  out.is_public = room.is_public;
  out.matchmade = room.matchmade;
  out.settings = std::move(room.settings);
  out.creator = base::UserId{room.creator};
  for (const std::int64_t user : room.expected) out.expected.push_back(base::UserId{user});
  return out;
}

wire::PlacedRoom to_wire(const state::RoomEntry& entry) {
  return {entry.room.text(),     entry.code, entry.node, entry.epoch, entry.game, entry.is_public,
          entry.created_at.value};
}

std::optional<state::RoomEntry> from_wire(wire::PlacedRoom placed) {
  const auto room = base::RoomId::parse(placed.room);
  if (!room || !std::in_range<std::uint32_t>(placed.epoch)) return std::nullopt;
  state::RoomEntry entry;
  entry.room = *room;
  entry.code = std::move(placed.code);
  entry.node = std::move(placed.node);
  entry.epoch = static_cast<std::uint32_t>(placed.epoch);
  entry.game = std::move(placed.game);
  entry.is_public = placed.is_public;
  entry.created_at = {placed.created_at_ms};
  return entry;
}

wire::ListRooms to_wire(const api::RoomsAsked& asked) {
  return {asked.game, asked.after.text(), asked.limit};
}

std::optional<api::RoomsAsked> from_wire(wire::ListRooms asked) {
  const auto after = base::RoomId::parse(asked.after);
  if (!after || asked.limit < 1 || asked.limit > 100) return std::nullopt;
  return api::RoomsAsked{std::move(asked.game), *after, asked.limit};
}

wire::RoomsOfNode to_wire(api::RoomsPage page) {
  wire::RoomsOfNode out{std::move(page.rooms), {}};
  if (page.next) out.next = page.next->text();
  return out;
}

std::optional<api::RoomsPage> from_wire(wire::RoomsOfNode page) {
  api::RoomsPage out{std::move(page.rooms), {}};
  if (!page.next) return out;
  out.next = base::RoomId::parse(*page.next);
  if (!out.next) return std::nullopt;
  return out;
}

wire::SettledMatch to_wire(base::RoomId room, base::MatchId match,
                           const match::Settlement& settlement) {
  wire::SettledMatch out{room.text(), match.text(), settlement.rated, {}};
  for (const match::PlayerAfter& player : settlement.players) {
    out.players.push_back({player.user.value, player.elo_before, player.elo_after, player.xp_gained,
                           player.coins_gained, player.level_after});
  }
  return out;
}

std::optional<SettledHere> from_wire(const wire::SettledMatch& settled) {
  const auto room = base::RoomId::parse(settled.room);
  const auto match = base::MatchId::parse(settled.match);
  if (!room || !match) return std::nullopt;
  SettledHere out{*room, *match, {}};
  out.settlement.rated = settled.rated;
  for (const wire::SettledPlayer& from : settled.players) {
    match::PlayerAfter player;
    player.user = base::UserId{from.user};
    player.rated = settled.rated;
    player.elo_before = from.elo_before;
    player.elo_after = from.elo_after;
    player.xp_gained = from.xp_gained;
    player.coins_gained = from.coins_gained;
    player.level_after = from.level_after;
    out.settlement.players.push_back(player);
  }
  return out;
}

wire::Load to_wire(const state::NodeLoad& load) {
  return {load.rooms, load.players, load.players_max, load.lateness_ms, load.draining, load.full};
}

}  // namespace whoosh::edge
