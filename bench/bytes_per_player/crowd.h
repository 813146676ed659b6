// Crowd: the other side of the measurement: many WebSocket clients in a process of their own (a
// fork), so that their memory and descriptors are not the server's. They send an upgrade, START for
// the first of each room, an answer and a suspicion, and read and drop what comes.
//
// Owner: main(). fork() happens in start(), so before any thread of the server.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace whoosh::bench {

class Crowd {
 public:
  [[nodiscard]] static base::Result<Crowd> start();
  ~Crowd();
  Crowd(Crowd&& other) noexcept;
  Crowd(const Crowd&) = delete;

  // One client: connects to `port` of 127.0.0.1 with this ticket. A host sends START when told to
  // begin. `suspect`: the id of somebody else in the room.
  void add(std::uint16_t port, const std::string& room, const std::string& ticket,
           const std::string& suspect, bool is_host);
  // All added are in; how many got a 101.
  [[nodiscard]] std::int64_t connect_all();
  void begin();  // hosts press START

 private:
  Crowd(int to_child, int from_child, int child)
      : to_child_(to_child), from_child_(from_child), child_(child) {}
  void tell(const std::string& line) const;

  int to_child_;
  int from_child_;
  int child_;
};

}  // namespace whoosh::bench
