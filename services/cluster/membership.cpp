#include "services/cluster/membership.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "base/encoding.h"

namespace whoosh::cluster {

using base::ErrorCode;

namespace {

state::Node started(state::Node node, const Membership::Ports& ports) {
  node.incarnation = base::base64url(ports.entropy.bytes(12));
  node.started_at = ports.clock.now();
  return node;
}

}  // namespace

Membership::Membership(state::Node node, Ports ports)
    : ports_(ports), node_(started(std::move(node), ports)), thread_([this] { return turn(); }) {}

std::string Membership::standing() const {
  switch (phase_.load()) {
    case Phase::joining:
      return "not among the living nodes yet: state is away";
    case Phase::taken:
      return "another node has this name, or died less than 3 s ago";
    case Phase::gone:
      return "leaving";
    case Phase::member:
      break;
  }
  const std::int64_t silent_ms = ports_.clock.monotonic_ms() - beaten_ms_;
  return silent_ms > state::node_dead_ms ? "state has not heard the heartbeat for 3 s" : "ok";
}

void Membership::leave() {
  if (std::exchange(left_, true)) return;
  auto done = std::make_shared<std::promise<void>>();
  auto left = done->get_future();
  thread_.post([this, done] {
    leaving_ = true;
    const bool was_member = phase_ == Phase::member;
    phase_ = Phase::gone;
    ports_.edge.set_node_number(std::nullopt);
    if (!was_member) return done->set_value();
    ports_.nodes.leave(node_.name, node_.incarnation, {thread_, [done](const base::Result<>& gone) {
                                                         if (!gone)
                                                           spdlog::warn("the node's place: {}",
                                                                        gone.error().sentence());
                                                         done->set_value();
                                                       }});
  });
  left.wait_for(std::chrono::seconds(1));  // else the others find out by its silence
  thread_.stop();
}

std::int64_t Membership::turn() {
  const std::int64_t now_ms = ports_.clock.monotonic_ms();
  if (reentries_left_ > 0 && now_ms >= next_reentry_ms_ && !leaving_) reenter_rooms();
  if (now_ms < next_ms_ || busy_ || leaving_) return std::max<std::int64_t>(1, next_ms_ - now_ms);
  next_ms_ = now_ms + state::heartbeat_ms;
  busy_ = true;
  if (phase_ == Phase::member)
    beat();
  else
    join();
  return state::heartbeat_ms;
}

void Membership::join() {
  node_.seen_at = ports_.clock.now();
  ports_.nodes.join(node_, {thread_, [this](base::Result<state::Node> node) {
                              busy_ = false;
                              joined(std::move(node));
                            }});
}

void Membership::joined(base::Result<state::Node> node) {
  if (leaving_) return;
  if (!node) {
    const bool taken = node.error().code == ErrorCode::conflict;
    const Phase now = taken ? Phase::taken : Phase::joining;
    if (phase_.exchange(now) != now)
      spdlog::warn("node {} has no place yet: {}", node_.name, standing());
    return;
  }
  reentries_left_ = node_.number == node->number ? 2 : 0;
  node_.number = node->number;
  beaten_ms_ = ports_.clock.monotonic_ms();
  phase_ = Phase::member;
  ports_.edge.set_node_number(node_.number);
  spdlog::info("node {} lives as number {}", node_.name, node_.number);
}

void Membership::beat() {
  ports_.edge.load({thread_, [this](base::Result<state::NodeLoad> load) {
                      if (!load || leaving_) {
                        busy_ = false;
                        return;
                      }
                      ports_.nodes.beat(node_.name, node_.incarnation, *load,
                                        {thread_, [this](const base::Result<>& done) {
                                           busy_ = false;
                                           beaten(done);
                                         }});
                    }});
}

void Membership::beaten(const base::Result<>& done) {
  if (leaving_) return;
  if (done) {
    beaten_ms_ = ports_.clock.monotonic_ms();
  } else if (done.error().code == ErrorCode::conflict) {
    spdlog::error("node {} was taken for dead: no rooms until it has a place again", node_.name);
    phase_ = Phase::joining;
    ports_.edge.set_node_number(std::nullopt);
    next_ms_ = 0;
  }
}

void Membership::reenter_rooms() {
  if (phase_ != Phase::member || std::exchange(reentering_, true)) return;
  ports_.edge.reenter_rooms(
      node_.number,
      {thread_, [this](const base::Result<std::size_t>& failed) {
         reentering_ = false;
         const bool all_in = failed && *failed == 0;
         if (all_in && reentries_left_ > 0) --reentries_left_;
         if (!all_in)
           spdlog::warn("rooms that are not in the directory yet: {}", failed ? *failed : 0);
         next_reentry_ms_ =
             ports_.clock.monotonic_ms() + (all_in ? reenter_again_ms : state::heartbeat_ms);
       }});
}

}  // namespace whoosh::cluster
