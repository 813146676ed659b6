// RefusalLog: a line for each upgrade that was refused because of who asked or how often (401, 403,
// 429), in the words of Service A's security log. Owner: a loop's handler; its thread. `now` is an
// argument.
//
// A flood of refusals must not become a flood of lines: lines_per_second_max a loop; the next
// second says how many were left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"

namespace whoosh::edge {

class RefusalLog {
 public:
  static constexpr int lines_per_second_max = 20;

  struct Refusal {
    base::ErrorCode code = base::ErrorCode::internal;
    std::string client;  // address; "": not known any more
    std::string request_id;
  };
  // The line to log; nullopt: none. No credential and no target is in it.
  [[nodiscard]] std::optional<std::string> line(const Refusal& refusal, std::int64_t now_ms);

 private:
  std::int64_t second_ = 0;
  int lines_ = 0;
  std::int64_t left_out_ = 0;
};

}  // namespace whoosh::edge
