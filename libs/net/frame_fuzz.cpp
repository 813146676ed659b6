// Fuzz: what a FrameReader says must not depend on where its bytes are cut. The input's first bytes
// choose the cuts, the rest are the frames; whole, byte by byte and cut delivery are compared.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "net/frame_test_support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whoosh::net;
  constexpr std::size_t cuts_max = 8;
  if (size < cuts_max) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + cuts_max, size - cuts_max);
  std::vector<std::string_view> pieces;
  std::string_view rest = bytes;
  for (std::size_t i = 0; i < cuts_max; ++i) {
    const std::size_t cut = std::min<std::size_t>(data[i], rest.size());
    pieces.push_back(rest.substr(0, cut));
    rest.remove_prefix(cut);
  }
  pieces.push_back(rest);
  constexpr std::size_t message_bytes_max = 300;  // small, so that the limit is met
  const auto whole = read_pieces({bytes}, message_bytes_max);
  ASSERT(read_pieces(pieces, message_bytes_max) == whole);
  ASSERT(read_pieces(single_bytes(bytes), message_bytes_max) == whole);
  for (const std::string& event : whole) {
    ASSERT(event.size() <= message_bytes_max + 5 || !event.starts_with("text:"));
    ASSERT(!event.starts_with("memory:"));
  }
  return 0;
}
