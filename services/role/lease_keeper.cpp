#include "services/role/lease_keeper.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace whoosh::role {

LeaseKeeper::LeaseKeeper(std::vector<std::string> names, std::string holder, state::Leases& leases,
                         const runtime::Clock& clock, runtime::Mailbox& mailbox, LeaseTimes times)
    : holder_(std::move(holder)),
      leases_(leases),
      clock_(clock),
      mailbox_(mailbox),
      times_(times),
      next_ms_(clock.monotonic_ms()) {
  for (std::string& name : names) kept_.emplace(std::move(name), Kept{});
}

std::int64_t LeaseKeeper::turn() {
  const std::int64_t now_ms = clock_.monotonic_ms();
  if (now_ms >= next_ms_ && !stopping_) {
    next_ms_ = now_ms + times_.period_ms;
    for (auto& [name, kept] : kept_) {
      if (!kept.asking) ask(name, kept);
    }
  }
  return std::max<std::int64_t>(1, next_ms_ - now_ms);
}

void LeaseKeeper::ask(const std::string& name, Kept& kept) {
  kept.asking = true;
  ++calls_;
  const std::int64_t asked_ms = clock_.monotonic_ms();
  leases_.hold(name, holder_, times_.ttl_ms,
               {mailbox_, [this, name, asked_ms](const base::Result<state::Lease>& lease) {
                  answered(name, asked_ms, lease);
                  call_ended();
                }});
}

void LeaseKeeper::answered(const std::string& name, std::int64_t asked_ms,
                           const base::Result<state::Lease>& lease) {
  Kept& kept = kept_.find(name)->second;
  kept.asking = false;
  if (lease) kept.until_ms = lease->held ? asked_ms + times_.ttl_ms - times_.margin_ms : 0;
  const bool held = holds(name);
  if (held != std::exchange(kept.was_held, held))
    spdlog::info("lease {}: {}", name, held ? "it is ours now" : "no longer ours");
}

bool LeaseKeeper::holds(std::string_view name) const {
  const auto found = kept_.find(name);
  return found != kept_.end() && !stopping_ && clock_.monotonic_ms() < found->second.until_ms;
}

bool LeaseKeeper::holds_any() const {
  return std::any_of(kept_.begin(), kept_.end(),
                     [this](const auto& entry) { return holds(entry.first); });
}

void LeaseKeeper::stop(base::Function<void()> done) {
  when_done_ = std::move(done);
  ++calls_;  // until all below are asked
  for (auto& [name, kept] : kept_) {
    if (!holds(name)) continue;
    ++calls_;
    leases_.release(name, holder_, {mailbox_, [this, name](const base::Result<>& released) {
                                      if (!released)
                                        spdlog::warn("lease {} runs out by itself: {}", name,
                                                     released.error().sentence());
                                      call_ended();
                                    }});
  }
  stopping_ = true;
  call_ended();
}

void LeaseKeeper::call_ended() {
  if (--calls_ == 0 && when_done_) std::exchange(when_done_, nullptr)();
}

}  // namespace whoosh::role
