// Membership: an edge's place among the living nodes: enters it, beats for it with its load, and
// leaves. While it has none the edge makes no rooms; those that are there are played on.
//
//   joining ──join──> member ──beat: conflict──> joining (another incarnation, another number)
//      ^ every second while state is away          │ leave()
//      └───────────────────────────────────        └──> gone
//
// A conflict means that the node was taken for dead: its rooms are being released, and its number
// may be another's by now.
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

  const Ports ports_;
  std::atomic<Phase> phase_{Phase::joining};
  std::atomic<std::int64_t> beaten_ms_{0};  // last heartbeat that state has heard
  // Of the own thread.
  state::Node node_;
  bool busy_ = false;
  bool leaving_ = false;
  std::int64_t next_ms_ = 0;
  bool left_ = false;           // the owner's
  runtime::LoopThread thread_;  // last: it calls turn()
};

}  // namespace whoosh::cluster
