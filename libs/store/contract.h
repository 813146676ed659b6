// The contract of store/store.h as a GoogleTest suite. Goal: every adapter behaves the same, call
// by call and error by error. Method: only the port is used; each test gets an empty store; after
// each test the adapter's own invariants (World::check) must hold.
//
// Use: one *_test.cpp per adapter includes contract_suite.h and says
//   INSTANTIATE_TEST_SUITE_P(Memory, StoreContract, testing::Values(make_world));
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "runtime/mailbox.h"
#include "store/contract_values.h"
#include "store/store.h"

namespace whoosh::store::contract {

using base::ErrorCode;
using base::Result;

// One empty store and whatever it needs (a folder, a server).
class World {
 public:
  virtual ~World() = default;
  virtual Store& store() = 0;
  // EXPECTs what the adapter promises beyond the port: a sound ledger, nothing reported.
  virtual void check() {}
  // One number out of the tables; for suites of adapters that have some.
  virtual std::int64_t count(const std::string& sql) {
    ADD_FAILURE() << "no tables here: " << sql;
    return -1;
  }
};

using MakeWorld = std::unique_ptr<World> (*)();

// Runs tasks inside post(): a test waits for a future, so any thread may fulfil it.
class InlineMailbox final : public runtime::Mailbox {
 public:
  void post(runtime::Task task) override { task(); }
};

// Starts a call and waits for its answer: await<Account>([&](auto reply) { store.account(id, ...);
// }).
template <class T, class Start>
Result<T> await(Start start) {
  static InlineMailbox mailbox;
  auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> answer = promise->get_future();
  start(Reply<T>(mailbox, [promise](Result<T> result) { promise->set_value(std::move(result)); }));
  return answer.get();
}

// The port, each call waiting for its answer. Any thread.
class Client {
 public:
  explicit Client(Store& store) : store_(store) {}

