// What every role of a cluster has: clock, keys, the cluster's secret, the live state, a mailbox
// for answers that belong to nobody in particular, and its name among the living. Owner: the role,
// which drops `state` at the end of its stop(): before the mailboxes to which it may still answer.
#pragma once

#include <memory>
#include <string>

#include "auth/cluster_key.h"
#include "auth/tokens.h"
#include "base/encoding.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/loop_thread.h"
#include "services/cluster/config.h"
#include "services/role/key_files.h"
#include "services/role/live_state.h"

namespace whoosh::cluster {

struct CommonParts {
  // Errors: a key that can't be read, or `needs_private` and none of them is; a state that is none.
  [[nodiscard]] static base::Result<std::unique_ptr<CommonParts>> make(const CommonConfig& config,
                                                                       bool needs_private) {
    auto keys = role::load_keys(config.keys);
    if (!keys) return keys.error();
    if (needs_private && !keys->can_sign()) {
      return base::Error{base::ErrorCode::invalid_input,
                         "--keys has public keys only, but this role signs: it needs a private "
                         "one."};
    }
    auto key = auth::ClusterKey::from_secret(config.cluster_secret);
    if (!key) return key.error();
    auto parts =
        std::make_unique<CommonParts>(std::make_shared<const auth::KeySet>(std::move(*keys)), *key);
    auto state = role::open_state(config.state, parts->clock, parts->entropy);
    if (!state) return state.error();
    parts->state = std::move(*state);
    return parts;
  }
  CommonParts(std::shared_ptr<const auth::KeySet> keys_in, const auth::ClusterKey& key_in)
      : keys(std::move(keys_in)), key(key_in), authority(keys, {}, key) {}

  runtime::OsClock clock;
  runtime::OsEntropy entropy;
  std::shared_ptr<const auth::KeySet> keys;
  auth::ClusterKey key;
  auth::TokenAuthority authority;
  std::string holder = base::base64url(entropy.bytes(12));  // of leases, and consumer of results
  runtime::LoopThread mailbox;
  std::unique_ptr<role::LiveState> state;
};

}  // namespace whoosh::cluster
