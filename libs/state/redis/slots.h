// Which node of a cluster has which key. Pure; values.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "state/redis/options.h"
#include "state/redis/value.h"

namespace whoosh::state::redis {

inline constexpr std::uint16_t slot_count = 16'384;

// CRC-16 (XMODEM) of the key's hash tag, or of the whole key if it has none.
[[nodiscard]] std::uint16_t slot_of(std::string_view key);

class SlotMap {
 public:
  // From CLUSTER SLOTS, asked at `asked` (which stands where the answer leaves an address empty).
  // False: that was no such answer, or no slot has a node; nothing has changed then.
  bool read(const Value& slots, const Endpoint& asked);
  // nullptr: nobody has it, as far as is known.
  [[nodiscard]] const Endpoint* node_of(std::uint16_t slot) const;
  // What a MOVED says.
  void move(std::uint16_t slot, const Endpoint& to);
  // The masters.
  [[nodiscard]] const std::vector<Endpoint>& nodes() const { return nodes_; }

 private:
  std::uint16_t index_of(const Endpoint& node);

  std::vector<Endpoint> nodes_;
  std::array<std::uint16_t, slot_count> owners_{};  // index into nodes_ + 1; 0: nobody
};

struct Redirection {
  bool is_ask = false;  // else moved
  std::uint16_t slot = 0;
  Endpoint to;
};
// Of "MOVED 3999 127.0.0.1:6381" or "ASK …"; nullopt: another error, or no such text. An empty host
// means the one that answered.
[[nodiscard]] std::optional<Redirection> parse_redirection(const Value& error,
                                                           const Endpoint& asked);

}  // namespace whoosh::state::redis
