#include "base/time.h"

#include <fmt/format.h>

#include <chrono>

namespace whoosh::base {
namespace {

// Reads `count` digits at `at`; -1 when there are others.
int digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

std::string rfc3339(UnixMs time) {
  using namespace std::chrono;
  const sys_time<milliseconds> point{milliseconds{time.value}};
  const auto day = floor<days>(point);
  const year_month_day date{day};
  const hh_mm_ss clock{point - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<UnixMs> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':' || text.back() != 'Z') {
    return std::nullopt;
  }
  const int hour = digits_at(text, 11, 2);
  const int minute = digits_at(text, 14, 2);
  const int second = digits_at(text, 17, 2);
  const year_month_day date{year{digits_at(text, 0, 4)},
                            month{static_cast<unsigned>(digits_at(text, 5, 2))},
                            day{static_cast<unsigned>(digits_at(text, 8, 2))}};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 60) {
    return std::nullopt;
  }
  int ms = 0;
  if (text.size() > 20) {
    if (text[19] != '.' || text.size() != 24) return std::nullopt;
    ms = digits_at(text, 20, 3);
    if (ms < 0) return std::nullopt;
  }
  const auto point =
      sys_days{date} + hours{hour} + minutes{minute} + seconds{second} + milliseconds{ms};
  return UnixMs{duration_cast<milliseconds>(point.time_since_epoch()).count()};
}

}  // namespace whoosh::base
