// What the adapters agree on about coins and items: which calls are refused unread, what a daily
// reward is worth, which cause (ref) a booking has in the ledger, how long a key is kept, and the
// names and cursors that are stored or handed out. Pure; any thread.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "match/settle.h"
#include "store/economy.h"
#include "store/window.h"

namespace whoosh::store {

// A balance is an int32 on the wire; what would pass this is not booked.
inline constexpr std::int64_t balance_max = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int32_t price_max = 1'000'000;
inline constexpr std::size_t key_bytes_max = 255;
inline constexpr std::size_t fingerprint_bytes = 32;

// A day more than promised, because the clocks of several processes differ a little.
inline constexpr std::int64_t key_kept_ms = (idempotency_days_min + 1) * day_ms;
// Keys decided before this are as good as gone …
[[nodiscard]] constexpr UnixMs keys_kept_since(UnixMs now) {
  return now.plus_ms(-key_kept_ms);
}
// … and every call that decides removes so many of them: two for one, so that they become fewer.
inline constexpr std::int32_t keys_removed_per_call = 2;

// none: fine. invalid_input with the fields that are out of range.
[[nodiscard]] std::optional<base::Error> find_fault(const Purchase& purchase);
[[nodiscard]] std::optional<base::Error> find_fault(const Refund& refund);
[[nodiscard]] std::optional<base::Error> find_fault(const Grant& grant);
// The error of coming in that a balance can't hold.
[[nodiscard]] base::Error too_rich();
// Lowers what a match pays to what the balance can hold: one full wallet must not keep the result
// from everybody else.
void cap_coins(match::PlayerAfter& after, std::int64_t balance);

// ---- daily reward ------------------------------------------------------------------------------

struct DailyClaim {
  std::int64_t day = 0;  // since 1970-01-01 UTC
  std::int32_t streak = 0;
  bool operator==(const DailyClaim&) const = default;
};
// none: claimed already (or a clock that went backwards).
[[nodiscard]] std::optional<DailyClaim> next_claim(const std::optional<DailyClaim>& last,
                                                   UnixMs now);

[[nodiscard]] DailyStanding daily_standing(const std::optional<DailyClaim>& last, UnixMs now);

// ---- causes ------------------------------------------------------------------------------------

[[nodiscard]] std::string acquisition_ref(std::string_view item, std::int32_t number);  // "item#2"
[[nodiscard]] std::string day_ref(UnixMs now);                // "2026-01-31"
[[nodiscard]] std::string audit_ref(std::int64_t audit_row);  // "audit:17"

// What an operator's action leaves in the audit log: "user.grant", "user.refund".
[[nodiscard]] AuditRow audit_of(const Grant& grant);
[[nodiscard]] AuditRow audit_of(const Refund& refund, std::int32_t coins);

// ---- names and cursors -------------------------------------------------------------------------

[[nodiscard]] std::string_view kind_name(ItemKind kind);  // "frame"
[[nodiscard]] std::optional<ItemKind> parse_kind(std::string_view name);
[[nodiscard]] std::string& worn(Look& look, ItemKind kind);

// An outcome as it is stored: the error's name; none: done.
[[nodiscard]] std::optional<std::string> stored_refusal(const Outcome& outcome);
// False: not one of purchase, refund or grant.
[[nodiscard]] bool read_refusal(const std::optional<std::string>& stored, Outcome& outcome);

// Where a page of the ledger ended: the next one begins with smaller ids.
[[nodiscard]] std::string ledger_cursor(std::int64_t id);
[[nodiscard]] std::optional<std::int64_t> parse_ledger_cursor(std::string_view cursor);

}  // namespace whoosh::store
