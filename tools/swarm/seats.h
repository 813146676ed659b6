// Where the players of the swarm get their seats: SeatSource makes rooms and says how to enter
// them. ApiSeats asks Service A as any client would; a cluster's source, which needs the cluster's
// secret and keys, is services/cli/swarm_cluster.h.
//
// SeatQueue: between the threads that make seats and the loop that takes them. Bounded: tickets
// live for 60 s, so none lies long.
//
// Lock ledger: SeatQueue::mutex_ protects its list and flags; nothing is called under it.
#pragma once

#include <sys/socket.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "tools/swarm/client.h"

namespace whoosh::swarm {

struct Address {  // resolved
  sockaddr_storage bytes{};
  socklen_t size = 0;
};
// unavailable: there is no such host.
[[nodiscard]] base::Result<Address> resolve_address(const Endpoint& endpoint);

struct SeatOffer {
  std::uint32_t room = 0;  // number within the process
  std::uint8_t place = 0;  // 0: who may press START
  std::string user;        // id as in messages
  std::string ws_url;
  std::string ticket;  // for the subprotocol, or empty
};

class SeatSource {
 public:
  virtual ~SeatSource() = default;
  // A fresh room with so many seats. Called by several threads at once. Errors are worth another
  // try.
  [[nodiscard]] virtual base::Result<std::vector<SeatOffer>> make_room(std::uint32_t seats) = 0;
  // How many threads it is worth to ask with.
  [[nodiscard]] virtual unsigned threads() const { return 1; }
};
// Made in the process that uses it: a number per process, so that users differ.
using MakeSeatSource =
    std::function<base::Result<std::unique_ptr<SeatSource>>(std::uint32_t process)>;

// Guests that sign up, a host that makes the room, others that join it by its code.
[[nodiscard]] std::unique_ptr<SeatSource> api_seats(Endpoint api, std::string game);

class SeatQueue {
 public:
  explicit SeatQueue(std::size_t waiting_max) : waiting_max_(waiting_max) {}
  // Waits while it is full; false: closed.
  bool put(std::vector<SeatOffer> seats);
  [[nodiscard]] std::optional<SeatOffer> take();
  void close();

 private:
  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable not_full_;
  std::deque<SeatOffer> waiting_;
  bool closed_ = false;
};

}  // namespace whoosh::swarm
