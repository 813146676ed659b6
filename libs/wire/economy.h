// Bodies of Service A about coins and what they buy (docs/openapi.yaml, tag Economy). The same
// rules as in rest.h hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/described.h"
#include "wire/look.h"

namespace whoosh::wire {

struct Wallet {
  std::int32_t coins = 0;
  std::string updated_at;
};
BOOST_DESCRIBE_STRUCT(Wallet, (), (coins, updated_at))

struct LedgerRow {
  std::int64_t id = 0;
  std::int32_t amount = 0;   // below zero: spent
  std::int32_t balance = 0;  // after it
  std::string reason;        // match, level_up, purchase, refund, daily, grant, erased
  std::string ref;           // what it was about: a match id, an item …
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(LedgerRow, (), (id, amount, balance, reason, ref, created_at))
struct LedgerPage {
  std::vector<LedgerRow> items;  // newest first
  base::Nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(LedgerPage, (), (items, next))

struct StoreItem {
  std::string item_id;
  std::string kind;  // frame, colour, title, reactions
  std::string name;
  std::string description;
  std::int32_t price = 0;
  std::string image;  // path of its picture
  bool owned = false;
  std::optional<std::string> value;                   // colours: of the plate, "#RRGGBB"
  std::optional<std::string> ink;                     // colours: of the text on it
  std::optional<std::string> text;                    // titles: the words
  std::optional<std::vector<std::string>> reactions;  // packs: ids for EMOTE
  std::optional<std::vector<std::string>> faces;      // packs: how each of them looks
};
BOOST_DESCRIBE_STRUCT(StoreItem, (),
                      (item_id, kind, name, description, price, image, owned, value, ink, text,
                       reactions, faces))
struct StoreList {
  std::vector<StoreItem> items;
  base::Nullable<std::string> next;  // always null: it comes whole
};
BOOST_DESCRIBE_STRUCT(StoreList, (), (items, next))

struct Purchase {
  std::string item_id;
};
BOOST_DESCRIBE_STRUCT(Purchase, (), (item_id))
struct Purchased {
  StoreItem item;
  std::int32_t balance = 0;
};
BOOST_DESCRIBE_STRUCT(Purchased, (), (item, balance))

struct InventoryRow {
  std::string item_id;
  std::string kind;
  bool equipped = false;
  std::string acquired_at;
};
BOOST_DESCRIBE_STRUCT(InventoryRow, (), (item_id, kind, equipped, acquired_at))
struct InventoryList {
  std::vector<InventoryRow> items;   // oldest first
  base::Nullable<std::string> next;  // always null: it comes whole
};
BOOST_DESCRIBE_STRUCT(InventoryList, (), (items, next))

// {"item_id": "frame_neon"} puts it on, {"kind": "frame", "item_id": null} takes off what is worn.
struct Equip {
  base::Nullable<std::string> item_id;
  std::optional<std::string> kind;
};
BOOST_DESCRIBE_STRUCT(Equip, (), (item_id, kind))

struct DailyStanding {
  std::int32_t streak = 0;  // days in a row so far; 0: none, or the row is broken
  bool claimable = false;
  std::int32_t coins = 0;             // of the next claim: today's, or tomorrow's
  std::string next_at;                // the next UTC midnight: tomorrow's claim; today's is lost
  std::vector<std::int32_t> rewards;  // of the first, second, … day; the last from then on
};
BOOST_DESCRIBE_STRUCT(DailyStanding, (), (streak, claimable, coins, next_at, rewards))
struct Daily {
  std::int32_t coins = 0;   // of today
  std::int32_t streak = 0;  // days in a row, today among them
  std::string next_at;
};
BOOST_DESCRIBE_STRUCT(Daily, (), (coins, streak, next_at))

}  // namespace whoosh::wire
