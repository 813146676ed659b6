#include "services/cli/swarm_cluster.h"

#include <fmt/format.h>

#include <atomic>
#include <future>

#include "services/cluster/cluster_gateway.h"
#include "services/cluster/common_parts.h"
#include "state/node_book.h"

namespace whoosh::cli {
namespace {

class ClusterSeats final : public swarm::SeatSource {
 public:
  ClusterSeats(const SwarmCluster& asked, std::string game, std::uint32_t process,
               std::unique_ptr<cluster::CommonParts> common)
      : game_(std::move(game)),
        common_(std::move(common)),
        book_(common_->state->nodes(), common_->clock),
        gateway_(asked.edge_url, {[this] { return *book_.living(); }, common_->state->lobbies(),
                                  common_->key, common_->clock, common_->entropy}),
        next_user_(asked.first_user + process * users_per_process) {}
  ~ClusterSeats() override {
    gateway_.stop();
    book_.stop();
    common_->mailbox.stop();
    common_->state.reset();
  }

  base::Result<std::vector<swarm::SeatOffer>> make_room(std::uint32_t seats) override {
    const std::int64_t first = next_user_.fetch_add(seats);
    const auto room = place(first, seats);
    if (!room) return room.error();
    const std::string url = gateway_.ws_url(*room, "127.0.0.1");
    std::vector<swarm::SeatOffer> out;
    for (std::uint32_t place = 0; place < seats; ++place) {
      auth::SeatTicket ticket;
      ticket.user = base::UserId{first + place};
      ticket.jti = base::base64url(common_->entropy.bytes(12));
      ticket.name = fmt::format("Bee {}", ticket.user.value);
      ticket.room = room->room;
      ticket.role = "player";
      auto signed_ticket = common_->authority->make_seat(ticket, common_->clock.now());
      if (!signed_ticket) return signed_ticket.error();
      swarm::SeatOffer offer;
      offer.place = static_cast<std::uint8_t>(place);
      offer.user = base::user_id_text(ticket.user);
      offer.ws_url = url;
      offer.ticket = std::move(*signed_ticket);
      out.push_back(std::move(offer));
    }
    return out;
  }

 private:
  base::Result<state::RoomEntry> place(std::int64_t host, std::uint32_t seats) {
    api::NewRoom wish;
    wish.game = game_;
    wish.creator = base::UserId{host};
    const auto wanted = static_cast<std::int32_t>(seats);
    if (wanted > wire::RoomSettings().max_seats) wish.settings.max_seats = wanted;
    std::promise<base::Result<state::RoomEntry>> answered;
    auto answer = answered.get_future();
    gateway_.create_room(wish, runtime::Reply<state::RoomEntry>(
                                   common_->mailbox, [&](base::Result<state::RoomEntry> entry) {
                                     answered.set_value(std::move(entry));
                                   }));
    return answer.get();
  }

  const std::string game_;
  const std::unique_ptr<cluster::CommonParts> common_;
  state::NodeBook book_;
  cluster::ClusterGateway gateway_;
  std::atomic<std::int64_t> next_user_;
};

}  // namespace

base::Result<std::unique_ptr<swarm::SeatSource>> cluster_seats(const SwarmCluster& asked,
                                                               const std::string& game,
                                                               std::uint32_t process) {
  cluster::MatchmakerConfig config;
  config.state = asked.state;
  config.cluster_secret_file = asked.secret_file;
  config.keys = asked.keys;
  if (const auto ok = cluster::resolve(config); !ok) return ok.error();
  if (const auto ok = cluster::check(config); !ok) return ok.error();
  auto common = cluster::CommonParts::make(config, true);
  if (!common) return common.error();
  return std::unique_ptr<swarm::SeatSource>(
      std::make_unique<ClusterSeats>(asked, game, process, std::move(*common)));
}

}  // namespace whoosh::cli
