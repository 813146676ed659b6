// OperatorAccess: how a process that is no part of a running cluster (`whoosh admin`) reaches its
// rooms and nodes: the living ones from the live state, everything else from the edges themselves
// over the internal HTTP, signed with the cluster's secret. It enters itself nowhere.
//
// Owner: the command; one thread opens and drops it. Its ports answer on the replies' mailboxes,
// and everything that was asked is answered before it is gone.
#pragma once

#include <memory>

#include "auth/cluster_key.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/loop_thread.h"
#include "services/cluster/cluster_gateway.h"
#include "services/cluster/config.h"
#include "services/role/live_state.h"

namespace whoosh::cluster {

class OperatorAccess {
 public:
  // So long a state that is just being connected to may take.
  static constexpr std::int64_t patience_ms = 5'000;

  // Of a resolved and checked config. Waits for the live state; unavailable: it does not answer.
  [[nodiscard]] static base::Result<std::unique_ptr<OperatorAccess>> open(
      const OperatorConfig& config);
  ~OperatorAccess();
  OperatorAccess(const OperatorAccess&) = delete;
  OperatorAccess& operator=(const OperatorAccess&) = delete;

  [[nodiscard]] api::EdgeGateway& edges() { return *gateway_; }
  [[nodiscard]] state::Directory& directory() { return state_->directory(); }

 private:
  explicit OperatorAccess(const auth::ClusterKey& key) : key_(key) {}
  [[nodiscard]] base::Result<std::vector<state::Node>> ask_living();

  const auth::ClusterKey key_;
  runtime::OsClock clock_;
  runtime::OsEntropy entropy_;
  std::vector<state::Node> living_;  // as they were when it was opened
  runtime::LoopThread mailbox_;
  std::unique_ptr<role::LiveState> state_;
  std::unique_ptr<ClusterGateway> gateway_;
};

}  // namespace whoosh::cluster
