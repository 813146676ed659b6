#include "services/role/live_state.h"

#include "state/memory/directory.h"
#include "state/memory/nodes.h"
#include "state/memory/queue.h"
#include "state/memory/rate_limits.h"
#include "state/memory/results.h"

namespace whoosh::role {
namespace {

class MemoryState final : public LiveState {
 public:
  MemoryState(const runtime::Clock& clock, runtime::Entropy& entropy)
      : directory_(entropy),
        queue_(directory_, clock),
        results_(clock),
        nodes_(clock),
        leases_(clock),
        lobbies_(clock),
        revocations_(clock) {}

  state::Directory& directory() override { return directory_; }
  state::Queue& queue() override { return queue_; }
  state::RateLimits& limits() override { return limits_; }
  state::Results& results() override { return results_; }
  state::Nodes& nodes() override { return nodes_; }
  state::Leases& leases() override { return leases_; }
  state::Lobbies& lobbies() override { return lobbies_; }
  state::Revocations& revocations() override { return revocations_; }
  void ping(runtime::Reply<> reply) override { reply({}); }

 private:
  state::memory::Directory directory_;
  state::memory::Queue queue_;
  state::memory::RateLimits limits_;
  state::memory::Results results_;
  state::memory::Nodes nodes_;
  state::memory::Leases leases_;
  state::memory::Lobbies lobbies_;
  state::memory::Revocations revocations_;
};

}  // namespace

std::unique_ptr<LiveState> memory_state(const runtime::Clock& clock, runtime::Entropy& entropy) {
  return std::make_unique<MemoryState>(clock, entropy);
}

std::string without_password(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const auto authority = url.substr(scheme + 3, url.find('/', scheme + 3) - scheme - 3);
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, scheme + 3)) + std::string(url.substr(scheme + 3 + at + 1));
}

}  // namespace whoosh::role
