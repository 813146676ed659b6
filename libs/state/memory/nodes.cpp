#include "state/memory/nodes.h"

#include <algorithm>
#include <charconv>

namespace whoosh::state::memory {

using base::Error;
using base::ErrorCode;

// ---- nodes -------------------------------------------------------------------------------------

void Nodes::join(Node node, Reply<Node> reply) {
  auto result = [&] {
    const std::scoped_lock lock(mutex_);
    return enter(std::move(node));
  }();
  reply(std::move(result));
}

void Nodes::beat(std::string name, std::string incarnation, NodeLoad load, Reply<> reply) {
  auto result = [&]() -> base::Result<> {
    const std::scoped_lock lock(mutex_);
    bury_dead(clock_.now());
    const auto found = nodes_.find(name);
    if (found == nodes_.end() || found->second.incarnation != incarnation) {
      return Error{ErrorCode::conflict, "This node was taken for dead."};
    }
    found->second.load = load;
    found->second.seen_at = clock_.now();
    return {};
  }();
  reply(std::move(result));
}

void Nodes::leave(std::string name, std::string incarnation, Reply<> reply) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = nodes_.find(name);
    if (found != nodes_.end() && found->second.incarnation == incarnation) nodes_.erase(found);
  }
  reply(base::Result<>{});
}

void Nodes::living(Reply<std::vector<Node>> reply) {
  std::vector<Node> living;
  {
    const std::scoped_lock lock(mutex_);
    bury_dead(clock_.now());
    for (const auto& [name, node] : nodes_) living.push_back(node);
  }
  reply(std::move(living));
}

base::Result<Node> Nodes::enter(Node node) {
  const UnixMs now = clock_.now();
  bury_dead(now);
  if (const auto found = nodes_.find(node.name); found != nodes_.end()) {
    if (found->second.incarnation != node.incarnation) {
      return Error{ErrorCode::conflict, "Another living node has this name."};
    }
    node.number = found->second.number;
  } else if (!may_have_again(node)) {
    if (nodes_.size() >= node_numbers_max) {
      return Error{ErrorCode::unavailable, "There are too many nodes."};
    }
    do {
      last_number_ = static_cast<std::uint16_t>(last_number_ % node_numbers_max + 1);
    } while (is_taken(last_number_));
    node.number = last_number_;
  }
  node.seen_at = now;
  owners_[node.number] = node.incarnation;
  nodes_[node.name] = node;
  return node;
}

void Nodes::bury_dead(UnixMs now) {
  std::erase_if(
      nodes_, [&](const auto& entry) { return entry.second.seen_at.plus_ms(node_dead_ms) < now; });
}

bool Nodes::may_have_again(const Node& node) const {
  if (node.number < 1 || node.number > node_numbers_max || is_taken(node.number)) return false;
  const auto owner = owners_.find(node.number);
  return owner == owners_.end() || owner->second == node.incarnation;
}

bool Nodes::is_taken(std::uint16_t number) const {
  return std::any_of(nodes_.begin(), nodes_.end(),
                     [&](const auto& entry) { return entry.second.number == number; });
}

// ---- leases ------------------------------------------------------------------------------------

void Leases::hold(std::string name, std::string holder, std::int64_t ttl_ms, Reply<Lease> reply) {
  Lease lease;
  {
    const std::scoped_lock lock(mutex_);
    const std::int64_t now_ms = clock_.monotonic_ms();
    Held& held = leases_[name];
    const bool is_free = held.holder.empty() || held.until_ms <= now_ms;
    if (is_free) {
      held.holder = holder;
      ++held.epoch;
    }
    if (held.holder == holder) held.until_ms = now_ms + ttl_ms;
    lease = {held.holder == holder, held.epoch, held.holder};
  }
  reply(std::move(lease));
}

void Leases::release(std::string name, std::string holder, Reply<> reply) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = leases_.find(name);
    if (found != leases_.end() && found->second.holder == holder) found->second.holder.clear();
  }
  reply(base::Result<>{});
}

// ---- lobby connections -------------------------------------------------------------------------

void Lobbies::enter(UserId user, std::string node, Reply<std::string> reply) {
  std::string other;
  {
    const std::scoped_lock lock(mutex_);
    const std::int64_t now_ms = clock_.monotonic_ms();
    forget_old(now_ms);
    Place& place = places_[user];
    if (place.node != node) other = std::exchange(place.node, std::move(node));
    place.until_ms = now_ms + lobby_lifetime_ms;
    by_age_.emplace_back(place.until_ms, user);
  }
  reply(std::move(other));
}

void Lobbies::leave(UserId user, std::string node, Reply<> reply) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = places_.find(user);
    if (found != places_.end() && found->second.node == node) places_.erase(found);
  }
  reply(base::Result<>{});
}

void Lobbies::find(UserId user, Reply<std::string> reply) {
  std::string node;
  {
    const std::scoped_lock lock(mutex_);
    forget_old(clock_.monotonic_ms());
    if (const auto found = places_.find(user); found != places_.end()) node = found->second.node;
  }
  reply(std::move(node));
}

void Lobbies::forget_old(std::int64_t now_ms) {
  while (!by_age_.empty() && by_age_.front().first <= now_ms) {
    const auto found = places_.find(by_age_.front().second);
    if (found != places_.end() && found->second.until_ms <= now_ms) places_.erase(found);
    by_age_.pop_front();
  }
}

// ---- revocations -------------------------------------------------------------------------------

void Revocations::publish(std::vector<Revoked> revoked, Reply<> reply) {
  {
    const std::scoped_lock lock(mutex_);
    const UnixMs now = clock_.now();
    while (!by_end_.empty() && by_end_.begin()->first <= now) {
      log_.erase(by_end_.begin()->second);
      by_end_.erase(by_end_.begin());
    }
    for (Revoked& one : revoked) {
      if (one.until <= now) continue;
      by_end_.emplace(one.until, ++last_);
      log_.emplace(last_, std::move(one));
    }
  }
  reply(base::Result<>{});
}

void Revocations::since(std::string cursor, Reply<News> reply) {
  News news;
  {
    const std::scoped_lock lock(mutex_);
    const UnixMs now = clock_.now();
    std::uint64_t after = 0;
    // A cursor that is none of ours names an older life of this process: everything, then.
    const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), after);
    if (error != std::errc{} || end != cursor.data() + cursor.size() || after > last_) after = 0;
    for (auto one = log_.upper_bound(after); one != log_.end(); ++one) {
      if (one->second.until > now) news.revoked.push_back(one->second);
    }
    news.cursor = std::to_string(last_);
  }
  reply(std::move(news));
}

}  // namespace whoosh::state::memory
