// Any text is either refused in words, or it is written again so that it reads the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "match/record_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace whoosh::match;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto record = read_record(text);
  if (!record) {
    ASSERT(!record.error().message.empty());
    return 0;
  }
  const std::string written = record_text(*record);
  const auto again = read_record(written);
  ASSERT(again.has_value());
  ASSERT(record_text(*again) == written);
  return 0;
}
