// Operations on the economy drawn from a seed, for property tests: operation number N of a plan is
// the same in every run and every process, so that one that was interrupted is repeated word for
// word. economy_model.h holds a store against a simple model with them, one after another;
// economy_storm.h lets many threads do them while the store crashes. Values; any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>

#include "base/rng.h"
#include "store/contract.h"

namespace whoosh::store::property {

using base::ErrorCode;
using base::Result;
using contract::Client;

inline constexpr std::size_t seats_of_match = 4;
inline constexpr std::uint32_t items = 12;

struct Plan {
  std::uint64_t seed = 1;
  std::uint32_t operations = 0;
  std::uint32_t slots = 0;            // people at any time; the erased are replaced
  std::int64_t step_ms = 0;           // from one operation's moment to the next one's
  std::uint32_t repeated_within = 1;  // an operation is repeated so soon, or never
};

// 60 days or more, so that days pass, streaks grow and old keys are removed; but what is repeated
// is repeated long before its key is.
inline Plan plan_of(std::uint64_t seed, std::uint32_t operations, std::uint32_t slots) {
  constexpr std::int64_t day_ms = 24 * contract::hour_ms;
  const std::int64_t step_ms = std::max<std::int64_t>(60 * day_ms / operations, 10'000);
  const std::int64_t within = std::min<std::int64_t>(25 * day_ms / step_ms, 500);
  return {seed, operations, slots, step_ms, static_cast<std::uint32_t>(within)};
}

enum class Kind : std::uint8_t {
  purchase,
  refund,
  grant,
  daily,
  match,
  equip,
  unequip,
  read,
  again,  // an earlier one with a key, once more
  erase
};

struct Operation {
  std::uint32_t number = 0;
  Kind kind = Kind::read;
  std::array<std::uint32_t, seats_of_match> slots{};  // different; all but matches use the first
  std::uint32_t item = 0;
  std::int32_t coins = 0;     // price, or grant
  std::uint32_t earlier = 0;  // of `again`
  UnixMs now;
};

inline std::string item_name(std::uint32_t item) {
  return "item_" + std::to_string(item);
}
inline ItemKind item_kind(std::uint32_t item) {
  return static_cast<ItemKind>(item % 4);
}

inline Kind draw_kind(base::Rng& rng) {
  struct Share {
    std::uint32_t per_mille;
    Kind kind;
  };
  constexpr std::array shares{Share{320, Kind::purchase}, Share{160, Kind::refund},
                              Share{100, Kind::grant},    Share{80, Kind::daily},
                              Share{80, Kind::match},     Share{70, Kind::equip},
                              Share{20, Kind::unequip},   Share{70, Kind::read},
                              Share{97, Kind::again},     Share{3, Kind::erase}};
  std::uint32_t left = rng.below(1000);
  for (const Share& share : shares) {
    if (left < share.per_mille) return share.kind;
    left -= share.per_mille;
  }
  return Kind::read;
}

// REQUIRES: plan.slots >= seats_of_match.
inline Operation draw(const Plan& plan, std::uint32_t number) {
  base::Rng rng(plan.seed * 0x9e37'79b9'7f4a'7c15ULL + number);
  Operation op;
  op.number = number;
  op.kind = number == 0 ? Kind::read : draw_kind(rng);
  const std::uint32_t first = rng.below(plan.slots);
  const std::uint32_t apart = 1 + rng.below(plan.slots / seats_of_match);
  for (std::uint32_t at = 0; at < seats_of_match; ++at) {
    op.slots[at] = (first + at * apart) % plan.slots;
  }
  op.item = rng.below(items);
  const bool is_free = rng.chance(5);
  if (op.kind == Kind::purchase) op.coins = is_free ? 0 : 1 + static_cast<int>(rng.below(60));
  if (op.kind == Kind::grant) {
    op.coins = 1 + static_cast<int>(rng.below(100));
    if (rng.chance(30)) op.coins = -op.coins;
  }
  if (op.kind == Kind::again)
    op.earlier = number - 1 - rng.below(std::min(number, plan.repeated_within));
  op.now = contract::noon.plus_ms(plan.step_ms * number);
  return op;
}

inline bool has_key(const Operation& op) {
  return op.kind == Kind::purchase || op.kind == Kind::refund || op.kind == Kind::grant;
}

// ---- doing them --------------------------------------------------------------------------------

inline IdempotencyKey key_of(const Operation& op) {
  const std::string digits = std::to_string(op.number);
  return {"operation-" + digits, std::string(32 - digits.size(), '0') + digits,
          "request-" + digits};
}

// REQUIRES: has_key(op).
inline Result<Outcome> decide(Client& client, const Operation& op, UserId user, UnixMs now) {
  const Actor actor{UserId{0}, "operator", "", key_of(op).request_id};
  if (op.kind == Kind::purchase) {
    return client.purchase(
        {user, item_name(op.item), item_kind(op.item), op.coins, key_of(op), now});
  }
  if (op.kind == Kind::refund) {
    return client.refund({user, item_name(op.item), key_of(op), actor, "a test", now});
  }
  return client.grant({user, op.coins, key_of(op), actor, "a test", now});
}

inline Result<AppliedResult> play(Client& client, const Plan& plan, const Operation& op,
                                  const std::array<UserId, seats_of_match>& users) {
  match::MatchRecord record =
      contract::record_of(0, std::vector<UserId>(users.begin(), users.end()), op.now);
  record.id = base::MatchId::make(plan.seed, op.number);
  return client.apply(std::move(record));
}

inline std::string day_of(UnixMs now) {
  return base::rfc3339(now).substr(0, 10);
}

// ---- how much ----------------------------------------------------------------------------------

// Of the environment, for nightly runs (scripts/property.sh); nothing in the ordinary tests.
inline std::string text_setting(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}
inline std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const std::string text = text_setting(name);
  return text.empty() ? otherwise : std::stoull(text);
}

}  // namespace whoosh::store::property
