#include "match/pairing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace whoosh::match {

namespace {

constexpr std::int32_t seats_filled_with_bots = 5;
constexpr std::int32_t humans_min = 2;

// Positions in `left`, ascending: `anchor` and the longest waiting within his window, at most
// `seats`.
std::vector<std::size_t> around(std::span<const Candidate> waiting,
                                const std::vector<std::size_t>& left, std::size_t anchor,
                                const PairingRules& rules) {
  const Candidate& first = waiting[left[anchor]];
  const double seconds = static_cast<double>(std::max<std::int64_t>(0, first.waited_ms)) / 1000.0;
  const double window = rules.window + rules.window_per_s * seconds;
  const auto others_max = static_cast<std::size_t>(rules.seats) - 1;
  std::size_t others = 0;
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const bool fits = std::abs(waiting[left[i]].mu - first.mu) <= window;
    if (i == anchor || (fits && others < others_max)) {
      found.push_back(i);
      others += i == anchor ? 0 : 1;
    }
    if (i >= anchor && others == others_max) break;
  }
  return found;
}

}  // namespace

std::optional<std::int32_t> seats_with_bots(std::int32_t humans, const PairingRules& rules) {
  if (humans < humans_min) return std::nullopt;
  const std::int32_t wanted = std::max(seats_filled_with_bots, rules.seats_min);
  const std::int32_t most = std::min(rules.seats, std::max(humans, std::min(wanted, 2 * humans)));
  if (most < rules.seats_min || most < humans) return std::nullopt;
  return most;
}

std::vector<Group> fair_pairing(std::span<const Candidate> waiting, const PairingRules& rules) {
  std::vector<Group> groups;
  std::vector<std::size_t> left(waiting.size());
  std::iota(left.begin(), left.end(), std::size_t{0});
  std::size_t anchor = 0;
  while (anchor < left.size()) {
    const std::vector<std::size_t> found = around(waiting, left, anchor, rules);
    std::optional<std::int32_t> seats;
    if (found.size() == static_cast<std::size_t>(rules.seats)) {
      seats = rules.seats;
    } else if (waiting[left[anchor]].waited_ms >= rules.bots_after_ms) {
      seats = seats_with_bots(static_cast<std::int32_t>(found.size()), rules);
    }
    if (!seats) {
      ++anchor;  // he waits on, and may still join one who came after him
      continue;
    }
    Group group;
    group.seats = *seats;
    for (const std::size_t i : found) group.members.push_back(left[i]);
    anchor -= static_cast<std::size_t>(std::lower_bound(found.begin(), found.end(), anchor) -
                                       found.begin());
    for (auto i = found.rbegin(); i != found.rend(); ++i) {
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(*i));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

void WaitEstimate::matched(std::int32_t humans, base::UnixMs now) {
  recent_.push_back({now, humans});
  while (recent_.size() > matches_max || recent_.front().at.plus_ms(window_ms) < now) {
    recent_.pop_front();
  }
}

std::optional<std::int32_t> WaitEstimate::seconds(std::int32_t position, base::UnixMs now) const {
  double humans = 0;
  base::UnixMs oldest = now;
  for (const Recent& match : recent_) {
    if (match.at.plus_ms(window_ms) < now) continue;
    if (humans == 0) oldest = match.at;
    humans += match.humans;
  }
  if (humans == 0) return std::nullopt;
  // A full window, unless there were more matches than are kept.
  const std::int64_t span_ms = recent_.size() < matches_max
                                   ? window_ms
                                   : std::max<std::int64_t>(1000, now.value - oldest.value);
  const double wait_s = std::ceil(position * static_cast<double>(span_ms) / 1000.0 / humans);
  return static_cast<std::int32_t>(std::clamp(wait_s, 1.0, 3600.0));
}

}  // namespace whoosh::match
