#include "tools/swarm/plan.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "tools/swarm/client.h"

namespace whoosh::swarm {
namespace {

constexpr std::uint32_t processes_max = 500;

base::Error no(std::string sentence) {
  return {base::ErrorCode::invalid_input, std::move(sentence)};
}

bool is_share(double value) {
  return value >= 0 && value <= 1;
}

}  // namespace

std::uint32_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<std::uint32_t>(std::min<rlim_t>(limit.rlim_cur, 10'000'000));
}

base::Result<> settle(Plan& plan, std::uint32_t descriptors) {
  if (plan.connections == 0) return no("Say how many: --play N, --sit N or --raw N.");
  if (plan.room_size < 1 || plan.room_size > 10) return no("A room has 1 to 10 seats.");
  if (plan.work == Work::play && plan.room_size < 4)
    return no("Suspect is played by 4 at least: --room-size 4 to 10, or --sit.");
  if (plan.work != Work::raw && plan.connections % plan.room_size != 0)
    return no(fmt::format("{} players do not fill rooms of {}: take {}.", plan.connections,
                          plan.room_size,
                          std::max(plan.connections / plan.room_size, 1U) * plan.room_size));
  if (plan.work == Work::raw && plan.urls.empty())
    return no("--raw needs a URL, ws://host:port/path or wss://…, or --urls with a file of them.");
  for (const std::string& url : plan.urls) {
    const auto read = parse_ws_url(url);
    if (!read) return no(fmt::format("\"{}\" is no ws://host:port/path or wss://….", url));
    if (read->secure && plan.tls == nullptr)
      return no(fmt::format("\"{}\" needs somebody to trust.", url));
  }
  if (plan.ramp_per_s <= 0) return no("--ramp is connections a second, more than 0.");
  if (plan.duration_ms <= 0) return no("--duration is more than 0 s.");
  for (const double share :
       {plan.ticks_share, plan.verify_share, plan.cut_share, plan.slow_share, plan.flood_share}) {
    if (!is_share(share)) return no("Shares are 0 to 100 percent.");
  }
  const std::uint32_t room = std::max(descriptors, descriptors_kept + 10) - descriptors_kept;
  const std::uint32_t needed = (plan.connections + room - 1) / room;
  if (plan.processes == 0) plan.processes = needed;
  if (plan.processes < needed)
    return no(fmt::format(
        "{} connections need {} processes: this system gives one process {} descriptors.",
        plan.connections, needed, descriptors));
  if (plan.processes > processes_max)
    return no(fmt::format("At most {} processes.", processes_max));
  return {};
}

}  // namespace whoosh::swarm
