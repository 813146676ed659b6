#include "services/cluster/operator_access.h"

#include <chrono>
#include <future>
#include <thread>

namespace whoosh::cluster {
namespace {

constexpr auto pause = std::chrono::milliseconds(50);

}  // namespace

base::Result<std::unique_ptr<OperatorAccess>> OperatorAccess::open(const OperatorConfig& config) {
  const auto key = auth::ClusterKey::from_secret(config.cluster_secret);
  if (!key) return key.error();
  std::unique_ptr<OperatorAccess> access(new OperatorAccess(*key));
  auto state = role::open_state(config.state, access->clock_, access->entropy_);
  if (!state) return state.error();
  access->state_ = std::move(*state);
  auto living = access->ask_living();
  if (!living) {
    return base::Error{base::ErrorCode::unavailable, "The live state (--state) does not answer: " +
                                                         role::without_password(config.state)};
  }
  access->living_ = std::move(*living);
  access->gateway_ = std::make_unique<ClusterGateway>(
      "", ClusterGateway::Ports{[self = access.get()] { return self->living_; },
                                access->state_->lobbies(), access->key_, access->clock_,
                                access->entropy_});
  return access;
}

OperatorAccess::~OperatorAccess() {
  if (gateway_) gateway_->stop();
  state_.reset();  // what it still answers goes to threads that are there
  mailbox_.stop();
}

// Until the first connection stands, everything is `unavailable`.
base::Result<std::vector<state::Node>> OperatorAccess::ask_living() {
  using Nodes = base::Result<std::vector<state::Node>>;
  const std::int64_t until_ms = clock_.monotonic_ms() + patience_ms;
  for (;;) {
    const auto answer = std::make_shared<std::promise<Nodes>>();
    auto answered = answer->get_future();
    state_->nodes().living(
        {mailbox_, [answer](Nodes nodes) { answer->set_value(std::move(nodes)); }});
    Nodes nodes = answered.get();  // every call of state is answered
    if (nodes || clock_.monotonic_ms() >= until_ms) return nodes;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace whoosh::cluster
