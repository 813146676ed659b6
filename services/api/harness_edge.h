// PretendedEdge: an edge for tests of Service A that is only pretended: it does what its script
// says and notes what it was told. Called by one request at a time.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "services/api/harness.h"

namespace whoosh::api {

class PretendedEdge final : public EdgeGateway {
 public:
  PretendedEdge(state::Directory& directory, const runtime::Clock& clock)
      : directory_(directory), clock_(clock) {}
  EdgeScript script;

  void create_room(NewRoom room, runtime::Reply<state::RoomEntry> reply) override {
    if (script.away) return;
    if (room.settings.max_seats.value_or(8) > 12) {
      base::Error error{base::ErrorCode::invalid_input};
      error.fields.emplace("settings.max_seats", "must be 3 to 12");
      return reply(error);
    }
    state::RoomEntry entry;
    entry.room = base::RoomId::make(1, base::ShardNo{0}, ++made_);
    entry.node = "solo";
    entry.epoch = 1;
    entry.game = room.game;
    entry.is_public = room.is_public;
    entry.created_at = clock_.now();
    rooms_.push_back(entry);
    directory_.claim_room(entry, std::move(reply));
  }
  void room_card(state::RoomEntry entry, runtime::Reply<wire::RoomCard> reply) override {
    if (script.away) return;
    wire::RoomCard card;
    card.room = entry.room.text();
    card.code = entry.code;
    card.game = entry.game;
    card.visibility = entry.is_public ? "public" : "private";
    card.phase = script.phase;
    card.seats = 8;
    card.created_at = base::rfc3339(entry.created_at);
    reply(card);
  }
  void may_join(state::RoomEntry, base::UserId, wire::Role wanted,
                runtime::Reply<wire::Role> reply) override {
    if (script.away) return;
    if (script.join_refusal) return reply(*script.join_refusal);
    reply(wanted);
  }
  void notify(base::UserId user, std::string message) override {
    script.notified.emplace_back(user, std::move(message));
  }
  std::string ws_url(const state::RoomEntry& entry, std::string_view host) const override {
    return "ws://" + std::string(host) + "/ws?game_id=" + entry.room.text();
  }
  void rooms(RoomsAsked asked, runtime::Reply<RoomsPage> reply) override {
    if (script.away) return;
    RoomsPage page;
    for (const state::RoomEntry& entry : rooms_) {
      if (entry.room <= asked.after || (!asked.game.empty() && entry.game != asked.game)) continue;
      if (page.rooms.size() == static_cast<std::size_t>(asked.limit)) {
        page.next = base::RoomId::parse(page.rooms.back().card.room);
        break;
      }
      page.rooms.push_back(summary_of(entry));
    }
    reply(std::move(page));
  }
  void room_report(state::RoomEntry entry, runtime::Reply<wire::RoomReport> reply) override {
    if (script.away) return;
    reply(wire::RoomReport{summary_of(entry), {}, {}});
  }
  void close_room(state::RoomEntry entry, std::string why, runtime::Reply<> reply) override {
    if (script.away) return;
    script.closed.emplace_back(entry.room, std::move(why));
    std::erase_if(rooms_, [&](const state::RoomEntry& one) { return one.room == entry.room; });
    directory_.release_room(entry.room, entry.epoch, std::move(reply));
  }
  void nodes(runtime::Reply<std::vector<wire::NodeReport>> reply) override {
    if (script.away) return;
    wire::NodeReport node;
    node.name = "solo";
    node.draining = script.draining;
    reply(std::vector<wire::NodeReport>{node});
  }
  void drain_node(std::string name, bool draining, runtime::Reply<> reply) override {
    if (script.away) return;
    if (name != "solo") return reply(base::ErrorCode::node_not_found);
    script.draining = draining;
    reply({});
  }

 private:
  static wire::RoomSummary summary_of(const state::RoomEntry& entry) {
    wire::RoomSummary summary;
    summary.card.room = entry.room.text();
    summary.card.code = entry.code;
    summary.card.game = entry.game;
    summary.node = entry.node;
    summary.epoch = entry.epoch;
    return summary;
  }

  state::Directory& directory_;
  const runtime::Clock& clock_;
  std::vector<state::RoomEntry> rooms_;
  std::uint64_t made_ = 0;
};

}  // namespace whoosh::api
