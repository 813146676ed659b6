#include "tools/swarm/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace whoosh::swarm {
namespace {

namespace json = boost::json;

constexpr double saturated_loop = 0.9;      // of a core: its thread could do no more
constexpr double saturated_machine = 0.05;  // idle share under which all cores are busy
constexpr double others_much = 0.15;        // of the machine, by neither server nor swarm

base::Error no_report(const char* member) {
  return {base::ErrorCode::invalid_input,
          fmt::format("That is no report of whoosh swarm: \"{}\" is missing or wrong.", member)};
}

// Every scalar member of a report, by its name in JSON.
template <class F>
void each_member(auto& report, F&& f) {
  f("what", report.what);
  f("version", report.version);
  f("machine", report.machine);
  f("began_at", report.began_at);
  f("window_s", report.window_s);
  f("ramp_s", report.ramp_s);
  f("processes", report.processes);
  f("loops", report.loops);
  f("asked", report.asked);
  f("open_at_end", report.open_at_end);
  f("usage_s", report.usage_s);
  f("counted_s", report.counted_s);
  f("server_cpu_s", report.server_cpu_s);
  f("server_resident_bytes", report.server_resident_bytes);
  f("swarm_cpu_s", report.swarm_cpu_s);
  f("swarm_resident_bytes", report.swarm_resident_bytes);
  f("busiest_loop", report.busiest_loop);
  f("idle_cpu_s", report.idle_cpu_s);
  f("machine_cpu_s", report.machine_cpu_s);
  f("cut_short", report.cut_short);
}

template <class F>
void each_usage(auto& second, F&& f) {
  f("at", second.at);
  f("open", second.open);
  f("server_cores", second.server_cores);
  f("swarm_cores", second.swarm_cores);
  f("idle_cores", second.idle_cores);
}

struct Reader {
  const json::object& from;
  const char* missing = nullptr;

