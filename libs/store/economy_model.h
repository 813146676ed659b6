// Property of the economy, one thread: every answer of a store is the one that a simple model
// gives, operation by operation. The model knows nothing of ledgers and transactions: a person is a
// number of coins and a set of items. What a match pays is taken from the store's answer
// (match/settle.h has its own tests); everything else is computed here.
#pragma once

#include <map>
#include <set>

#include "match/xp.h"
#include "store/economy_property.h"

namespace whoosh::store::property {

class Model {
 public:
  Model(Client client, const Plan& plan) : client_(client), plan_(plan) {
    for (std::uint32_t slot = 0; slot < plan.slots; ++slot) people_.push_back(make_person(0));
  }

  // Stops at the first answer that is wrong.
  void run() {
    for (std::uint32_t number = 0; number < plan_.operations; ++number) {
      perform(draw(plan_, number));
      if (testing::Test::HasFailure()) {
        ADD_FAILURE() << "seed " << plan_.seed << ", operation " << number;
        return;
      }
    }
    for (const Person& person : people_) check_person(person);
    const LedgerCheck check = client_.verify_ledger().value();
    EXPECT_TRUE(check.is_sound());
  }

 private:
  struct Person {
    UserId id;
    std::int32_t coins = 0;
    std::map<std::uint32_t, std::int32_t> owned;  // item -> what was paid
    std::map<ItemKind, std::uint32_t> worn;
    std::int64_t last_day = -10;
    std::int32_t streak = 0;
  };
  struct Decided {
    UserId user;
    Outcome outcome;
  };

  Person make_person(std::uint32_t number) {
    const std::string name = "p" + std::to_string(++made_) + "_" + std::to_string(number);
    Person person;
    person.id = client_.create(contract::registered(name)).value().id;
    return person;
  }
  Person& person_of(const Operation& op) { return people_[op.slots[0]]; }

  void perform(const Operation& op) {
    switch (op.kind) {
      case Kind::purchase:
      case Kind::refund:
      case Kind::grant:
        return decide_first(op);
      case Kind::daily:
        return claim(op);
      case Kind::match:
        return settle(op);
      case Kind::equip:
        return equip(op);
      case Kind::unequip:
        person_of(op).worn.erase(item_kind(op.item));
        return expect_look(client_.unequip(person_of(op).id, item_kind(op.item)), person_of(op));
      case Kind::read:
        return check_person(person_of(op));
      case Kind::again:
        return decide_again(op);
      case Kind::erase:
        EXPECT_TRUE(client_.erase(person_of(op).id, op.now).has_value());
        EXPECT_EQ(contract::error_of(client_.wallet(person_of(op).id)), ErrorCode::user_not_found);
        person_of(op) = make_person(op.number);
        return;
    }
  }

  std::optional<ErrorCode> effect(const Operation& op, Person& person) {
    const auto owned = person.owned.find(op.item);
    if (op.kind == Kind::purchase) {
      if (owned != person.owned.end()) return ErrorCode::item_owned;
      if (person.coins < op.coins) return ErrorCode::insufficient_funds;
      person.coins -= op.coins;
      person.owned[op.item] = op.coins;
    } else if (op.kind == Kind::refund) {
      if (owned == person.owned.end()) return ErrorCode::item_not_owned;
      person.coins += owned->second;
      const auto worn = person.worn.find(item_kind(op.item));
      if (worn != person.worn.end() && worn->second == op.item) person.worn.erase(worn);
      person.owned.erase(owned);
    } else {
      if (person.coins + op.coins < 0) return ErrorCode::insufficient_funds;
      person.coins += op.coins;
    }
    return std::nullopt;
  }

  void decide_first(const Operation& op) {
    Person& person = person_of(op);
    const std::optional<ErrorCode> refused = effect(op, person);
    const Result<Outcome> got = decide(client_, op, person.id, op.now);
    ASSERT_TRUE(got.has_value()) << got.error().sentence();
    EXPECT_EQ(got.value().refused, refused);
    EXPECT_EQ(got.value().balance, person.coins);
    EXPECT_FALSE(got.value().replayed);
    EXPECT_EQ(got.value().request_id, key_of(op).request_id);
    EXPECT_EQ(got.value().decided_at, op.now);
    decided_[op.number] = {person.id, got.value()};
  }

