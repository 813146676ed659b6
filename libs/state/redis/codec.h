// What is kept in Redis as one text each: JSON with a version `v`, so that a later release can tell
// what an earlier one wrote, and people can read it. Pure; any thread. Match records have their own
// (match/record_text.h), since nodes keep them in files, too.
//
// Reading: nullopt for anything that is no such text, or of a newer version. Unknown members are
// ignored: a release may add some without a new version.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "state/nodes.h"
#include "state/state.h"

namespace whoosh::state::redis {

[[nodiscard]] std::string text_of(const RoomEntry& entry);
[[nodiscard]] std::optional<RoomEntry> read_room(std::string_view text);

// What of a ticket never changes: without status, room, position, waiting and estimate.
[[nodiscard]] std::string text_of(const Ticket& ticket);
[[nodiscard]] std::optional<Ticket> read_ticket(std::string_view text);

// What of a node never changes while it lives: without seen_at and load.
[[nodiscard]] std::string text_of(const Node& node);
[[nodiscard]] std::optional<Node> read_node(std::string_view text);

[[nodiscard]] std::string text_of(const NodeLoad& load);
[[nodiscard]] std::optional<NodeLoad> read_load(std::string_view text);

[[nodiscard]] std::string text_of(const Revoked& revoked);
[[nodiscard]] std::optional<Revoked> read_revoked(std::string_view text);

}  // namespace whoosh::state::redis
