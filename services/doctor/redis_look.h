// RedisLook: what the live state holds, by reading commands alone (PING, TIME, INFO, HGETALL,
// ZRANGE, HMGET): the ports of state/ would also bury the dead. Owner: one check, on its thread;
// every call is answered within the client's own time limits.
//
// Lock ledger: Said::mutex protects what the client last said; the IO thread takes it to write,
// trouble() to read; nothing is called under it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/entropy.h"
#include "state/nodes.h"
#include "state/redis/client.h"

namespace whoosh::doctor {

class RedisLook {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<RedisLook>> open(state::redis::Options options);

  // The server's answer; an error that it answers is an Error with its text.
  [[nodiscard]] base::Result<state::redis::Value> ask(std::vector<std::string> command,
                                                      const std::string& key = "");
  // The server's clock less ours, half of the way there taken off.
  [[nodiscard]] base::Result<std::int64_t> ahead_ms();
  // "noeviction" of "maxmemory_policy"; "" where it is not told.
  [[nodiscard]] std::string info(const std::string& section, const std::string& name);
  // The living by the server's clock, by name.
  [[nodiscard]] base::Result<std::vector<state::Node>> living();
  // Who holds that lease now; "": nobody.
  [[nodiscard]] base::Result<std::string> holder(const std::string& lease);
  // What the client last said of its connection, if anything.
  [[nodiscard]] std::string trouble() const;

 private:
  struct Said {
    std::mutex mutex;
    std::string last;
  };
  RedisLook(state::redis::Options options, std::unique_ptr<state::redis::Io> io,
            std::shared_ptr<Said> said, std::uint64_t seed)
      : said_(std::move(said)), client_(std::move(options), std::move(io), seed) {}

  [[nodiscard]] base::Result<std::int64_t> server_now_ms();

  const std::shared_ptr<Said> said_;
  state::redis::Client client_;
};

}  // namespace whoosh::doctor
