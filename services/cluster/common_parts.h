// What every role of a cluster has: clock, keys, the cluster's secret, the live state, a mailbox
// for answers that belong to nobody in particular, and its name among the living. Owner: the role,
// which drops `state` at the end of its stop(): before the mailboxes to which it may still answer.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "auth/cluster_key.h"
#include "auth/tokens.h"
#include "base/encoding.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/loop_thread.h"
#include "services/cluster/config.h"
#include "services/role/key_files.h"
#include "services/role/key_watch.h"
#include "services/role/live_state.h"

namespace whoosh::cluster {

struct CommonParts {
  // Errors: a key that can't be read, or `needs_private` and none of them is; a state that is none.
  [[nodiscard]] static base::Result<std::unique_ptr<CommonParts>> make(const CommonConfig& config,
                                                                       bool needs_private) {
    auto key = auth::ClusterKey::from_secret(config.cluster_secret);
    if (!key) return key.error();
    auto parts = std::make_unique<CommonParts>(*key);
    if (const auto read = parts->read_keys(config, needs_private); !read) return read.error();
    auto state = role::open_state(config.state, parts->clock, parts->entropy);
    if (!state) return state.error();
    parts->state = std::move(*state);
    return parts;
  }
  explicit CommonParts(const auth::ClusterKey& key_in) : key(key_in) {}
  [[nodiscard]] base::Result<> read_keys(const CommonConfig& config, bool needs_private) {
    role::KeySource source;
    source.files = [given = config.keys] { return role::given_key_files(given); };
    source.settle_ms = std::int64_t{config.keys_settle_s} * 1000;
    source.needs_private = needs_private;
    auto reader = std::make_unique<role::KeyReader>(std::move(source), clock);
    auto keys = reader->read();
    if (!keys) return keys.error();
    authority.emplace(std::move(*keys), auth::Audience{}, key);
    key_watch = std::make_unique<role::KeyWatch>(std::move(reader), *authority);
    return {};
  }

  runtime::OsClock clock;
  runtime::OsEntropy entropy;
  auth::ClusterKey key;
  std::optional<auth::TokenAuthority> authority;  // there from make() on
  std::unique_ptr<role::KeyWatch> key_watch;
  std::string holder = base::base64url(entropy.bytes(12));  // of leases, and consumer of results
  runtime::LoopThread mailbox;
  std::unique_ptr<role::LiveState> state;
};

}  // namespace whoosh::cluster
