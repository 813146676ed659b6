// `whoosh matchmaker`: pairs who waits in the queue, as long as it holds the lease of that queue
// and game; else it stands by. It invites those it has matched, so it holds the private key as the
// API does.
#include <spdlog/spdlog.h>

#include "services/api/join.h"
#include "services/cluster/cluster_gateway.h"
#include "services/cluster/common_parts.h"
#include "services/cluster/role.h"
#include "services/matchmaker/games.h"
#include "services/matchmaker/matchmaker.h"
#include "services/role/checks.h"
#include "services/role/ops.h"
#include "state/node_book.h"

namespace whoosh::cluster {
namespace {

class MatchmakerRole final : public Role {
 public:
  MatchmakerRole(const MatchmakerConfig& config, std::unique_ptr<CommonParts> common)
      : config_(config), common_(std::move(common)), state_(*common_->state) {}
  ~MatchmakerRole() override {
    stop([] { return true; });
  }

  [[nodiscard]] base::Result<> start();
  [[nodiscard]] Ports ports() const override { return {0, 0, ops_->port()}; }
  void reload() override { common_->key_watch->reload(); }
  void stop(const std::function<bool()>& hurry) override;

 private:
  [[nodiscard]] base::Result<> start_ops();

  const MatchmakerConfig config_;
  const std::unique_ptr<CommonParts> common_;
  role::LiveState& state_;
  std::unique_ptr<state::NodeBook> book_;
  std::unique_ptr<ClusterGateway> gateway_;
  std::unique_ptr<api::Inviter> inviter_;
  std::unique_ptr<matchmaker::MatchmakerThread> matchmaker_;
  std::unique_ptr<role::OpsPages> ops_;
  bool stopped_ = false;
};

base::Result<> MatchmakerRole::start() {
  book_ = std::make_unique<state::NodeBook>(state_.nodes(), common_->clock);
  gateway_ = std::make_unique<ClusterGateway>(
      config_.edge_url, ClusterGateway::Ports{[this] { return *book_->living(); }, state_.lobbies(),
                                              common_->key, common_->clock, common_->entropy});
  inviter_ = std::make_unique<api::Inviter>(*gateway_, *common_->authority, common_->clock,
                                            common_->entropy);
  matchmaker::Invite invite = [this](const state::Ticket& ticket, const state::RoomEntry& room) {
    return inviter_->invite(api::guest_of(ticket), room, wire::Role::player);
  };
  matchmaker_ = std::make_unique<matchmaker::MatchmakerThread>(
      matchmaker::all_games(), matchmaker::Ports{state_.queue(), *gateway_, common_->clock},
      std::move(invite), matchmaker::Standby{state_.leases(), common_->holder});
  return start_ops();
}

base::Result<> MatchmakerRole::start_ops() {
  metrics::Registry metrics;
  metrics.add([this](metrics::Exposition& out) {
    common_->key_watch->collect(out);
    matchmaker_->collect(out);
    out.gauge("whoosh_nodes", "Living edges as this process knows them.", {},
              static_cast<double>(book_->living()->size()));
  });
  role::OpsConfig pages;
  pages.role = "matchmaker";
  pages.listen = config_.ops_listen;
  pages.port = config_.ops_port;
  pages.ready = [this] {
    return std::map<std::string, std::string>{
        {"keys", "ok"}, {"state", role::check(common_->mailbox, [this](runtime::Reply<> reply) {
                           state_.ping(std::move(reply));
                         })}};
  };
  ops_ = std::make_unique<role::OpsPages>(std::move(pages), std::move(metrics), common_->clock,
                                          common_->entropy);
  return ops_->start();
}

void MatchmakerRole::stop(const std::function<bool()>&) {
  if (std::exchange(stopped_, true)) return;
  if (ops_) ops_->stop();
  if (matchmaker_) matchmaker_->stop();
  if (gateway_) gateway_->stop();
  if (book_) book_->stop();
  common_->key_watch->stop();
  common_->mailbox.stop();
  common_->state.reset();
}

}  // namespace

StartedRole start_matchmaker(const MatchmakerConfig& config) {
  auto common = CommonParts::make(config, true);
  if (!common) return common.error();
  auto matchmaker = std::make_unique<MatchmakerRole>(config, std::move(*common));
  if (const auto started = matchmaker->start(); !started) return started.error();
  return std::unique_ptr<Role>(std::move(matchmaker));
}

}  // namespace whoosh::cluster
