// Fuzz: heads. Scanning must not depend on how the bytes came; whatever is accepted must be within
// the text, unambiguous (one Host, no bare CR or LF) and must survive being written out and read
// again.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "net/request.h"

namespace {

using namespace whoosh::net;

void check_accepted(const HttpHead& head, std::string_view text) {
  ASSERT(is_token(head.method()));
  ASSERT(head.header_count("Host") <= 1);
  std::string again = std::string(head.method()) + " " + std::string(head.target()) +
                      (head.http_1_1() ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  for (const HeaderField& field : head.fields()) {
    ASSERT(is_token(field.name));
    ASSERT(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    ASSERT(field.value.empty() ||
           (field.value.data() >= text.data() &&
            field.value.data() + field.value.size() <= text.data() + text.size()));
    again += std::string(field.name) + ": " + std::string(field.value) + "\r\n";
  }
  again += "\r\n";
  HttpHead second;
  ASSERT(second.parse(again) == 0);
  ASSERT(second.path() == head.path());
  ASSERT(second.query() == head.query());
  ASSERT(second.host() == head.host());
  ASSERT(second.fields().size() == head.fields().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const HeadScan scan = scan_head(text, 0);
  HeadScan piecewise;
  for (std::size_t i = 1; i <= size && piecewise.kind == HeadScan::Kind::Incomplete; ++i) {
    piecewise = scan_head(text.substr(0, i), i - 1);
  }
  ASSERT(piecewise.kind == scan.kind);
  ASSERT(piecewise.bytes == scan.bytes);
  if (scan.kind != HeadScan::Kind::Complete) return 0;
  Request request;
  if (request.head.parse(text.substr(0, scan.bytes)) != 0) return 0;
  check_accepted(request.head, text);
  check_upgrade(request);
  if (request.upgrade == Upgrade::Valid) {
    ASSERT(request.head.method() == "GET");
    ASSERT(accept_key(*request.head.header("Sec-WebSocket-Key")).size() == 28);
  }
  static_cast<void>(query_value(request.query(), "token"));
  return 0;
}