  void operator()(const char* name, std::string& into) {
    const json::value* value = from.if_contains(name);
    if (value != nullptr && value->is_string())
      into = std::string(value->get_string());
    else
      missing = name;
  }
  template <class Number>
  void operator()(const char* name, Number& into) {
    const json::value* value = from.if_contains(name);
    boost::system::error_code bad;
    if (value != nullptr && value->is_number())
      into = value->to_number<Number>(bad);
    else
      missing = name;
    if (bad) missing = name;
  }
};

std::string duration(std::int64_t us) {
  if (us < 1'000) return fmt::format("{} us", us);
  if (us < 10'000'000) return fmt::format("{:.1f} ms", static_cast<double>(us) / 1e3);
  return fmt::format("{:.1f} s", static_cast<double>(us) / 1e6);
}

std::string quantiles(const Histogram& of) {
  if (of.count() == 0) return "-";
  return fmt::format("p50 {}, p90 {}, p99 {}, p99.9 {}, max {}", duration(of.quantile(0.5)),
                     duration(of.quantile(0.9)), duration(of.quantile(0.99)),
                     duration(of.quantile(0.999)), duration(of.max()));
}

class Lines {
 public:
  template <class... Args>
  void add(std::string_view name, fmt::format_string<Args...> words, Args&&... args) {
    text_ += fmt::format("  {:<18} {}\n", name, fmt::format(words, std::forward<Args>(args)...));
  }
  void add_kinds(std::string_view name, const Kinds& kinds) {
    if (kinds.empty()) return;
    std::string list;
    for (const auto& [kind, times] : kinds)
      list += fmt::format("{}{} x {}", list.empty() ? "" : ", ", times, kind);
    add(name, "{}", list);
  }
  std::string text_;
};

double per_s(std::uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

double cores(double cpu_s, const Report& r) {
  return r.usage_s > 0 ? cpu_s / r.usage_s : 0;
}

json::object quantiles_ms(const Histogram& of) {
  const auto ms = [](std::int64_t us) { return static_cast<double>(us) / 1e3; };
  return {{"p50", ms(of.quantile(0.5))},
          {"p90", ms(of.quantile(0.9))},
          {"p99", ms(of.quantile(0.99))},
          {"p999", ms(of.quantile(0.999))},
          {"max", ms(of.max())}};
}

// What scripts look at first; all of it can be computed from the rest.
json::object summary_of(const Report& r) {
  return {{"messages_per_s", per_s(r.tally.frames, r.window_s)},
          {"bytes_per_s", per_s(r.tally.bytes, r.window_s)},
          {"sent_per_s", per_s(r.tally.sent, r.window_s)},
          {"ramp_per_s", per_s(r.tally.connected, r.ramp_s)},
          {"lateness_ms", quantiles_ms(r.tally.lateness_us)},
          {"connect_ms", quantiles_ms(r.tally.connect_us)},
          {"welcome_ms", quantiles_ms(r.tally.welcome_us)},
          {"echo_ms", quantiles_ms(r.tally.echo_us)},
          {"server_cores", cores(r.server_cpu_s, r)},
          {"swarm_cores", cores(r.swarm_cpu_s, r)},
          {"idle_share", r.machine_cpu_s > 0 ? r.idle_cpu_s / r.machine_cpu_s : 0}};
}

void add_usage(Lines& lines, const Report& r) {
  const double frames = static_cast<double>(r.tally.frames);
  if (r.has_server()) {
    lines.add("server", "{:.2f} cores; {:.2f} CPU s per million messages; {:.0f} MB resident",
              cores(r.server_cpu_s, r), frames > 0 ? r.server_cpu_s / frames * 1e6 : 0,
              static_cast<double>(r.server_resident_bytes) / 1e6);
  }
  lines.add("swarm", "{:.2f} cores, its busiest thread {:.0f} % of one; {:.0f} MB resident",
            cores(r.swarm_cpu_s, r), r.busiest_loop * 100,
            static_cast<double>(r.swarm_resident_bytes) / 1e6);
  lines.add("machine", "{:.0f} % idle",
            r.machine_cpu_s > 0 ? r.idle_cpu_s / r.machine_cpu_s * 100 : 0);
  for (const auto& [name, grown] : r.server_counters)
    lines.add("", "{} {:.0f} a second", name, r.counted_s > 0 ? grown / r.counted_s : 0);
}

}  // namespace

bool Report::clean() const {
  return cut_short.empty() && tally.wrong == 0 && tally.gaps == 0 && tally.missed_ticks == 0 &&
         tally.lost == 0 && tally.refused.empty() && tally.connect_failed.empty() &&
         open_at_end == asked;
}

std::string Report::verdict() const {
  const double idle = machine_cpu_s > 0 ? idle_cpu_s / machine_cpu_s : 0;
  if (busiest_loop >= saturated_loop)
    return "The swarm was at its limit: a thread of it used its core whole, so these figures are a "
           "lower bound for the server. Give it --loops or --processes.";
  const double others = machine_cpu_s - idle_cpu_s - server_cpu_s - swarm_cpu_s;
  if (has_server() && others > others_much * machine_cpu_s)
    return fmt::format(
        "Others used {:.1f} cores of this machine, so these figures are a lower bound.",
        cores(others, *this));
  if (!has_server())
    return fmt::format(
        "The swarm was not at its limit; nobody said whom to watch "
        "(--server-pid, --server-metrics). The machine was {:.0f} % idle.",
        idle * 100);
  if (idle < saturated_machine)
    return fmt::format(
        "The machine was at its limit, {:.1f} of its cores by the server and {:.1f} "
        "by the swarm; no thread of the swarm was.",
        cores(server_cpu_s, *this), cores(swarm_cpu_s, *this));
  return fmt::format("Neither was at its limit: the machine was {:.0f} % idle.", idle * 100);
}

std::string Report::text() const {
  const Tally& t = tally;
  Lines lines;
  lines.text_ = fmt::format("{}\n", what);
  if (!cut_short.empty()) lines.add("cut short", "{}", cut_short);
  lines.add("machine", "{}", machine);
  lines.add("connections", "{} of {} open at the end; {} tried, {} upgraded in {:.1f} s of ramp",
            open_at_end, asked, t.connects, t.connected, ramp_s);
  lines.add("window", "{:.1f} s, {} process(es), {} loop(s)", window_s, processes, loops);
  lines.add("messages", "{:.0f}/s, {:.2f} MB/s in; {:.0f}/s out", per_s(t.frames, window_s),
            per_s(t.bytes, window_s) / 1e6, per_s(t.sent, window_s));
  if (t.rooms > 0) {
    lines.add("rooms", "{}; {} matches begun, {} ended; {:.0f} ticks heard a second", t.rooms,
              t.matches_started, t.matches_finished, per_s(t.room_ticks, window_s));
  }
  lines.add("tick lateness", "{}", quantiles(t.lateness_us));
  lines.add("missed ticks", "{} (outside the window {})", t.missed_ticks, t.missed_ticks_outside);
  lines.add("upgrade", "{}", quantiles(t.connect_us));
  if (t.welcome_us.count() > 0) lines.add("first view", "{}", quantiles(t.welcome_us));
  if (t.echo_us.count() > 0) lines.add("echo", "{} answers; {}", t.echoes, quantiles(t.echo_us));
  lines.add("content", "{} gaps, {} wrong; {} views and {} broadcasts compared", t.gaps, t.wrong,
            t.views_compared, t.texts_compared);
  if (t.reconnects > 0 || t.lost > 0)
    lines.add("reconnects", "{}, {} with the whole view; {} lost", t.reconnects, t.resumed, t.lost);
  lines.add_kinds("wrong", t.wrong_kinds);
  lines.add_kinds("not connected", t.connect_failed);
  lines.add_kinds("refused", t.refused);
  lines.add_kinds("closed", t.closed);
  lines.add_kinds("error answers", t.answers);
  lines.add_kinds("our faults", t.faults);
  add_usage(lines, *this);
  lines.add("so", "{}", verdict());
  return lines.text_;
}

json::object Report::to_json() const {
  json::object out{{"format", "whoosh-swarm-1"}};
  each_member(*this, [&](const char* name, const auto& value) { out[name] = value; });
  json::object counters;
  for (const auto& [name, grown] : server_counters) counters[name] = grown;
  out["server_counters"] = std::move(counters);
  json::array seconds;
  for (const UsageSecond& second : usage) {
    json::object row;
    each_usage(second, [&](const char* name, const auto& value) { row[name] = value; });
    seconds.push_back(std::move(row));
  }
  out["usage"] = std::move(seconds);
  out["tally"] = tally.to_json();
  out["summary"] = summary_of(*this);
  out["clean"] = clean();
  out["verdict"] = verdict();
  return out;
}

base::Result<Report> Report::from_json(const json::value& value) {
  const json::object* object = value.if_object();
  const json::value* format = object == nullptr ? nullptr : object->if_contains("format");
  if (format == nullptr || *format != "whoosh-swarm-1") return no_report("format");
  Report out;
  Reader read{*object};
  each_member(out, read);
  if (read.missing != nullptr) return no_report(read.missing);
  const json::value* counters = object->if_contains("server_counters");
  const json::value* usage = object->if_contains("usage");
  const json::value* tally = object->if_contains("tally");
  if (counters == nullptr || !counters->is_object()) return no_report("server_counters");
  for (const auto& [name, grown] : counters->get_object()) {
    if (!grown.is_number()) return no_report("server_counters");
    out.server_counters[std::string(name)] = grown.to_number<double>();
  }
  if (usage == nullptr || !usage->is_array()) return no_report("usage");
  for (const json::value& row : usage->get_array()) {
    if (!row.is_object()) return no_report("usage");
    UsageSecond second;
    Reader fields{row.get_object()};
    each_usage(second, fields);
    if (fields.missing != nullptr) return no_report("usage");
    out.usage.push_back(second);
  }
  auto read_tally = Tally::from_json(tally == nullptr ? json::value() : *tally);
  if (!read_tally) return read_tally.error();
  out.tally = std::move(*read_tally);
  return out;
}

Report merge(const std::vector<Report>& reports) {
  Report out = reports.front();
  out.what = reports.size() == 1 ? out.what
                                 : fmt::format("{} runs together: {}", reports.size(), out.what);
  std::map<std::int64_t, UsageSecond> seconds;
  for (const UsageSecond& second : out.usage) seconds[second.at] = second;
  for (auto report = std::next(reports.begin()); report != reports.end(); ++report) {
    out.tally.merge(report->tally);
    out.began_at = std::min(out.began_at, report->began_at);
    out.window_s = std::max(out.window_s, report->window_s);
    out.usage_s = std::max(out.usage_s, report->usage_s);
    out.ramp_s = std::max(out.ramp_s, report->ramp_s);
    out.processes += report->processes;
    out.loops += report->loops;
    out.asked += report->asked;
    out.open_at_end += report->open_at_end;
    out.swarm_cpu_s += report->swarm_cpu_s;
    out.swarm_resident_bytes += report->swarm_resident_bytes;
    out.busiest_loop = std::max(out.busiest_loop, report->busiest_loop);
    if (out.cut_short.empty()) out.cut_short = report->cut_short;
    if (!out.has_server() && report->has_server()) {
      out.server_cpu_s = report->server_cpu_s;
      out.server_resident_bytes = report->server_resident_bytes;
      out.server_counters = report->server_counters;
      out.counted_s = report->counted_s;
    }
    for (const UsageSecond& second : report->usage) {
      UsageSecond& own = seconds
                             .try_emplace(second.at, UsageSecond{second.at, 0, second.server_cores,
                                                                 0, second.idle_cores})
                             .first->second;
      own.open += second.open;
      own.swarm_cores += second.swarm_cores;
    }
  }
  out.usage.clear();
  for (const auto& [at, second] : seconds) out.usage.push_back(second);
  return out;
}

}  // namespace whoosh::swarm
