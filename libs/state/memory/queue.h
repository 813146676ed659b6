// Matchmaking tickets of one process. Owner: the wiring. Any thread.
//
//   searching --match--> matched          A ticket ends exactly once.
//       |-------cancel--> cancelled
//       '-------expire--> expired
//
// Invariants: 1. a user has at most one ticket here: joining anew forgets the ended one; 2. a
// searching ticket stands in arrivals_ and in its line, an ended one only in ended_; 3. ended
// tickets are forgotten keep_ms after their end, matched ones not before their room is gone.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "match/pairing.h"
#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "state/memory/directory.h"
#include "state/state.h"

namespace whoosh::state::memory {

struct QueueOptions {
  std::size_t searching_max = 100'000;   // above: join answers unavailable
  std::size_t waits_max = 100'000;       // above: wait answers at once, with the ticket as it is
  std::size_t waits_per_ticket_max = 4;  // above: the oldest wait of the ticket is answered at once
  std::int64_t wait_ms_max = 60'000;     // longer waits are cut to this
  std::int64_t keep_ms = 5 * 60 * 1000;
  // A thread of its own answers waits that are over (on the system's monotonic clock). Without,
  // somebody calls answer_due(): tests, which move a ManualClock.
  bool own_thread = true;
};

// Lock ledger: mutex_ protects everything below it; taken in every call and by the own thread;
// before Directory's mutex (is_live). No Reply is answered under it.
class Queue final : public state::Queue {
 public:
  Queue(const Directory& directory, const runtime::Clock& clock, QueueOptions options = {});
  ~Queue() override;

  void join(Ticket fresh, Reply<Ticket> reply) override;
  void find(std::string id, UserId user, Reply<Ticket> reply) override;
  void wait(std::string id, UserId user, std::int64_t wait_ms, Reply<Ticket> reply) override;
  void cancel(std::string id, UserId user, Reply<> reply) override;
  void searching(UnixMs now, Reply<std::vector<Ticket>> reply) override;
  void match(std::vector<std::string> ids, RoomEntry room, Reply<bool> reply) override;
  void match_over(RoomId room, std::vector<UserId> users, Reply<> reply) override;

  // Answers the waits that are over; returns in how many ms the next one is.
  std::int64_t answer_due();

 private:
  using WaitKey =
      std::pair<std::int64_t, std::uint64_t>;  // deadline on the monotonic clock, number
  struct Entry {
    Ticket ticket;
    std::uint64_t arrival = 0;
    UnixMs ended_at;
    bool match_over = false;  // matched, and the match has been played
    std::vector<WaitKey> waits;
  };
  struct Wait {
    std::string ticket;
    Reply<Ticket> reply;
  };
  struct Line {                           // of one queue and game
    std::vector<std::uint64_t> arrivals;  // ascending
    match::WaitEstimate estimate;
  };
  using LineKey = std::pair<std::string, std::string>;
  struct Answer {
    Reply<Ticket> reply;
    Ticket ticket;
  };
  using Answers = std::vector<Answer>;  // collected under the lock, given after it

  static void give(Answers& answers);
  static LineKey line_of(const Ticket& ticket) { return {ticket.queue, ticket.game}; }

  base::Result<Ticket> enter(Ticket fresh);
  Entry* own_ticket(const std::string& id, UserId user);
  [[nodiscard]] Ticket seen(const Entry& entry, UnixMs now) const;
  void end(Entry& entry, TicketStatus status, UnixMs now, Answers& answers);
  void take_wait(Entry& entry, WaitKey key, Answers& answers);
  void expire(UnixMs now, Answers& answers);
  void forget_old(UnixMs now);
  void forget(const std::string& id);

  const Directory& directory_;
  const runtime::Clock& clock_;
  const QueueOptions options_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> tickets_;
  std::unordered_map<UserId, std::string> by_user_;
  std::map<std::uint64_t, std::string> arrivals_;
  std::map<std::pair<UnixMs, std::uint64_t>, std::string> expiries_;  // of the searching
  std::deque<std::pair<UnixMs, std::string>> ended_;
  std::map<LineKey, Line> lines_;
  std::map<WaitKey, Wait> waits_;
  std::uint64_t next_number_ = 1;
  std::unique_ptr<runtime::LoopThread> thread_;  // last: it calls answer_due()
};

}  // namespace whoosh::state::memory
