// EventLog: the events of one match as JSON lines, so that a replay is a fold (replay.h).
//
//   {"log":1,"game":"suspect","seed":"…","room_seed":"…","match_no":0,"settings":{…},
//    "table":[{"id":"17","name":"Ada","bot":false,"newcomer":false},…]}
//   {"k":12,"join":3}   {"k":12,"leave":3,"why":"bot"}
//   {"k":12,"in":3,"type":"SUSPECT","ms":340,"p":{"target":"17"}}
//   {"k":300,"end":true}         the last line; or {"k":80,"truncated":true}: the rest did not fit
//
// k = how many ticks had been applied before the event; ticks have no line. Seeds are texts: they
// have 64 bits.
//
// Owner: one match. Its shard's thread. Bounded: a line that does not fit marks the log truncated,
// and nothing is added any more; the match goes on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rules/game.h"

namespace whoosh::room {

class EventLog {
 public:
  explicit EventLog(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void begin(const rules::GameInfo& game, std::uint64_t seed, const rules::Start& start,
             const rules::Table& table);
  void add(std::uint32_t tick, const rules::Join& event);
  void add(std::uint32_t tick, const rules::Leave& event);
  void add(std::uint32_t tick, const rules::Input& event);
  void end(std::uint32_t tick);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool truncated() const { return truncated_; }

 private:
  // Keeps what was appended since `line_begin`, or takes it back and marks the log.
  void close_line(std::size_t line_begin, std::uint32_t tick);

  std::size_t bytes_max_;
  std::string text_;
  bool truncated_ = false;
};

}  // namespace whoosh::room
