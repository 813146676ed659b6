// Goal: people recognise their devices, and nothing strange gets on a page. Method: a table of real
// and made-up User-Agent headers.
#include "services/api/device.h"

#include <gtest/gtest.h>

#include <utility>

namespace whoosh::api {
namespace {

TEST(Device, is_browser_on_system) {
  const std::pair<const char*, const char*> table[] = {
      {"Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
       "Firefox on Linux"},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/120.0.0.0 Safari/537.36",
       "Chrome on Windows"},
      {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91",
       "Edge on Windows"},
      {"Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) "
       "SamsungBrowser/23.0 Chrome/115.0.0.0 Mobile Safari/537.36",
       "Samsung Internet on Android"},
      {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
       "Gecko) CriOS/120.0.6099.119 Mobile/15E148 Safari/604.1",
       "Chrome on iPhone"},
      {"Mozilla/5.0 (iPad; CPU OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
       "Version/17.1 Mobile/15E148 Safari/604.1",
       "Safari on iPad"},
      {"curl/8.4.0", "curl"},
      {"", ""},
      {"/", ""},
      {"<script>alert(1)</script>", "<script>alert"},
      {"\xff\xfe", ""},
      {"a-program-with-a-name-that-is-much-longer-than-forty/1", ""},
  };
  for (const auto& [header, device] : table) EXPECT_EQ(device_of(header), device) << header;
}

}  // namespace
}  // namespace whoosh::api
