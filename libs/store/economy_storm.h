// Property of the economy under threads and crashes: whatever is interleaved, interrupted and
// repeated, each operation has happened exactly once in the end, coins are conserved and no balance
// is ever seen below zero.
//
// Method: what was begun and what was answered is kept on a Board in memory that a killed process
// leaves behind. Who takes over repeats what was begun and not answered, word for word. What came
// of it is looked at by economy_audit.h.
//
// Threads: a Storm is shared by those of its run(); they meet in the Board's atomics only.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "store/economy_property.h"

namespace whoosh::store::property {

inline constexpr std::uint8_t no_code = 255;

// One operation's fate.
struct Record {
  enum State : std::uint8_t { fresh, begun, answered };
  std::atomic<std::uint8_t> state{fresh};
  std::uint8_t error = no_code;    // an error of the call
  std::uint8_t refused = no_code;  // an outcome's
  bool in_doubt = false;           // an attempt was broken off: it may have happened
  std::int32_t balance = 0;
  std::array<std::int64_t, seats_of_match> users{};
  std::array<std::int32_t, seats_of_match> coins{};  // of a daily reward, of a match
};
static_assert(sizeof(Record) == 56);
static_assert(std::atomic<std::uint8_t>::is_always_lock_free &&
              std::atomic<std::int64_t>::is_always_lock_free);

// Shared with child processes. Owner: the test.
class Board {
 public:
  explicit Board(const Plan& plan) : plan_(plan) {
    bytes_ = sizeof(Head) + plan.slots * sizeof(std::atomic<std::int64_t>) +
             plan.operations * sizeof(Record);
    void* memory =
        ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
    head_ = new (memory) Head;
    people_ = new (head_ + 1) std::atomic<std::int64_t>[plan.slots]();
    records_ = new (people_ + plan.slots) Record[plan.operations];
  }
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;
  ~Board() { ::munmap(head_, bytes_); }

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] Record& record(std::uint32_t number) { return records_[number]; }
  [[nodiscard]] std::atomic<std::int64_t>& person(std::uint32_t slot) { return people_[slot]; }
  [[nodiscard]] std::atomic<std::uint32_t>& next() { return head_->next; }
  [[nodiscard]] std::atomic<std::uint32_t>& names() { return head_->names; }
  [[nodiscard]] std::uint32_t progress() const {
    return std::min(head_->next.load(), plan_.operations);
  }
  void fault(const std::string& what) {
    if (head_->faults.fetch_add(1) != 0) return;
    std::strncpy(head_->first, what.c_str(), sizeof(head_->first) - 1);
  }
  void expect_no_fault() const {
    EXPECT_EQ(head_->faults.load(), 0) << head_->first << " (seed " << plan_.seed << ")";
  }

 private:
  struct Head {
    std::atomic<std::uint32_t> next{0};
    std::atomic<std::uint32_t> names{0};
    std::atomic<int> faults{0};
    char first[404] = {};
  };

  const Plan plan_;
  std::size_t bytes_ = 0;
  Head* head_ = nullptr;
  std::atomic<std::int64_t>* people_ = nullptr;
  Record* records_ = nullptr;
};

// What the threads of one process do. Calls that are answered `unavailable` are repeated.
class Storm {
 public:
  Storm(Client client, Board& board) : client_(client), board_(board) {}

  // The people, at first; again after a crash: what was left open. Then all that is left.
  void run(int threads) {
    threads_ = threads;
    for (std::uint32_t slot = 0; slot < board_.plan().slots; ++slot) {
      if (board_.person(slot).load() == 0) move_in(slot, 0);
    }
    const std::uint32_t begun = board_.progress();
    std::atomic<std::uint32_t> open{0};
    contract::run_together(threads, [&](int) {
      for (std::uint32_t at = open.fetch_add(1); at < begun; at = open.fetch_add(1)) {
        if (board_.record(at).state.load() != Record::answered) perform(at);
      }
      for (std::uint32_t at = board_.next().fetch_add(1); at < board_.plan().operations;
           at = board_.next().fetch_add(1)) {
        perform(at);
      }
    });
  }

