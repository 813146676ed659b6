// LeaseKeeper: holds leases of state by prolonging them in time, or waits for them. Each of the
// names is held by one process of the cluster at most; a holder that dies is followed within ttl_ms
// and one period.
//
// Lives on one mailbox: everything on its thread; the owner calls turn() when it says.
//
// Invariant: holds() is true only until ttl_ms after the moment at which the last prolonging was
// asked for, less a margin: so a holder that can't reach state, or whose thread was held up, stops
// by its own clock before another can have the lease.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "state/nodes.h"

namespace whoosh::role {

struct LeaseTimes {
  std::int64_t ttl_ms = 2'000;
  std::int64_t period_ms = 500;
  std::int64_t margin_ms = 250;  // clocks of two machines run at slightly different speeds
};

class LeaseKeeper {
 public:
  // `holder`: unique among the living. `leases` outlives it and every answer.
  LeaseKeeper(std::vector<std::string> names, std::string holder, state::Leases& leases,
              const runtime::Clock& clock, runtime::Mailbox& mailbox, LeaseTimes times = {});

  // Asks for what is due; returns in how many ms to come again.
  std::int64_t turn();
  [[nodiscard]] bool holds(std::string_view name) const;
  [[nodiscard]] bool holds_any() const;
  // Asks for nothing more and gives up what is held; `done` when the last answer is there.
  void stop(base::Function<void()> done);

 private:
  struct Kept {
    std::int64_t until_ms = 0;
    bool was_held = false;  // as last logged
    bool asking = false;
  };

  void ask(const std::string& name, Kept& kept);
  void answered(const std::string& name, std::int64_t asked_ms,
                const base::Result<state::Lease>& lease);
  void call_ended();

  const std::string holder_;
  state::Leases& leases_;
  const runtime::Clock& clock_;
  runtime::Mailbox& mailbox_;
  const LeaseTimes times_;
  std::map<std::string, Kept, std::less<>> kept_;
  std::int64_t next_ms_ = 0;
  std::size_t calls_ = 0;
  bool stopping_ = false;
  base::Function<void()> when_done_;
};

}  // namespace whoosh::role
