// What a storm (economy_storm.h) must have left behind: every person's ledger is held against all
// the answers, row by row, the inventory against what was bought and returned, and the newest
// operations with a key are done once more: each must be answered as before. One thread, when
// nothing runs any more.
#pragma once

#include <algorithm>
#include <map>
#include <set>

#include "store/economy_storm.h"

namespace whoosh::store::property {

class Audit {
 public:
  Audit(Client client, Board& board) : client_(client), board_(board) {}

  void run() {
    for (std::uint32_t slot = 0; slot < board_.plan().slots; ++slot) {
      people_[board_.person(slot).load()];
    }
    for (std::uint32_t number = 0; number < board_.plan().operations; ++number) collect(number);
    for (auto& [id, person] : people_) check(UserId{id}, person);
    repeat_newest();
    board_.expect_no_fault();
    const LedgerCheck ledger = client_.verify_ledger().value();
    EXPECT_TRUE(ledger.is_sound()) << "seed " << board_.plan().seed;
    EXPECT_GT(ledger.journal_rows, 0);
  }

 private:
  struct Person {
    std::multiset<std::int32_t> prices;
    std::multiset<std::int32_t> grants;
    std::map<std::string, std::int32_t> days;     // day -> coins
    std::set<std::string> days_in_doubt;          // claimed, but nobody was told
    std::map<std::string, std::int32_t> matches;  // id -> coins
    std::map<std::uint32_t, int> items;           // bought less returned
  };

  void collect(std::uint32_t number) {
    const Operation op = draw(board_.plan(), number);
    const Record& record = board_.record(number);
    ASSERT_EQ(record.state.load(), Record::answered) << "operation " << number;
    if (op.kind == Kind::match) return collect_match(op, record);
    const auto found = people_.find(record.users[0]);
    if (found == people_.end()) return;  // erased since
    Person& person = found->second;
    if (op.kind == Kind::daily) {
      const std::string day = day_of(op.now);
      if (record.error == no_code) {
        EXPECT_TRUE(person.days.emplace(day, record.coins[0]).second) << "paid twice: " << day;
      } else if (record.in_doubt) {
        person.days_in_doubt.insert(day);
      }
    }
    if (!has_key(op) || record.error != no_code || record.refused != no_code) return;
    if (op.kind == Kind::purchase) person.items[op.item] += 1;
    if (op.kind == Kind::refund) person.items[op.item] -= 1;
    if (op.kind == Kind::purchase && op.coins != 0) person.prices.insert(-op.coins);
    if (op.kind == Kind::grant) person.grants.insert(op.coins);
  }

  void collect_match(const Operation& op, const Record& record) {
    const std::string id = base::MatchId::make(board_.plan().seed, op.number).text();
    for (std::size_t at = 0; at < seats_of_match; ++at) {
      const auto found = people_.find(record.users[at]);
      if (found == people_.end() || record.coins[at] == 0) continue;
      found->second.matches[id] = record.coins[at];
    }
  }

  // Oldest first, having looked that each balance follows from the one before.
  std::vector<LedgerRow> ledger_of(UserId id) {
    std::vector<LedgerRow> rows;
    std::optional<std::string> cursor;
    do {
      LedgerPage page = client_.ledger(id, cursor, 100).value();
      rows.insert(rows.end(), page.rows.begin(), page.rows.end());
      cursor = page.next;
    } while (cursor);
    std::reverse(rows.begin(), rows.end());
    std::int64_t balance = 0;
    for (const LedgerRow& row : rows) {
      balance += row.amount;
      EXPECT_EQ(row.balance, balance) << row.reason << " " << row.ref;
      EXPECT_GE(row.balance, 0);
    }
    EXPECT_EQ(client_.wallet(id).value().coins, balance);
    return rows;
  }

  void check(UserId id, const Person& expected) {
    Person got;
    std::map<std::string, std::int32_t> paid;  // by acquisition
    std::set<std::string> causes;
    for (const LedgerRow& row : ledger_of(id)) {
      EXPECT_TRUE(causes.insert(row.reason + " " + row.ref).second) << row.reason << row.ref;
      if (row.reason == "purchase") {
        got.prices.insert(row.amount);
        paid[row.ref] = -row.amount;
      } else if (row.reason == "refund") {
        EXPECT_EQ(paid[row.ref], row.amount) << "returned is what was paid";
      } else if (row.reason == "grant") {
        got.grants.insert(row.amount);
      } else if (row.reason == "daily") {
        if (!expected.days_in_doubt.contains(row.ref) || expected.days.contains(row.ref)) {
          got.days[row.ref] = row.amount;
        }
      } else {
        EXPECT_TRUE(row.reason == "match" || row.reason == "level_up") << row.reason;
        got.matches[row.ref] += row.amount;
      }
    }
    EXPECT_EQ(got.prices, expected.prices) << "user " << id.value;
    EXPECT_EQ(got.grants, expected.grants) << "user " << id.value;
    EXPECT_EQ(got.days, expected.days) << "user " << id.value;
    EXPECT_EQ(got.matches, expected.matches) << "user " << id.value;
    check_items(id, expected);
  }

  void check_items(UserId id, const Person& expected) {
    std::set<std::string> owned;
    for (const auto& [item, count] : expected.items) {
      EXPECT_TRUE(count == 0 || count == 1) << item_name(item);
      if (count == 1) owned.insert(item_name(item));
    }
    std::set<std::string> got;
    std::set<std::string> equipped;
    for (const OwnedItem& item : client_.inventory(id).value()) {
      got.insert(item.item);
      if (item.equipped) equipped.insert(item.item);
    }
    EXPECT_EQ(got, owned) << "user " << id.value;
    const Look look = client_.account(id).value().look;
    std::set<std::string> worn{look.frame, look.colour, look.title, look.reactions};
    worn.erase("");
    EXPECT_EQ(worn, equipped) << "only what is owned is worn";
  }

  void repeat_newest() {
    constexpr std::uint32_t newest = 20'000;
    const std::uint32_t all = board_.plan().operations;
    Storm storm(client_, board_);
    const UnixMs now = draw(board_.plan(), all - 1).now;
    for (std::uint32_t number = all - std::min(all, newest); number < all; ++number) {
      const Operation op = draw(board_.plan(), number);
      const UserId user{board_.record(number).users[0]};
      const bool is_kept = now.value - op.now.value < 25 * 24 * contract::hour_ms;
      if (!has_key(op) || !is_kept || !people_.contains(user.value)) continue;
      const Result<Outcome> again = decide(client_, op, user, now);
      ASSERT_TRUE(again.has_value()) << again.error().sentence();
      storm.expect_same(number, again.value());
    }
  }

  Client client_;
  Board& board_;
  std::map<std::int64_t, Person> people_;
};

}  // namespace whoosh::store::property
