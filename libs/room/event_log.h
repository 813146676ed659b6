// EventLog: the events of one match, so that a replay is a fold (replay.h). It is kept as few bytes
// an event and written out, when somebody asks, as JSON lines:
//
//   {"log":1,"game":"suspect","seed":"…","room_seed":"…","match_no":0,"settings":{…},
//    "table":[{"id":"17","name":"Ada","bot":false,"newcomer":false},…]}
//   {"k":12,"join":3}   {"k":12,"leave":3,"why":"bot"}
//   {"k":12,"in":3,"type":"SUSPECT","ms":340,"p":{"target":"17"}}
//   {"k":300,"end":true}         the last line; or {"k":80,"truncated":true}: the rest did not fit
//
// k = how many ticks had been applied before the event; ticks have no line. Seeds are texts: they
// have 64 bits. The first line is made from what the room knows anyway.
//
// In memory, numbers as LEB128 (7 bits a byte, the last one below 128):
//
//   kind | seat << 2 | why << 6    one byte
//   ticks since the last event
//   of an input: type (its place in GameInfo::messages; 255: a text, as length and bytes),
//                ms, length and bytes of the payload
//
// Owner: one match. Its shard's thread. Bounded: an event that does not fit marks the log
// truncated, and nothing is added any more; the match goes on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rules/game.h"

namespace whoosh::room {

// What the first line says.
struct LogHead {
  const rules::GameInfo& game;
  std::uint64_t seed;
  const rules::Start& start;
  const rules::Table& table;
};

class EventLog {
 public:
  // `bytes_max`: of the events as they lie in memory; 0: no log at all.
  explicit EventLog(std::uint32_t bytes_max) : bytes_max_(bytes_max) {}

  void add(std::uint32_t tick, const rules::Join& event);
  void add(std::uint32_t tick, const rules::Leave& event);
  // `scratch`: for the payload, so that nothing comes from the heap.
  void add(std::uint32_t tick, const rules::Input& event, const rules::GameInfo& game,
           std::string& scratch);
  void end(std::uint32_t tick);

  // All lines; "": there is no log.
  [[nodiscard]] std::string text(const LogHead& head) const;
  [[nodiscard]] bool truncated() const { return state_ == State::truncated; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  enum class State : std::uint8_t { open, ended, truncated };

  // False: it does not fit, and the log is truncated.
  bool append(std::uint32_t tick, std::string_view event);
  void grow(std::uint32_t size);

  std::unique_ptr<char[]> bytes_;
  std::uint32_t bytes_max_;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
  std::uint16_t last_tick_ = 0;  // of the last event; of the end
  State state_ = State::open;
};
static_assert(sizeof(EventLog) <= 24);
static_assert(rules::ticks_max < 65536, "a tick's number fits last_tick_");

}  // namespace whoosh::room
