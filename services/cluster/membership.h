// Membership: an edge's place among the living nodes: enters it, beats for it with its load, and
// leaves. While it has none the edge makes no rooms; those that are there are played on.
//
//   joining ──join──> member ──beat: conflict──> joining (by the number it had)
//      ^ every second while state is away          │ leave()
//      └───────────────────────────────────        └──> gone
//
// A conflict means that the node was taken for dead, or that state has lost all it knew. It then
// asks for the number it had. Given it back, it enters its rooms in the directory again, until all
// are in, and once more reenter_again_ms later: whoever was about to release a dead node's rooms
// has done so by then. Given another (its own was somebody else's meanwhile), the rooms from before
// are played to their end by who is in them, without a code.
//
// Owner: the edge's wiring. Everything on an own thread; state() and leave() from the owner's.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/loop_thread.h"
#include "services/edge/edge_server.h"
#include "state/nodes.h"

namespace whoosh::cluster {

class Membership {
 public:
  struct Ports {
    state::Nodes& nodes;
    edge::EdgeServer& edge;
    const runtime::Clock& clock;
    runtime::Entropy& entropy;
  };

  // `node`: everything but incarnation, number and times.
  Membership(state::Node node, Ports ports);
  ~Membership() { leave(); }

  // "ok", or why this node has no place, for /readyz. Any thread.
  [[nodiscard]] std::string standing() const;
  // Leaves and waits for it, a second at most. Twice does no harm.
  void leave();

 private:
  enum class Phase : std::uint8_t { joining, member, taken, gone };

  std::int64_t turn();
  void join();
  void joined(base::Result<state::Node> node);
  void beat();
  void beaten(const base::Result<>& done);
  void reenter_rooms();

  static constexpr std::int64_t reenter_again_ms = 5'000;

  const Ports ports_;
  std::atomic<Phase> phase_{Phase::joining};
  std::atomic<std::int64_t> beaten_ms_{0};  // last heartbeat that state has heard
  // Of the own thread.
  state::Node node_;
  bool busy_ = false;
  bool leaving_ = false;
  std::int64_t next_ms_ = 0;
  int reentries_left_ = 0;
  bool reentering_ = false;
  std::int64_t next_reentry_ms_ = 0;
  bool left_ = false;           // the owner's
  runtime::LoopThread thread_;  // last: it calls turn()
};

}  // namespace whoosh::cluster
