#include "tools/swarm/usage.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "tools/swarm/client.h"

namespace whoosh::swarm {
namespace {

constexpr std::int64_t metrics_ms = 5'000;

double ticks_per_s() {
  static const double value = static_cast<double>(sysconf(_SC_CLK_TCK));
  return value;
}

std::string value_in(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with(key)) continue;
    const std::size_t colon = line.find(':');
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? std::string() : line.substr(begin);
  }
  return {};
}

}  // namespace

std::optional<ProcessUsage> process_usage(std::int32_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  // The name, in parentheses, may hold anything; after it: state, then numbers.
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(end + 2));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;  // utime is field 14, stime 15, rss 24
  double user = 0;
  double system = 0;
  fields >> user >> system;
  for (int i = 16; i < 24; ++i) fields >> skipped;
  std::int64_t pages = 0;
  fields >> pages;
  return ProcessUsage{(user + system) / ticks_per_s(), pages * sysconf(_SC_PAGESIZE)};
}

ProcessUsage usage_of(const std::vector<std::int32_t>& pids) {
  ProcessUsage sum;
  for (const std::int32_t pid : pids) {
    const auto one = process_usage(pid);
    if (!one) continue;
    sum.cpu_s += one->cpu_s;
    sum.resident_bytes += one->resident_bytes;
  }
  return sum;
}

MachineUsage machine_usage() {
  std::ifstream file("/proc/stat");
  std::string word;
  file >> word;  // "cpu": user nice system idle iowait irq softirq steal
  double value[8] = {};
  for (double& v : value) file >> v;
  MachineUsage out;
  out.idle_s = (value[3] + value[4]) / ticks_per_s();
  for (const double v : value) out.busy_s += v / ticks_per_s();
  out.busy_s -= out.idle_s;
  return out;
}

std::string machine_words() {
  utsname system{};
  uname(&system);
  std::string release = system.release;
  release = release.substr(0, release.find('-'));
  std::string model = value_in("/proc/cpuinfo", "model name");
  if (model.empty()) model = system.machine;
  const double pages = static_cast<double>(sysconf(_SC_PHYS_PAGES));
  const double gib = pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 30);
  return fmt::format("{} cores, {}, {:.1f} GiB, {} {}", sysconf(_SC_NPROCESSORS_ONLN), model, gib,
                     system.sysname, release);
}

Metrics parse_metrics(std::string_view text) {
  Metrics out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.front() == '#') continue;
    const std::string_view name = line.substr(0, line.find_first_of("{ "));
    const std::size_t blank = line.rfind(' ');
    if (name.ends_with("_bucket") || blank == std::string_view::npos) continue;
    double value = 0;
    const char* last = line.data() + line.size();
    if (std::from_chars(line.data() + blank + 1, last, value).ec != std::errc{}) continue;
    out[std::string(name)] += value;
  }
  return out;
}

base::Result<Metrics> fetch_metrics(const std::vector<std::string>& urls) {
  Metrics sum;
  for (const std::string& url : urls) {
    constexpr std::string_view scheme = "http://";
    const auto parts =
        url.starts_with(scheme) ? parse_ws_url("ws://" + url.substr(scheme.size())) : std::nullopt;
    if (!parts) return base::Error{base::ErrorCode::invalid_input, url + " is no http:// URL."};
    HttpCall call;
    call.target = parts->target;
    const auto page = http(parts->endpoint, call, metrics_ms);
    if (!page || page->status != 200)
      return base::Error{base::ErrorCode::unavailable, url + " does not answer with metrics."};
    for (const auto& [name, value] : parse_metrics(page->body)) sum[name] += value;
  }
  return sum;
}

}  // namespace whoosh::swarm
