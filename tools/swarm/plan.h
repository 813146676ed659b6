// Plan: what one run of the swarm shall do, as the command line says it. A value; any thread once
// the run has begun.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "tls/context.h"

namespace whoosh::swarm {

enum class Work : std::uint8_t {
  play,  // seats in rooms; bots that play
  sit,   // seats in rooms that stay waiting: TICKs only
  raw,   // connections to any WebSocket URL
};

struct Plan {
  Work work = Work::play;
  std::uint32_t connections = 0;
  std::uint32_t room_size = 8;

  // ---- how they come and go ----
  double ramp_per_s = 500;               // new connections a second, of all processes together
  std::int64_t settle_ms = 2'000;        // between the last connection and the window
  std::int64_t duration_ms = 30'000;     // of the window
  std::int64_t ramp_limit_ms = 600'000;  // the ramp may take so long, then the window begins anyhow
  std::uint32_t processes = 0;           // 0: as many as the limit of descriptors asks for
  std::uint32_t loops = 1;               // threads with connections, per process
  std::vector<std::string> local_addresses;  // to connect from, in turn; empty: the kernel's choice

  // ---- what they do ----
  std::vector<std::string> urls;  // raw: ws:// or wss://; the connections have them in turn
  tls::ContextPtr tls;            // whom to trust at wss://; null: nobody, such a room is wrong
  bool binary = false;            // raw: binary messages are as good as texts
  std::string first_bytes;        // raw: sent in a binary message as soon as it is open
  bool echo = false;              // raw: send, and want it back
  std::int64_t echo_ms = 1'000;   // raw: between two sends of one connection
  std::uint32_t echo_bytes = 0;   // raw: pad what is sent to so much
  double ticks_share = 1;         // of connections ask for TICKs
  double verify_share = 0.01;     // of connections rebuild their view and compare it
  double activity = 1;            // how much players do; 1: as people

  // ---- faults, as shares of connections that have them again and again ----
  double cut_share = 0;           // broken off without a word, back by resume within 5 s
  double slow_share = 0;          // reads nothing for 3 s, then all
  double flood_share = 0;         // sends far more than is allowed
  std::int64_t storm_at_ms = -1;  // into the window: all are cut at once; -1: never

  // ---- whom to watch ----
  std::vector<std::int32_t> server_pids;
  std::vector<std::string> server_metrics;  // URLs of /metrics pages
};

inline constexpr std::uint32_t descriptors_kept = 200;  // of a process, for all else

// As many as the system grants this process without more rights; raises the soft limit to that.
[[nodiscard]] std::uint32_t raise_descriptor_limit();
// Fills in `processes`; invalid_input with a sentence that says what to change.
[[nodiscard]] base::Result<> settle(Plan& plan, std::uint32_t descriptors);

}  // namespace whoosh::swarm
