// Nodes, leases, lobbies and revocations of one process: the twins of state/nodes.h for solo and
// tests. Owner: the wiring. Any thread. Time is the clock's (monotonic where only spans count).
//
// Lock ledger, the same for each class: mutex_ protects everything below it; taken in every call;
// nothing is called under it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/clock.h"
#include "state/nodes.h"

namespace whoosh::state::memory {

// Invariant: no two living nodes have one number. A number is given again as late as possible, so
// that what a dead node left under it can be told from what the next one makes; it comes back to
// the incarnation that had it last.
class Nodes final : public state::Nodes {
 public:
  explicit Nodes(const runtime::Clock& clock) : clock_(clock) {}

  void join(Node node, Reply<Node> reply) override;
  void beat(std::string name, std::string incarnation, NodeLoad load, Reply<> reply) override;
  void leave(std::string name, std::string incarnation, Reply<> reply) override;
  void living(Reply<std::vector<Node>> reply) override;

 private:
  base::Result<Node> enter(Node node);
  void bury_dead(UnixMs now);
  [[nodiscard]] bool is_taken(std::uint16_t number) const;
  [[nodiscard]] bool may_have_again(const Node& node) const;

  const runtime::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Node> nodes_;
  std::uint16_t last_number_ = 0;
  std::unordered_map<std::uint16_t, std::string> owners_;  // of each number: its last incarnation
};

class Leases final : public state::Leases {
 public:
  explicit Leases(const runtime::Clock& clock) : clock_(clock) {}

  void hold(std::string name, std::string holder, std::int64_t ttl_ms, Reply<Lease> reply) override;
  void release(std::string name, std::string holder, Reply<> reply) override;

 private:
  struct Held {
    std::string holder;
    std::int64_t until_ms = 0;
    std::uint64_t epoch = 0;
  };

  const runtime::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Held> leases_;  // one for each name that was ever held: there are few
};

class Lobbies final : public state::Lobbies {
 public:
  explicit Lobbies(const runtime::Clock& clock) : clock_(clock) {}

  void enter(UserId user, std::string node, Reply<std::string> reply) override;
  void leave(UserId user, std::string node, Reply<> reply) override;
  void find(UserId user, Reply<std::string> reply) override;

 private:
  struct Place {
    std::string node;
    std::int64_t until_ms = 0;
  };
  void forget_old(std::int64_t now_ms);

  const runtime::Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<UserId, Place> places_;
  std::deque<std::pair<std::int64_t, UserId>> by_age_;  // one for each enter()
};

class Revocations final : public state::Revocations {
 public:
  explicit Revocations(const runtime::Clock& clock) : clock_(clock) {}

  void publish(std::vector<Revoked> revoked, Reply<> reply) override;
  void since(std::string cursor, Reply<News> reply) override;

 private:
  const runtime::Clock& clock_;
  std::mutex mutex_;
  std::map<std::uint64_t, Revoked> log_;
  std::multimap<UnixMs, std::uint64_t> by_end_;
  std::uint64_t last_ = 0;
};

}  // namespace whoosh::state::memory
