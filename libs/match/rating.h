// Ratings: damped Bradley-Terry-full for free-for-all, a means-based team variant for asymmetric teams
// (games.md 6.2, 6.3; Weng & Lin, "A Bayesian Approximation Method for Online Ranking", JMLR 12, 2011).
// Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace whoosh::match {

struct Rating {
  double mu = 25.0;
  double sigma = 25.0 / 3;
  std::int32_t matches = 0;  // rated ones
  bool operator==(const Rating&) const = default;
};

// round(1000 + 40 (mu - 25)); what people see.
[[nodiscard]] std::int32_t display_elo(const Rating& rating);
// Still uncertain: sigma > 5.
[[nodiscard]] bool is_provisional(const Rating& rating);

}  // namespace whoosh::match
