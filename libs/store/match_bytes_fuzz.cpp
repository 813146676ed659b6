// Any text is either no cursor, or one that is written again the same way.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "store/match_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto mark = whoosh::store::parse_cursor(text);
  if (mark) ASSERT(whoosh::store::cursor_of(*mark) == text);
  return 0;
}
