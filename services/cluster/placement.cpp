#include "services/cluster/placement.h"

#include <algorithm>

namespace whoosh::cluster {

double burden(const state::NodeLoad& load, std::int32_t placed) {
  const double players = load.players + double{players_expected} * placed;
  const double lateness = static_cast<double>(load.lateness_ms) / lateness_full_ms;
  return players / std::max(load.players_max, 1) + lateness;
}

const state::Node* Placement::choose(std::span<const state::Node> living,
                                     std::span<const std::string> without, base::Rng& rng) {
  forget_dead(living);
  std::vector<const state::Node*> open;
  for (const state::Node& node : living) {
    const bool excluded = std::find(without.begin(), without.end(), node.name) != without.end();
    if (!node.load.draining && !node.load.full && !excluded) open.push_back(&node);
  }
  if (open.empty()) return nullptr;
  if (open.size() == 1) return open.front();
  const auto size = static_cast<std::uint32_t>(open.size());
  const std::uint32_t first = rng.below(size);
  std::uint32_t second = rng.below(size - 1);
  if (second >= first) ++second;
  const auto weight = [this](const state::Node& node) {
    return burden(node.load, placed_since(node));
  };
  return weight(*open[second]) < weight(*open[first]) ? open[second] : open[first];
}

void Placement::placed(const state::Node& node) {
  Since& since = since_[node.name];
  if (since.heartbeat != node.seen_at) since = {node.seen_at, 0};
  ++since.rooms;
}

std::int32_t Placement::placed_since(const state::Node& node) const {
  const auto found = since_.find(node.name);
  return found == since_.end() || found->second.heartbeat != node.seen_at ? 0 : found->second.rooms;
}

void Placement::forget_dead(std::span<const state::Node> living) {
  if (since_.size() <= 2 * living.size()) return;
  std::erase_if(since_, [&](const auto& entry) {
    return std::none_of(living.begin(), living.end(),
                        [&](const state::Node& node) { return node.name == entry.first; });
  });
}

}  // namespace whoosh::cluster