 private:
  // Repeats until the store has answered; in_doubt when it may have happened unanswered.
  template <class Call>
  auto insist(Record& record, Call call) {
    for (;;) {
      auto result = call();
      if (result.has_value() || result.error().code != ErrorCode::unavailable) return result;
      record.in_doubt = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  // `gone`: whose place it was.
  void move_in(std::uint32_t slot, std::int64_t gone) {
    Record unused;
    const Account made =
        insist(unused, [&] {
          const std::uint32_t number = board_.names().fetch_add(1);
          return client_.create(contract::registered("p" + std::to_string(number)));
        }).value();
    board_.person(slot).compare_exchange_strong(gone, made.id.value);
  }

  // An operation's moment is its number's, so a thread that stands still while the others go on for
  // a month would have its keys removed. So the threads stay within five days of each other: each
  // operation waits for the one so many before it.
  void wait_for_the_slow(std::uint32_t number) {
    constexpr std::int64_t apart_ms = 5 * 24 * contract::hour_ms;
    const std::int64_t steps = apart_ms / board_.plan().step_ms / threads_;
    const auto behind = static_cast<std::uint32_t>(std::max<std::int64_t>(steps, 1));
    if (number < behind) return;
    const Record& slow = board_.record(number - behind);
    while (slow.state.load() != Record::answered) std::this_thread::yield();
  }

  void perform(std::uint32_t number) {
    wait_for_the_slow(number);
    const Operation op = draw(board_.plan(), number);
    Record& record = board_.record(number);
    if (record.state.load() == Record::fresh) {
      for (std::size_t at = 0; at < seats_of_match; ++at) {
        record.users[at] = board_.person(op.slots[at]).load();
      }
      record.state.store(Record::begun);
    } else {
      record.in_doubt = true;
    }
    attempt(op, record);
    record.state.store(Record::answered);
  }

  void attempt(const Operation& op, Record& record) {
    const UserId user{record.users[0]};
    switch (op.kind) {
      case Kind::purchase:
      case Kind::refund:
      case Kind::grant:
        return keep(record, insist(record, [&] { return decide(client_, op, user, op.now); }));
      case Kind::daily:
        return keep_daily(op, record);
      case Kind::match:
        return keep_match(op, record);
      case Kind::equip:
        return allow(insist(record, [&] { return client_.equip(user, item_name(op.item)); }),
                     ErrorCode::item_not_owned);
      case Kind::unequip:
        return allow(insist(record, [&] { return client_.unequip(user, item_kind(op.item)); }),
                     ErrorCode::user_not_found);
      case Kind::read:
        return look(user, record);
      case Kind::again:
        return repeat(op);
      case Kind::erase:
        allow(insist(record, [&] { return client_.erase(user, op.now); }),
              ErrorCode::user_not_found);
        return move_in(op.slots[0], user.value);
    }
  }

  template <class T>
  void allow(const Result<T>& result, ErrorCode code) {
    if (result.has_value() || result.error().code == code ||
        result.error().code == ErrorCode::user_not_found) {
      return;
    }
    board_.fault("an error that can't be: " + std::string(base::error_name(result.error().code)));
  }
  void expect_not_negative(std::int32_t balance) {
    if (balance < 0) board_.fault("a balance of " + std::to_string(balance) + " was seen");
  }

  void keep(Record& record, const Result<Outcome>& result) {
    allow(result, ErrorCode::user_not_found);
    if (result.has_error()) {
      record.error = static_cast<std::uint8_t>(result.error().code);
      return;
    }
    expect_not_negative(result.value().balance);
    record.balance = result.value().balance;
    if (result.value().refused) {
      record.refused = static_cast<std::uint8_t>(*result.value().refused);
    }
  }

  void keep_daily(const Operation& op, Record& record) {
    const Result<DailyReward> result =
        insist(record, [&] { return client_.claim_daily(UserId{record.users[0]}, op.now); });
    allow(result, ErrorCode::already_claimed);
    if (result.has_error()) {
      record.error = static_cast<std::uint8_t>(result.error().code);
      return;
    }
    expect_not_negative(result.value().balance);
    record.coins[0] = result.value().coins;
  }

  void keep_match(const Operation& op, Record& record) {
    std::array<UserId, seats_of_match> users;
    for (std::size_t at = 0; at < users.size(); ++at) users[at] = UserId{record.users[at]};
    const Result<AppliedResult> result =
        insist(record, [&] { return play(client_, board_.plan(), op, users); });
    if (result.has_error()) return board_.fault("a result was refused");
    for (const match::PlayerAfter& after : result.value().settlement.players) {
      for (std::size_t at = 0; at < users.size(); ++at) {
        if (users[at] == after.user) record.coins[at] = after.coins_gained + after.level_up_coins;
      }
    }
  }

  void look(UserId user, Record& record) {
    const Result<Account> account = insist(record, [&] { return client_.account(user); });
    allow(account, ErrorCode::user_not_found);
    if (account.has_value()) expect_not_negative(account.value().coins);
    const Result<Wallet> wallet = insist(record, [&] { return client_.wallet(user); });
    allow(wallet, ErrorCode::user_not_found);
    if (wallet.has_value()) expect_not_negative(wallet.value().coins);
  }

  // The same call once more, perhaps beside the first one.
  void repeat(const Operation& op) {
    const Operation earlier = draw(board_.plan(), op.earlier);
    Record& first = board_.record(op.earlier);
    const std::uint8_t state = first.state.load();
    if (!has_key(earlier) || state == Record::fresh) return;
    Record unused;
    const Result<Outcome> result =
        insist(unused, [&] { return decide(client_, earlier, UserId{first.users[0]}, op.now); });
    allow(result, ErrorCode::user_not_found);
    if (result.has_error() || state == Record::begun) return;
    expect_same(op.earlier, result.value());
  }

 public:
  void expect_same(std::uint32_t number, const Outcome& again) {
    const Record& first = board_.record(number);
    const std::uint8_t refused =
        again.refused ? static_cast<std::uint8_t>(*again.refused) : no_code;
    if (again.replayed && again.balance == first.balance && refused == first.refused &&
        first.error == no_code) {
      return;
    }
    board_.fault("operation " + std::to_string(number) + " was answered in two ways");
  }

 private:
  Client client_;
  Board& board_;
  int threads_ = 1;
};

// One line for the report of a nightly run; scripts/property.sh looks for it.
inline void tell_figures(Board& board, std::chrono::steady_clock::duration spent,
                         std::uint32_t kills) {
  std::uint32_t booked = 0;
  std::uint32_t refused = 0;
  std::uint32_t in_doubt = 0;
  std::uint32_t erased = 0;
  for (std::uint32_t number = 0; number < board.plan().operations; ++number) {
    const Operation op = draw(board.plan(), number);
    const Record& record = board.record(number);
    const bool is_done = record.error == no_code && record.refused == no_code;
    const bool books = has_key(op) || op.kind == Kind::daily || op.kind == Kind::match;
    booked += books && is_done ? 1U : 0U;
    refused += books && !is_done ? 1U : 0U;
    in_doubt += record.in_doubt ? 1U : 0U;
    erased += op.kind == Kind::erase ? 1U : 0U;
  }
  const double seconds = std::chrono::duration<double>(spent).count();
  std::printf(
      "[ FIGURES  ] seed %llu: %u operations in %.1f s, %.0f a second; %u booked, %u refused, "
      "%u people erased; %u crashes left %u operations in doubt\n",
      static_cast<unsigned long long>(board.plan().seed), board.plan().operations, seconds,
      board.plan().operations / seconds, booked, refused, erased, kills, in_doubt);
}

}  // namespace whoosh::store::property
