#include "services/api/device.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace whoosh::api {
namespace {

using Row = std::pair<std::string_view, std::string_view>;

// The first mark that is there names it; those that claim to be others, too, come first.
constexpr auto browsers = std::to_array<Row>({{"EdgiOS/", "Edge"},
                                              {"EdgA/", "Edge"},
                                              {"Edg/", "Edge"},
                                              {"OPR/", "Opera"},
                                              {"SamsungBrowser/", "Samsung Internet"},
                                              {"FxiOS/", "Firefox"},
                                              {"Firefox/", "Firefox"},
                                              {"CriOS/", "Chrome"},
                                              {"HeadlessChrome/", "Chrome"},
                                              {"Chrome/", "Chrome"},
                                              {"Safari/", "Safari"}});
constexpr auto systems = std::to_array<Row>({{"iPhone", "iPhone"},
                                             {"iPad", "iPad"},
                                             {"Android", "Android"},
                                             {"CrOS", "ChromeOS"},
                                             {"Windows", "Windows"},
                                             {"Macintosh", "macOS"},
                                             {"Linux", "Linux"}});

template <std::size_t N>
std::string_view named(const std::array<Row, N>& rows, std::string_view text) {
  const auto found =
      std::ranges::find_if(rows, [&](const Row& row) { return text.find(row.first) != text.npos; });
  return found == rows.end() ? std::string_view() : found->second;
}

}  // namespace

std::string device_of(std::string_view user_agent) {
  const std::string_view browser = named(browsers, user_agent);
  const std::string_view system = named(systems, user_agent);
  if (!browser.empty() && !system.empty())
    return std::string(browser) + " on " + std::string(system);
  if (!browser.empty()) return std::string(browser);
  const auto end = user_agent.find_first_of("/ (;");
  const auto own = base::clean_line_within(user_agent.substr(0, end), 1, device_characters_max);
  return own ? *own : std::string();
}

}  // namespace whoosh::api
