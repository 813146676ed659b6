// The live state of several processes: Redis or Valkey.
#include <spdlog/spdlog.h>

#include "services/role/live_state.h"
#include "state/redis/redis.h"

namespace whoosh::role {
namespace {

class RedisState final : public LiveState {
 public:
  explicit RedisState(std::unique_ptr<state::redis::Redis> redis) : redis_(std::move(redis)) {}

  state::Directory& directory() override { return redis_->directory(); }
  state::Queue& queue() override { return redis_->queue(); }
  state::RateLimits& limits() override { return redis_->limits(); }
  state::Results& results() override { return redis_->results(); }
  state::Nodes& nodes() override { return redis_->nodes(); }
  state::Leases& leases() override { return redis_->leases(); }
  state::Lobbies& lobbies() override { return redis_->lobbies(); }
  state::Revocations& revocations() override { return redis_->revocations(); }
  void ping(runtime::Reply<> reply) override { redis_->ping(std::move(reply)); }

 private:
  std::unique_ptr<state::redis::Redis> redis_;
};

}  // namespace

base::Result<> check_state_url(std::string_view url) {
  const auto options = state::redis::parse_url(url);
  if (!options) return options.error();
  return {};
}

base::Result<std::unique_ptr<LiveState>> open_state(std::string_view url,
                                                    const runtime::Clock& clock,
                                                    runtime::Entropy& entropy) {
  auto options = state::redis::parse_url(url);
  if (!options) return options.error();
  options->report = [](std::string_view sentence) { spdlog::warn("state: {}", sentence); };
  state::redis::Ports ports;
  ports.connection = std::move(*options);
  auto redis = state::redis::Redis::open(std::move(ports), clock, entropy);
  if (!redis) return redis.error();
  return std::unique_ptr<LiveState>(std::make_unique<RedisState>(std::move(*redis)));
}

}  // namespace whoosh::role
