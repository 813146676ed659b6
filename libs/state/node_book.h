// NodeBook: the living nodes as this process last saw them: polled, so that whoever has to find a
// node (to place a room, to forward a connection) need not ask and wait. While state is away the
// last known ones stay: better a call to a node that may be dead than none to those that live.
//
// Owner: the role's wiring; one per process. Polls on a thread of its own; questions from any.
//
// Lock ledger: mutex_ protects nodes_ and seen_ms_; nothing is called under it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "state/nodes.h"

namespace whoosh::state {

class NodeBook {
 public:
  using List = std::shared_ptr<const std::vector<Node>>;  // by name

  // `nodes` and `clock` outlive it and every answer.
  NodeBook(Nodes& nodes, const runtime::Clock& clock, std::int64_t poll_ms = 500);
  ~NodeBook() { stop(); }
  void stop() { thread_.stop(); }

  [[nodiscard]] List living() const;  // never null
  [[nodiscard]] std::optional<Node> by_name(std::string_view name) const;
  [[nodiscard]] std::optional<Node> by_number(std::uint16_t number) const;
  // Since state last said who lives; nullopt: never yet.
  [[nodiscard]] std::optional<std::int64_t> age_ms() const;

 private:
  std::int64_t turn();
  void read(base::Result<std::vector<Node>> nodes);

  Nodes& nodes_port_;
  const runtime::Clock& clock_;
  const std::int64_t poll_ms_;
  mutable std::mutex mutex_;
  List nodes_;
  std::optional<std::int64_t> seen_ms_;
  // Of the own thread.
  bool asking_ = false;
  std::int64_t next_ms_ = 0;
  runtime::LoopThread thread_;  // last: it calls turn()
};

}  // namespace whoosh::state
