// Janitor: takes the rooms of dead nodes out of the directory, so that their codes say "no such
// room" instead of leading nowhere. One process of the cluster does it, whoever holds the lease
// "janitor"; every API process offers to.
//
// A node is dead when it has not been among the living for grace_ms (3 s) although state answered
// all the time: an outage of state, during which nobody could beat, kills no rooms.
//
// Owner: the API's wiring. Everything on an own thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "services/role/lease_keeper.h"
#include "state/state.h"

namespace whoosh::cluster {

class Janitor {
 public:
  struct Times {
    std::int64_t period_ms = 1'000;
    std::int64_t grace_ms = 3'000;
    std::int64_t scan_ms = 60'000;  // whole directory, for what nobody saw die
  };
  struct Ports {
    state::Nodes& nodes;
    state::Directory& directory;
    state::Leases& leases;
    const runtime::Clock& clock;
  };

  // `holder`: unique among the living. The ports outlive it and every answer.
  Janitor(std::string holder, Ports ports, Times times);
  Janitor(std::string holder, Ports ports) : Janitor(std::move(holder), ports, Times{}) {}
  ~Janitor() { stop(); }
  // Gives the lease up.
  void stop();

 private:
  using NodeKey = std::pair<std::string, std::uint16_t>;  // name, number

  std::int64_t turn();
  void look();
  void seen(const std::vector<state::Node>& living);
  void scan(std::optional<std::string> cursor);
  void scanned(const state::Directory::Page& page);
  void release(const NodeKey& node);

  const Ports ports_;
  const Times times_;
  // Of the own thread.
  std::set<NodeKey> living_;
  std::map<NodeKey, std::int64_t> missing_;  // since when
  bool looking_ = false;
  bool scanning_ = false;
  bool stopping_ = false;
  std::int64_t next_look_ms_ = 0;
  std::int64_t next_scan_ms_ = 0;
  std::int64_t looked_ms_ = 0;  // last answer of state
  bool stopped_ = false;        // the owner's
  std::unique_ptr<role::LeaseKeeper> lease_;
  runtime::LoopThread thread_;  // last: it calls turn()
};

}  // namespace whoosh::cluster
