// Matchmaking tickets in Redis. Owner: Redis (redis.h). Any thread; works on the IO thread.
//
//   key (after the prefix)        type    TTL     what
//   {queue}:ticket:<id>           hash    (a)     user, line, text, status, room, room_id, over, by
//   {queue}:user:<user>           text    (a)     the id of the user's one ticket
//   {queue}:arrivals              zset    -       the searching, by number of arrival
//   {queue}:expiries              zset    -       the searching, by expires_at
//   {queue}:line:<queue>:<game>   zset    -       the searching of one line, by number of arrival
//   {queue}:rate:<queue>:<game>   hash    6 min   ten seconds' number → humans matched in them
//   {queue}:ended                 stream  -       ids of tickets that ended, the last 10,000 or so
//   {queue}:last                  text    -       the last number of arrival
//   (a) none while searching; then 5 min, or a day when matched: as long as a room may live.
//
// All tickets lie in one slot, so every step is atomic over all of them. docs/PERFORMANCE.md has
// what one server does; a cell of a million players needs about 2,000 joins a second.
//
// Waiting: who waits is known to his process only. One reader for all of them asks every poll_ms
// for the tickets that have ended since; a wait that is over is answered with what the ticket is
// then.
//
// Time: the server's for tickets (searching(): the caller's), the adapter's clock for waits.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "runtime/clock.h"
#include "state/redis/answers.h"
#include "state/redis/client.h"
#include "state/redis/directory.h"
#include "state/state.h"

namespace whoosh::state::redis {

struct QueueOptions {
  std::int64_t searching_max = 100'000;  // above: join answers unavailable
  std::size_t waits_max = 100'000;       // above: wait answers at once, with the ticket as it is
  std::size_t waits_per_ticket_max = 4;  // above: the oldest wait of the ticket is answered at once
  std::int64_t wait_ms_max = 60'000;     // longer waits are cut to this
  std::int64_t poll_ms = 100;
};

class Queue final : public state::Queue {
 public:
  // Hooks itself to the client's tick, and outlives it.
  Queue(Client& client, const Directory& directory, ServerTime time, const runtime::Clock& clock,
        QueueOptions options);

  void join(Ticket fresh, Reply<Ticket> reply) override;
  void find(std::string id, UserId user, Reply<Ticket> reply) override;
  void wait(std::string id, UserId user, std::int64_t wait_ms, Reply<Ticket> reply) override;
  void cancel(std::string id, UserId user, Reply<> reply) override;
  // Estimates are left empty here: the matcher has no use for them.
  void searching(UnixMs now, Reply<std::vector<Ticket>> reply) override;
  // Safe to repeat after a lost answer: a match that has happened by the same call is true again.
  void match(std::vector<std::string> ids, RoomEntry room, Reply<bool> reply) override;
  void match_over(RoomId room, std::vector<UserId> users, Reply<> reply) override;

  // Waits that are not answered yet, and how often they were looked at: for tests that move time.
  [[nodiscard]] std::size_t waits() const { return waits_count_.load(); }
  [[nodiscard]] std::uint64_t polls() const { return polls_.load(); }

 private:
  struct Join;
  struct Reading;
  struct Wait {
    std::uint64_t number = 0;
    UserId user;
    std::int64_t due_ms = 0;  // of the adapter's clock
    UnixMs expires_at{INT64_MAX};
    bool is_asked = false;  // the answer is under way
    Reply<Ticket> reply;
  };
  using Waits = std::vector<Wait>;

  [[nodiscard]] Request run(const Script& script, std::vector<std::string> args) const;
  void enter(std::shared_ptr<Join> join);
  void read_ids(std::shared_ptr<Reading> reading);
  void read_texts(std::shared_ptr<Reading> reading);
  void read_all(std::shared_ptr<Reading> reading);

  // queue_waits.cpp
  void begin_wait(const std::string& id, Wait wait);
  void look(const std::string& id, std::uint64_t number);
  void tick();
  void poll();
  void polled(const Value& entries);
  std::optional<Wait> end_wait(const std::string& id, std::uint64_t number);

  Client& client_;
  const Directory& directory_;
  const ServerTime time_;
  const runtime::Clock& clock_;
  const QueueOptions options_;
  // The IO thread's.
  std::unordered_map<std::string, Ticket> known_;  // the searching, as last listed
  std::unordered_map<std::string, Waits> waits_;   // by ticket
  std::string last_ended_ = "0-0";
  std::uint64_t next_wait_ = 1;
  std::int64_t poll_due_ms_ = 0;
  bool is_polling_ = false;
  std::atomic<std::size_t> waits_count_ = 0;
  std::atomic<std::uint64_t> polls_ = 0;
};

// [text, status, room's text, position, waiting, humans matched in the window]; nullopt: no ticket.
[[nodiscard]] std::optional<Ticket> read_seen(const Value& value);

}  // namespace whoosh::state::redis
