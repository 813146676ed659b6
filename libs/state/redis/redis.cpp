#include "state/redis/redis.h"

#include <utility>

namespace whoosh::state::redis {

base::Result<std::unique_ptr<Redis>> Redis::open(Ports ports, const runtime::Clock& clock,
                                                 runtime::Entropy& entropy) {
  auto io = Io::open(ports.connection);
  if (!io) return io.error();
  return std::unique_ptr<Redis>(new Redis(std::move(ports), std::move(*io), clock, entropy));
}

Redis::Redis(Ports ports, std::unique_ptr<Io> io, const runtime::Clock& clock,
             runtime::Entropy& entropy)
    : client_(std::move(ports.connection), std::move(io), entropy.u64()),
      directory_(client_, entropy.u64()),
      queue_(client_, directory_, ServerTime(ports.server_time), clock, ports.queue),
      limits_(client_),
      results_(client_, ports.results),
      nodes_(client_, ServerTime(ports.server_time)),
      leases_(client_, ServerTime(ports.server_time)),
      lobbies_(client_, ServerTime(ports.server_time)),
      revocations_(client_, ServerTime(ports.server_time)) {}

void Redis::ping(Reply<> reply) {
  client_.call({{"PING"}, "", true, nullptr, 0}, done(std::move(reply)));
}

}  // namespace whoosh::state::redis