  void decide_again(const Operation& op) {
    const auto first = decided_.find(op.earlier);
    if (first == decided_.end()) return;
    const Operation earlier = draw(plan_, op.earlier);
    const UserId user = first->second.user;
    const Result<Outcome> got = decide(client_, earlier, user, op.now);
    if (people_[earlier.slots[0]].id != user) {
      EXPECT_EQ(contract::error_of(got), ErrorCode::user_not_found) << "erased since";
      return;
    }
    ASSERT_TRUE(got.has_value()) << got.error().sentence();
    const Outcome& outcome = first->second.outcome;
    EXPECT_TRUE(got.value().replayed);
    EXPECT_EQ(got.value().refused, outcome.refused);
    EXPECT_EQ(got.value().balance, outcome.balance);
    EXPECT_EQ(got.value().request_id, outcome.request_id);
    EXPECT_EQ(got.value().decided_at, outcome.decided_at);
  }

  void claim(const Operation& op) {
    Person& person = person_of(op);
    const std::int64_t day = op.now.value / (24 * contract::hour_ms);
    const Result<DailyReward> got = client_.claim_daily(person.id, op.now);
    if (day <= person.last_day) {
      EXPECT_EQ(contract::error_of(got), ErrorCode::already_claimed);
      return;
    }
    person.streak = day == person.last_day + 1 ? person.streak + 1 : 1;
    person.last_day = day;
    person.coins += match::daily_coins(person.streak);
    ASSERT_TRUE(got.has_value()) << got.error().sentence();
    EXPECT_EQ(got.value().coins, match::daily_coins(person.streak));
    EXPECT_EQ(got.value().streak, person.streak);
    EXPECT_EQ(got.value().balance, person.coins);
    EXPECT_EQ(got.value().next_at.value, (day + 1) * 24 * contract::hour_ms);
  }

  void settle(const Operation& op) {
    std::array<UserId, seats_of_match> users;
    for (std::size_t at = 0; at < users.size(); ++at) users[at] = people_[op.slots[at]].id;
    const Result<AppliedResult> got = play(client_, plan_, op, users);
    ASSERT_TRUE(got.has_value()) << got.error().sentence();
    EXPECT_FALSE(got.value().repeated);
    for (std::size_t at = 0; at < users.size(); ++at) {
      const match::PlayerAfter& after = got.value().settlement.players.at(at);
      people_[op.slots[at]].coins += after.coins_gained + after.level_up_coins;
    }
    EXPECT_TRUE(play(client_, plan_, op, users).value().repeated);
  }

  void equip(const Operation& op) {
    Person& person = person_of(op);
    const Result<Look> got = client_.equip(person.id, item_name(op.item));
    if (!person.owned.contains(op.item)) {
      EXPECT_EQ(contract::error_of(got), ErrorCode::item_not_owned);
      return;
    }
    person.worn[item_kind(op.item)] = op.item;
    expect_look(got, person);
  }

  static Look look_of(const Person& person) {
    const auto name = [&](ItemKind kind) {
      const auto found = person.worn.find(kind);
      return found == person.worn.end() ? std::string() : item_name(found->second);
    };
    return {name(ItemKind::frame), name(ItemKind::colour), name(ItemKind::title),
            name(ItemKind::reactions)};
  }
  void expect_look(const Result<Look>& got, const Person& person) {
    ASSERT_TRUE(got.has_value()) << got.error().sentence();
    EXPECT_EQ(got.value(), look_of(person));
  }

  void check_person(const Person& person) {
    const Account account = client_.account(person.id).value();
    EXPECT_EQ(account.coins, person.coins);
    EXPECT_EQ(account.look, look_of(person));
    EXPECT_EQ(client_.wallet(person.id).value().coins, person.coins);
    std::set<std::string> owned;
    for (const auto& [item, paid] : person.owned) owned.insert(item_name(item));
    std::set<std::string> got;
    for (const OwnedItem& item : client_.inventory(person.id).value()) got.insert(item.item);
    EXPECT_EQ(got, owned);
    const LedgerPage newest = client_.ledger(person.id, std::nullopt, 1).value();
    EXPECT_EQ(newest.rows.empty() ? 0 : newest.rows[0].balance, person.coins);
  }

  Client client_;
  const Plan plan_;
  std::vector<Person> people_;
  std::map<std::uint32_t, Decided> decided_;
  int made_ = 0;
};

}  // namespace whoosh::store::property
