#include "services/cluster/janitor.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>

namespace whoosh::cluster {
namespace {

constexpr const char* lease_name = "janitor";
constexpr std::int32_t page_rooms = 100;
constexpr std::int64_t release_max = 1'000;  // of one call, as state says

}  // namespace

Janitor::Janitor(std::string holder, Ports ports, Times times)
    : ports_(ports), times_(times), thread_([this] { return turn(); }) {
  thread_.post([this, holder = std::move(holder)]() mutable {
    lease_ =
        std::make_unique<role::LeaseKeeper>(std::vector<std::string>{lease_name}, std::move(holder),
                                            ports_.leases, ports_.clock, thread_);
  });
}

void Janitor::stop() {
  if (std::exchange(stopped_, true)) return;
  auto given_up = std::make_shared<std::promise<void>>();
  auto done = given_up->get_future();
  thread_.post([this, given_up] {
    stopping_ = true;
    lease_->stop([given_up] { given_up->set_value(); });
  });
  done.wait_for(std::chrono::seconds(1));  // else it runs out by itself
  thread_.stop();
}

std::int64_t Janitor::turn() {
  if (!lease_ || stopping_) return times_.period_ms;
  const std::int64_t lease_ms = lease_->turn();
  const std::int64_t now_ms = ports_.clock.monotonic_ms();
  if (!lease_->holds(lease_name)) {
    living_.clear();  // whoever has the lease sees who dies meanwhile
    missing_.clear();
    next_scan_ms_ = 0;
    return lease_ms;
  }
  if (now_ms >= next_look_ms_ && !looking_) {
    next_look_ms_ = now_ms + times_.period_ms;
    look();
  }
  if (now_ms >= next_scan_ms_ && !scanning_ && !living_.empty()) {
    next_scan_ms_ = now_ms + times_.scan_ms;
    scanning_ = true;
    scan(std::nullopt);
  }
  return std::min(lease_ms, std::max<std::int64_t>(1, next_look_ms_ - now_ms));
}

void Janitor::look() {
  looking_ = true;
  ports_.nodes.living({thread_, [this](const base::Result<std::vector<state::Node>>& living) {
                         looking_ = false;
                         if (living && !stopping_) seen(*living);
                       }});
}

void Janitor::seen(const std::vector<state::Node>& living) {
  const std::int64_t now_ms = ports_.clock.monotonic_ms();
  const bool was_away = now_ms - std::exchange(looked_ms_, now_ms) > 2 * times_.period_ms;
  std::set<NodeKey> now;
  for (const state::Node& node : living) now.emplace(node.name, node.number);
  for (const NodeKey& node : living_) {
    if (!now.contains(node)) missing_.emplace(node, now_ms);
  }
  living_ = std::move(now);
  std::vector<NodeKey> dead;
  for (auto& [node, since_ms] : missing_) {
    if (was_away) since_ms = now_ms;
    if (now_ms - since_ms >= times_.grace_ms) dead.push_back(node);
  }
  std::erase_if(missing_, [&](const auto& entry) { return living_.contains(entry.first); });
  for (const NodeKey& node : dead) {
    if (missing_.erase(node) > 0) release(node);
  }
}

// Finds entries of nodes that died while nobody looked.
void Janitor::scan(std::optional<std::string> cursor) {
  ports_.directory.rooms("", std::move(cursor), page_rooms,
                         {thread_, [this](const base::Result<state::Directory::Page>& page) {
                            if (page && !stopping_)
                              scanned(*page);
                            else
                              scanning_ = false;  // the next one, in scan_ms
                          }});
}

void Janitor::scanned(const state::Directory::Page& page) {
  const std::int64_t now_ms = ports_.clock.monotonic_ms();
  for (const state::RoomEntry& entry : page.rooms) {
    const NodeKey node(entry.node, entry.room.node());
    if (!living_.contains(node)) missing_.emplace(node, now_ms);
  }
  if (page.next && lease_->holds(lease_name))
    scan(page.next);
  else
    scanning_ = false;
}

void Janitor::release(const NodeKey& node) {
  ports_.directory.release_node(node.first, node.second,
                                {thread_, [this, node](const base::Result<std::int64_t>& released) {
                                   if (!released) {
                                     spdlog::warn("rooms of the dead node {} stay a little: {}",
                                                  node.first, released.error().sentence());
                                     missing_.emplace(node, ports_.clock.monotonic_ms());
                                   } else if (*released > 0) {
                                     spdlog::warn("node {} (number {}) is dead: {} rooms released",
                                                  node.first, node.second, *released);
                                     if (*released >= release_max && !stopping_) release(node);
                                   }
                                 }});
}

}  // namespace whoosh::cluster
