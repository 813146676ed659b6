#include "tools/swarm/tally.h"

namespace whoosh::swarm {
namespace {

namespace json = boost::json;

template <class F>
void each_kinds(auto& tally, F&& f) {
  f("connect_failed", tally.connect_failed);
  f("refused", tally.refused);
  f("closed", tally.closed);
  f("wrong", tally.wrong_kinds);
  f("answers", tally.answers);
  f("faults", tally.faults);
}

template <class F>
void each_histogram(auto& tally, F&& f) {
  f("lateness_us", tally.lateness_us);
  f("connect_us", tally.connect_us);
  f("welcome_us", tally.welcome_us);
  f("echo_us", tally.echo_us);
}

void add(Kinds& into, const Kinds& from) {
  for (const auto& [kind, times] : from) into[kind] += times;
}

json::object kinds_json(const Kinds& kinds) {
  json::object out;
  for (const auto& [kind, times] : kinds) out[kind] = times;
  return out;
}

base::Error no_tally(const std::string& member) {
  return {base::ErrorCode::invalid_input, "\"" + member + "\" is not as a swarm writes it."};
}

// nullptr: not there.
const json::value* find(const json::object& object, std::initializer_list<const char*> path) {
  const json::value* at = nullptr;
  const json::object* in = &object;
  for (const char* key : path) {
    if (in == nullptr) return nullptr;
    at = in->if_contains(key);
    if (at == nullptr) return nullptr;
    in = at->if_object();
  }
  return at;
}

bool read_count(const json::value* from, std::uint64_t& into) {
  if (from == nullptr) return false;
  boost::system::error_code bad;
  into = from->to_number<std::uint64_t>(bad);
  return !bad;
}

base::Result<> read_second(const json::value& row, Tally& into) {
  const json::object* object = row.if_object();
  std::uint64_t at = 0;
  Second second;
  if (object == nullptr || !read_count(object->if_contains("at"), at) ||
      !read_count(object->if_contains("frames"), second.frames) ||
      !read_count(object->if_contains("bytes"), second.bytes)) {
    return no_tally("seconds");
  }
  const json::value* lateness = object->if_contains("lateness_us");
  auto histogram = Histogram::from_json(lateness == nullptr ? json::value() : *lateness);
  if (!histogram) return histogram.error();
  second.lateness_us = std::move(*histogram);
  into.seconds[static_cast<std::int64_t>(at)] = std::move(second);
  return {};
}

}  // namespace

void Tally::merge(const Tally& other) {
#define X(name, what) name += other.name;
  WHOOSH_SWARM_COUNTERS(X)
#undef X
  add(connect_failed, other.connect_failed);
  add(refused, other.refused);
  add(closed, other.closed);
  add(wrong_kinds, other.wrong_kinds);
  add(answers, other.answers);
  add(faults, other.faults);
  lateness_us.merge(other.lateness_us);
  connect_us.merge(other.connect_us);
  welcome_us.merge(other.welcome_us);
  echo_us.merge(other.echo_us);
  for (const auto& [at, second] : other.seconds) {
    Second& own = seconds[at];
    own.frames += second.frames;
    own.bytes += second.bytes;
    own.lateness_us.merge(second.lateness_us);
  }
}

json::object Tally::to_json() const {
  json::object counts;
#define X(name, what) counts[#name] = name;
  WHOOSH_SWARM_COUNTERS(X)
#undef X
  json::object kinds;
  each_kinds(*this, [&](const char* name, const Kinds& of) { kinds[name] = kinds_json(of); });
  json::object histograms;
  each_histogram(*this,
                 [&](const char* name, const Histogram& of) { histograms[name] = of.to_json(); });
  json::array rows;
  for (const auto& [at, second] : seconds) {
    rows.push_back(json::object{{"at", at},
                                {"frames", second.frames},
                                {"bytes", second.bytes},
                                {"lateness_us", second.lateness_us.to_json()}});
  }
  return {{"counts", std::move(counts)},
          {"kinds", std::move(kinds)},
          {"histograms", std::move(histograms)},
          {"seconds", std::move(rows)}};
}

base::Result<Tally> Tally::from_json(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return no_tally("tally");
  Tally out;
  std::string missing;
#define X(name, what) \
  if (!read_count(find(*object, {"counts", #name}), out.name)) missing = #name;
  WHOOSH_SWARM_COUNTERS(X)
#undef X
  each_kinds(out, [&](const char* name, Kinds& into) {
    const json::value* from = find(*object, {"kinds", name});
    if (from == nullptr || !from->is_object()) {
      missing = name;
      return;
    }
    for (const auto& [kind, times] : from->get_object()) {
      if (!read_count(&times, into[std::string(kind)])) missing = name;
    }
  });
  each_histogram(out, [&](const char* name, Histogram& into) {
    const json::value* from = find(*object, {"histograms", name});
    auto read = Histogram::from_json(from == nullptr ? json::value() : *from);
    if (read)
      into = std::move(*read);
    else
      missing = name;
  });
  const json::value* rows = object->if_contains("seconds");
  if (rows == nullptr || !rows->is_array()) missing = "seconds";
  if (!missing.empty()) return no_tally(missing);
  for (const json::value& row : rows->get_array()) {
    if (const auto ok = read_second(row, out); !ok) return ok.error();
  }
  return out;
}

}  // namespace whoosh::swarm
