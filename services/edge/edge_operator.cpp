// EdgeServer: what operators and the cluster ask of it: lists, reports, ends, load.
#include <algorithm>
#include <memory>
#include <utility>

#include "services/edge/edge_server.h"

namespace whoosh::edge {
namespace {

using base::ErrorCode;

// Answers of all loops on their way to one reply: each loop adds its part on its own thread, the
// reply is given on the first loop's, where all parts end up.
template <class Part>
struct Gathering {
  std::vector<Part> parts;
  std::size_t missing = 0;
  base::Function<void(std::vector<Part>)> done;

  void add(std::size_t index, Part part) {
    parts[index] = std::move(part);
    if (--missing == 0) done(std::move(parts));
  }
};

std::int64_t age_s(base::UnixMs created_at, base::UnixMs now) {
  return std::max<std::int64_t>(0, (now.value - created_at.value) / 1000);
}

}  // namespace

// Asks `ask(shard)` of every shard; `done(parts)` runs on the first loop's thread.
template <class Part, class Ask, class Done>
void EdgeServer::gather(Ask ask, Done done) {
  auto gathering = std::make_shared<Gathering<Part>>();
  gathering->parts.resize(handlers_.size());
  gathering->missing = handlers_.size();
  gathering->done = std::move(done);
  for (std::size_t i = 0; i < handlers_.size(); ++i) {
    server_->loop(i).post([this, i, ask, gathering] {
      Part part = ask(handlers_[i]->shard());
      server_->loop(0).post(
          [i, gathering, part = std::move(part)]() mutable { gathering->add(i, std::move(part)); });
    });
  }
}

void EdgeServer::rooms(api::RoomsAsked asked, runtime::Reply<api::RoomsPage> reply) {
  // One more than asked for tells whether there are more.
  const auto wanted = static_cast<std::size_t>(std::max(asked.limit, 1)) + 1;
  using Part = std::vector<wire::RoomSummary>;
  gather<Part>([game = std::move(asked.game), after = asked.after,
                wanted](const shard::Shard& shard) { return shard.summaries(game, after, wanted); },
               [this, wanted, reply = std::move(reply)](std::vector<Part> parts) mutable {
                 api::RoomsPage page;
                 for (Part& part : parts) {  // shards are in the order of their rooms' ids
                   for (wire::RoomSummary& summary : part) {
                     if (page.rooms.size() == wanted - 1) {
                       page.next = base::RoomId::parse(page.rooms.back().card.room);
                       return reply(std::move(page));
                     }
                     complete(summary);
                     page.rooms.push_back(std::move(summary));
                   }
                 }
                 reply(std::move(page));
               });
}

// What the room itself does not know.
void EdgeServer::complete(wire::RoomSummary& summary) const {
  summary.node = shared_.config.node;
  const auto made = base::parse_rfc3339(summary.card.created_at);
  if (made) summary.age_s = age_s(*made, shared_.clock.now());
}

void EdgeServer::room_report(state::RoomEntry entry, runtime::Reply<wire::RoomReport> reply) {
  on_shard(entry.room, std::move(reply),
           [this, entry](shard::Shard& shard) -> base::Result<wire::RoomReport> {
             auto report = shard.report(entry.room);
             if (!report) return report;
             report->summary.card.created_at = base::rfc3339(entry.created_at);
             complete(report->summary);
             return report;
           });
}

void EdgeServer::close_room(base::RoomId room, std::string why, runtime::Reply<> reply) {
  on_shard(room, std::move(reply), [room, why = std::move(why)](shard::Shard& shard) {
    return shard.close_room(room, why);
  });
}

void EdgeServer::load(runtime::Reply<state::NodeLoad> reply) {
  gather<shard::Counters>(
      [](const shard::Shard& shard) { return shard.counters(); },
      [this, reply = std::move(reply)](std::vector<shard::Counters> shards) mutable {
        state::NodeLoad load = load_meter_.measure(shards, shared_.clock.monotonic_ms());
        load.players_max = static_cast<std::int32_t>(shared_.fullness.players_max());
        load.draining = draining_;
        load.full = shared_.fullness.is_full();
        reply(load);
      });
}

void EdgeServer::lobby_users(runtime::Reply<std::vector<base::UserId>> reply) {
  using Part = std::vector<base::UserId>;
  gather<Part>([](const shard::Shard& shard) { return shard.lobby_users(); },
               [reply = std::move(reply)](std::vector<Part> parts) mutable {
                 Part all;
                 for (const Part& part : parts) all.insert(all.end(), part.begin(), part.end());
                 reply(std::move(all));
               });
}

void EdgeServer::set_draining(bool draining) {
  draining_ = draining;
  for (std::size_t i = 0; i < handlers_.size(); ++i) {
    server_->loop(i).post(
        [handler = handlers_[i].get(), draining] { handler->shard().set_draining(draining); });
  }
}

}  // namespace whoosh::edge
