// Results of matches in a Redis stream with one group of consumers. Owner: Redis (redis.h). Any
// thread; works on the IO thread.
//
//   key (after the prefix)           type    TTL  what
//   {results}:stream                 stream  -    `r`: the record as text; group "workers"
//   {results}:aside                  stream  -    `r`, `why`: at most aside_max, the oldest goes
//   {results}:epoch:<room>:<match>   text    1 h  the newest epoch that was appended
//
// All in one slot: a cell of a million players ends about 2,000 matches a second at the very most.
// An entry is done when it is acknowledged and deleted, so the stream's length is what is pending.
// Time is the server's. A stream that was lost (a server without persistence came back) is made
// anew by whoever takes first.
#pragma once

#include <memory>

#include "state/redis/client.h"
#include "state/state.h"

namespace whoosh::state::redis {

struct ResultsOptions {
  std::int64_t pending_max = 100'000;  // above: append answers unavailable
  std::int64_t retake_ms = state::Results::retake_ms;
  std::int64_t wait_ms_max = 60'000;  // longer waits are cut to this
};

class Results final : public state::Results {
 public:
  Results(Client& client, ResultsOptions options) : client_(client), options_(options) {}

  void append(match::MatchRecord record, Reply<> reply) override;
  void take(std::string consumer, std::int32_t count, std::int64_t wait_ms,
            Reply<std::vector<Entry>> reply) override;
  void done(std::vector<std::string> ids, Reply<> reply) override;
  void set_aside(std::string id, std::string reason, Reply<> reply) override;
  void pending(Reply<std::int64_t> reply) override;

 private:
  struct Take;
  using TakePtr = std::shared_ptr<Take>;

  // One after the other, until there is something or time is up.
  void claim(TakePtr take);
  void claimed(TakePtr take, const Value& answer);
  void read(TakePtr take);
  void answer(TakePtr take);
  void make_group(TakePtr take);
  void decode(Take& take, const Value& entries);

  [[nodiscard]] std::string key(std::string_view name) const {
    return client_.key("{results}:" + std::string(name));
  }
  [[nodiscard]] Request command(std::vector<std::string> args, bool is_idempotent) const {
    return {std::move(args), key("stream"), is_idempotent, nullptr, 0};
  }

  Client& client_;
  const ResultsOptions options_;
};

}  // namespace whoosh::state::redis
