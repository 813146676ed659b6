// Any text is either none of ours, or it is written again so that it reads the same: each kind is
// written, read and written once more.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "state/redis/codec.h"

namespace {

template <class Read>
void check(std::string_view text, Read read) {
  const auto value = read(text);
  if (!value) return;
  const std::string written = whoosh::state::redis::text_of(*value);
  const auto again = read(written);
  ASSERT(again.has_value());
  ASSERT(whoosh::state::redis::text_of(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whoosh::state::redis;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, read_room);
  check(text, read_ticket);
  check(text, read_node);
  check(text, read_load);
  check(text, read_revoked);
  return 0;
}