  Result<Account> create(NewAccount account) {
    return await<Account>([&](auto r) { store_.create_account(std::move(account), std::move(r)); });
  }
  Result<Credentials> credentials(std::string login) {
    return await<Credentials>([&](auto r) { store_.credentials(std::move(login), std::move(r)); });
  }
  Result<Credentials> credentials_of(UserId id) {
    return await<Credentials>([&](auto r) { store_.credentials_of(id, std::move(r)); });
  }
  Result<std::vector<Revocation>> change_password(PasswordChange change) {
    return await<std::vector<Revocation>>(
        [&](auto r) { store_.change_password(std::move(change), std::move(r)); });
  }
  Result<> rehash(UserId id, std::string old_hash, std::string new_hash) {
    return await<void>([&](auto r) {
      store_.rehash_password(id, std::move(old_hash), std::move(new_hash), std::move(r));
    });
  }
  Result<Account> account(UserId id) {
    return await<Account>([&](auto r) { store_.account(id, std::move(r)); });
  }
  Result<Account> change(UserId id, ProfileChange change) {
    return await<Account>(
        [&](auto r) { store_.change_profile(id, std::move(change), std::move(r)); });
  }
  Result<Account> convert(UserId id, Conversion conversion) {
    return await<Account>(
        [&](auto r) { store_.convert_guest(id, std::move(conversion), std::move(r)); });
  }
  Result<> erase(UserId id, UnixMs now) {
    return await<void>([&](auto r) { store_.erase_account(id, now, std::move(r)); });
  }
  Result<std::int64_t> expire_guests(UnixMs before) {
    return await<std::int64_t>([&](auto r) { store_.expire_guests(before, std::move(r)); });
  }
  Result<> sign_in(NewSession session) {
    return await<void>([&](auto r) { store_.create_session(std::move(session), std::move(r)); });
  }
  Result<Rotated> rotate(Rotation rotation) {
    return await<Rotated>(
        [&](auto r) { store_.rotate_session(std::move(rotation), std::move(r)); });
  }
  Result<std::vector<Session>> sessions(UserId user, UnixMs now) {
    return await<std::vector<Session>>([&](auto r) { store_.sessions(user, now, std::move(r)); });
  }
  Result<> end_session(UserId user, std::string family, UnixMs now) {
    return await<void>(
        [&](auto r) { store_.end_session(user, std::move(family), now, std::move(r)); });
  }
  Result<std::vector<Revocation>> revoke(UserId user, std::string hash, UnixMs now) {
    return await<std::vector<Revocation>>(
        [&](auto r) { store_.revoke_session(user, std::move(hash), now, std::move(r)); });
  }
  Result<std::vector<Revocation>> revoke_all(UserId user, UnixMs now) {
    return await<std::vector<Revocation>>(
        [&](auto r) { store_.revoke_all_sessions(user, now, std::move(r)); });
  }
  Result<std::vector<Revocation>> revocations(UnixMs now, std::optional<UnixMs> since = {}) {
    return await<std::vector<Revocation>>(
        [&](auto r) { store_.revocations(now, since, std::move(r)); });
  }
  Result<UserPage> search(UserSearch search) {
    return await<UserPage>([&](auto r) { store_.search_users(std::move(search), std::move(r)); });
  }
  Result<Account> ban(Ban ban) {
    return await<Account>([&](auto r) { store_.ban(std::move(ban), std::move(r)); });
  }
  Result<Account> unban(UserId user, std::string reason, Actor actor, UnixMs now) {
    return await<Account>([&](auto r) {
      store_.unban(user, std::move(reason), std::move(actor), now, std::move(r));
    });
  }
  Result<Account> set_role(UserId user, std::string role, Actor actor, UnixMs now) {
    return await<Account>([&](auto r) {
      store_.set_role(user, std::move(role), std::move(actor), now, std::move(r));
    });
  }
  Result<> audit(AuditRow row) {
    return await<void>([&](auto r) { store_.audit(std::move(row), std::move(r)); });
  }
  Result<AuditPage> audit_log(AuditQuery query) {
    return await<AuditPage>([&](auto r) { store_.audit_log(std::move(query), std::move(r)); });
  }
  Result<AppliedResult> apply(match::MatchRecord record) {
    return await<AppliedResult>(
        [&](auto r) { store_.apply_result(std::move(record), std::move(r)); });
  }
  Result<HistoryPage> history(UserId user, std::optional<std::string> cursor, std::int32_t limit) {
    return await<HistoryPage>(
        [&](auto r) { store_.history(user, std::move(cursor), limit, std::move(r)); });
  }
  Result<Wallet> wallet(UserId user) {
    return await<Wallet>([&](auto r) { store_.wallet(user, std::move(r)); });
  }
  Result<LedgerPage> ledger(UserId user, std::optional<std::string> cursor, std::int32_t limit) {
    return await<LedgerPage>(
        [&](auto r) { store_.ledger(user, std::move(cursor), limit, std::move(r)); });
  }
  Result<Outcome> purchase(Purchase purchase) {
    return await<Outcome>([&](auto r) { store_.purchase(std::move(purchase), std::move(r)); });
  }
  Result<Outcome> refund(Refund refund) {
    return await<Outcome>([&](auto r) { store_.refund(std::move(refund), std::move(r)); });
  }
  Result<Outcome> grant(Grant grant) {
    return await<Outcome>([&](auto r) { store_.grant(std::move(grant), std::move(r)); });
  }
  Result<DailyStanding> daily(UserId user, UnixMs now) {
    return await<DailyStanding>([&](auto r) { store_.daily(user, now, std::move(r)); });
  }
  Result<DailyReward> claim_daily(UserId user, UnixMs now) {
    return await<DailyReward>([&](auto r) { store_.claim_daily(user, now, std::move(r)); });
  }
  Result<std::vector<OwnedItem>> inventory(UserId user) {
    return await<std::vector<OwnedItem>>([&](auto r) { store_.inventory(user, std::move(r)); });
  }
  Result<Look> equip(UserId user, std::string item) {
    return await<Look>([&](auto r) { store_.equip(user, std::move(item), std::move(r)); });
  }
  Result<Look> unequip(UserId user, ItemKind kind) {
    return await<Look>([&](auto r) { store_.unequip(user, kind, std::move(r)); });
  }
  Result<LedgerCheck> verify_ledger() {
    return await<LedgerCheck>([&](auto r) { store_.verify_ledger(std::move(r)); });
  }
  Result<match::Rating> rating(UserId user, std::string game) {
    return await<match::Rating>(
        [&](auto r) { store_.rating(user, std::move(game), std::move(r)); });
  }
  Result<> ping() {
    return await<void>([&](auto r) { store_.ping(std::move(r)); });
  }

 private:
  Store& store_;
};

// ---- the suite ---------------------------------------------------------------------------------

template <class T>
ErrorCode error_of(const Result<T>& result) {
  EXPECT_TRUE(result.has_error());
  return result.has_error() ? result.error().code : ErrorCode::internal;
}

// Runs `work(0)` … `work(count - 1)` at the same moment, each on a thread.
template <class Work>
void run_together(int count, Work work) {
  std::atomic<int> waiting{count};
  std::vector<std::thread> threads;
  for (int at = 0; at < count; ++at) {
    threads.emplace_back([&, at] {
      waiting.fetch_sub(1);
      while (waiting.load() > 0) std::this_thread::yield();
      work(at);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

class StoreContract : public testing::TestWithParam<MakeWorld> {
 protected:
  void TearDown() override { world_->check(); }

  UserId make_user(const std::string& name) { return client_.create(registered(name)).value().id; }
  UserId make_guest(const std::string& name) { return client_.create(guest(name)).value().id; }

  std::unique_ptr<World> world_ = GetParam()();
  Client client_{world_->store()};
};

}  // namespace whoosh::store::contract
