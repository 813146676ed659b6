#include "state/redis/codec.h"

#include <utility>

#include "base/described.h"

namespace whoosh::state::redis {

namespace {

constexpr std::int32_t version = 1;
constexpr std::size_t bytes_max = 64 * 1024;

struct StoredRoom {
  std::int32_t v = version;
  std::string room;
  std::string code;
  std::string node;
  std::uint32_t epoch = 0;
  std::string game;
  bool is_public = false;
  std::int64_t created_at = 0;
};
BOOST_DESCRIBE_STRUCT(StoredRoom, (), (v, room, code, node, epoch, game, is_public, created_at))

struct StoredTicket {
  std::int32_t v = version;
  std::string id;
  std::int64_t user = 0;
  std::string name;
  std::string avatar;
  // Absent in the tickets of releases before these were kept.
  std::optional<bool> newcomer;
  std::optional<std::string> session;
  std::optional<cosmetics::Look> look;
  std::string host;
  std::string queue;
  std::string game;
  double mu = 25;
  std::int64_t created_at = 0;
  std::int64_t expires_at = 0;
};
BOOST_DESCRIBE_STRUCT(StoredTicket, (),
                      (v, id, user, name, avatar, newcomer, session, look, host, queue, game, mu,
                       created_at, expires_at))

struct StoredNode {
  std::int32_t v = version;
  std::string name;
  std::string incarnation;
  std::uint16_t number = 0;
  std::string ws_url;
  std::string internal_host;
  std::uint16_t internal_port = 0;
  std::uint16_t edge_port = 0;
  std::string version_text;
  std::int64_t started_at = 0;
};
BOOST_DESCRIBE_STRUCT(StoredNode, (),
                      (v, name, incarnation, number, ws_url, internal_host, internal_port,
                       edge_port, version_text, started_at))

struct StoredLoad {
  std::int32_t v = version;
  std::int32_t rooms = 0;
  std::int32_t players = 0;
  std::int32_t players_max = 0;
  std::int32_t lateness_ms = 0;
  bool draining = false;
  std::optional<bool> full;  // not told by a process of an earlier version
};
BOOST_DESCRIBE_STRUCT(StoredLoad, (), (v, rooms, players, players_max, lateness_ms, draining, full))

struct StoredRevoked {
  std::int32_t v = version;
  std::int64_t user = 0;
  std::string family;
  bool banned = false;
  std::int64_t at = 0;
  std::int64_t until = 0;
};
BOOST_DESCRIBE_STRUCT(StoredRevoked, (), (v, user, family, banned, at, until))

template <class T>
std::optional<T> read(std::string_view text) {
  static thread_local base::JsonParser parser(bytes_max);
  const auto json = parser.parse(text);
  if (!json) return std::nullopt;
  auto stored = base::decode_as<T>(*json);
  if (!stored || stored->v != version) return std::nullopt;
  return std::move(*stored);
}

}  // namespace

// ---- rooms and tickets -------------------------------------------------------------------------

std::string text_of(const RoomEntry& entry) {
  StoredRoom stored;
  stored.room = entry.room.text();
  stored.code = entry.code;
  stored.node = entry.node;
  stored.epoch = entry.epoch;
  stored.game = entry.game;
  stored.is_public = entry.is_public;
  stored.created_at = entry.created_at.value;
  return base::to_json(stored);
}

std::optional<RoomEntry> read_room(std::string_view text) {
  auto stored = read<StoredRoom>(text);
  const auto room = stored ? RoomId::parse(stored->room) : std::nullopt;
  if (!room) return std::nullopt;
  RoomEntry entry;
  entry.room = *room;
  entry.code = std::move(stored->code);
  entry.node = std::move(stored->node);
  entry.epoch = stored->epoch;
  entry.game = std::move(stored->game);
  entry.is_public = stored->is_public;
  entry.created_at = {stored->created_at};
  return entry;
}

std::string text_of(const Ticket& ticket) {
  StoredTicket stored;
  stored.id = ticket.id;
  stored.user = ticket.user.value;
  stored.name = ticket.name;
  stored.avatar = ticket.avatar;
  stored.newcomer = ticket.newcomer;
  stored.session = ticket.session;
  if (ticket.look != cosmetics::Look{}) stored.look = ticket.look;
  stored.host = ticket.host;
  stored.queue = ticket.queue;
  stored.game = ticket.game;
  stored.mu = ticket.mu;
  stored.created_at = ticket.created_at.value;
  stored.expires_at = ticket.expires_at.value;
  return base::to_json(stored);
}

std::optional<Ticket> read_ticket(std::string_view text) {
  auto stored = read<StoredTicket>(text);
  if (!stored) return std::nullopt;
  Ticket ticket;
  ticket.id = std::move(stored->id);
  ticket.user = UserId{stored->user};
  ticket.name = std::move(stored->name);
  ticket.avatar = std::move(stored->avatar);
  ticket.newcomer = stored->newcomer.value_or(false);
  ticket.session = std::move(stored->session).value_or("");
  ticket.look = std::move(stored->look).value_or(cosmetics::Look{});
  ticket.host = std::move(stored->host);
  ticket.queue = std::move(stored->queue);
  ticket.game = std::move(stored->game);
  ticket.mu = stored->mu;
  ticket.created_at = {stored->created_at};
  ticket.expires_at = {stored->expires_at};
  return ticket;
}

// ---- nodes and revocations ---------------------------------------------------------------------

std::string text_of(const Node& node) {
  StoredNode stored;
  stored.name = node.name;
  stored.incarnation = node.incarnation;
  stored.number = node.number;
  stored.ws_url = node.ws_url;
  stored.internal_host = node.internal_host;
  stored.internal_port = node.internal_port;
  stored.edge_port = node.edge_port;
  stored.version_text = node.version;
  stored.started_at = node.started_at.value;
  return base::to_json(stored);
}

std::optional<Node> read_node(std::string_view text) {
  auto stored = read<StoredNode>(text);
  if (!stored) return std::nullopt;
  Node node;
  node.name = std::move(stored->name);
  node.incarnation = std::move(stored->incarnation);
  node.number = stored->number;
  node.ws_url = std::move(stored->ws_url);
  node.internal_host = std::move(stored->internal_host);
  node.internal_port = stored->internal_port;
  node.edge_port = stored->edge_port;
  node.version = std::move(stored->version_text);
  node.started_at = {stored->started_at};
  return node;
}

std::string text_of(const NodeLoad& load) {
  return base::to_json(StoredLoad{version, load.rooms, load.players, load.players_max,
                                  load.lateness_ms, load.draining, load.full});
}

std::optional<NodeLoad> read_load(std::string_view text) {
  const auto stored = read<StoredLoad>(text);
  if (!stored) return std::nullopt;
  return NodeLoad{stored->rooms,       stored->players,  stored->players_max,
                  stored->lateness_ms, stored->draining, stored->full.value_or(false)};
}

std::string text_of(const Revoked& revoked) {
  return base::to_json(StoredRevoked{version, revoked.user.value, revoked.family, revoked.banned,
                                     revoked.at.value, revoked.until.value});
}

std::optional<Revoked> read_revoked(std::string_view text) {
  auto stored = read<StoredRevoked>(text);
  if (!stored) return std::nullopt;
  return Revoked{UserId{stored->user},
                 std::move(stored->family),
                 stored->banned,
                 {stored->at},
                 {stored->until}};
}

}  // namespace whoosh::state::redis
