// A match of Suspect as its players hear it: eight seats in a real room and shard, inputs drawn
// from a seed, time that runs as fast as it can. What permessage-deflate would be asked to
// compress.
//
// Owner: main(); one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace whoosh::bench {

struct HeardMessage {
  std::int64_t at_ms;   // what has the same time leaves in one write, so in one packet
  std::uint32_t group;  // the same text to many has one number: it is encoded once
  std::string text;
};

// By seat, in order.
using HeardMatch = std::vector<std::vector<HeardMessage>>;

inline constexpr std::int64_t match_s = 330;

[[nodiscard]] HeardMatch play_match(std::uint64_t seed);

}  // namespace whoosh::bench
