#include "tools/swarm/mirror.h"

#include <fmt/format.h>

#include <algorithm>

namespace whoosh::swarm {
namespace {

namespace json = boost::json;

// Members of full views only; between two of them events fill them.
struct Backlog {
  const char* event;
  const char* member;
  std::size_t shown_max;
};
constexpr Backlog backlogs[] = {{"EVENT_SAY", "talk", 12}, {"EVENT_WHISPER", "whispers", 8}};

const json::value null_value;

const json::value& member_of(const json::object& object, std::string_view key) {
  const json::value* found = object.if_contains(key);
  return found == nullptr ? null_value : *found;
}

std::string shortened(const json::value& value) {
  std::string text = json::serialize(value);
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return text;
}

const Backlog* backlog_of(std::string_view member) {
  const auto* const found = std::find_if(std::begin(backlogs), std::end(backlogs),
                                         [&](const Backlog& b) { return member == b.member; });
  return found == std::end(backlogs) ? nullptr : found;
}

// Theirs is ours, from the same end, and perhaps some more that was said just now. An empty list
// and none at all are the same.
bool same_backlog(const json::value& own, const json::value& theirs, std::size_t shown_max) {
  static const json::array empty;
  const json::array& ours = own.is_array() ? own.get_array() : empty;
  const json::array& all = theirs.is_array() ? theirs.get_array() : empty;
  for (std::size_t fresh = 0; fresh <= all.size(); ++fresh) {
    const std::size_t old = all.size() - fresh;
    if (old > ours.size() || (old < ours.size() && all.size() < shown_max)) continue;
    const auto from = ours.end() - static_cast<std::ptrdiff_t>(old);
    if (std::equal(from, ours.end(), all.begin(), same_view)) return true;
  }
  return false;
}

bool same_member(std::string_view key, const json::value& own, const json::value& theirs) {
  if (const Backlog* backlog = backlog_of(key))
    return same_backlog(own, theirs, backlog->shown_max);
  return same_view(own, theirs);
}

}  // namespace

void merge_view(json::value& target, const json::value& patch) {
  const json::object* members = patch.if_object();
  if (members == nullptr || !target.is_object()) {
    target = patch;
    return;
  }
  json::object& into = target.get_object();
  for (const auto& [key, value] : *members) merge_view(into[key], value);
}

bool same_view(const json::value& a, const json::value& b) {
  if (a.is_object() && b.is_object()) {
    const json::object& left = a.get_object();
    const json::object& right = b.get_object();
    return std::all_of(left.begin(), left.end(),
                       [&](const auto& pair) {
                         return same_view(pair.value(), member_of(right, pair.key()));
                       }) &&
           std::all_of(right.begin(), right.end(), [&](const auto& pair) {
             return pair.value().is_null() || left.contains(pair.key());
           });
  }
  if (a.is_array() && b.is_array()) {
    return std::equal(a.get_array().begin(), a.get_array().end(), b.get_array().begin(),
                      b.get_array().end(), same_view);
  }
  return a == b;
}

void Mirror::reset(const json::object& welcome) {
  const json::value& state = member_of(welcome, "state");
  view_ = state.is_object() ? state.get_object() : json::object();
}

bool Mirror::apply(const json::object& state) {
  const json::value& patch = member_of(state, "patch");
  if (!patch.is_object()) return false;
  for (const auto& [key, value] : patch.get_object()) {
    // A view's members are replaced as a whole or merged; both give the same where both are whole.
    merge_view(view_[key], value);
  }
  return true;
}

void Mirror::heard(std::string_view type, const json::object& event) {
  for (const Backlog& backlog : backlogs) {
    if (type != backlog.event) continue;
    json::value& list = view_[backlog.member];
    if (!list.is_array()) list = json::array();
    json::array& rows = list.get_array();
    rows.push_back(event);
    if (rows.size() > backlog.shown_max) rows.erase(rows.begin());
  }
}

std::optional<std::string> Mirror::difference(const json::object& welcome) const {
  const json::value& state = member_of(welcome, "state");
  if (!state.is_object()) return "WELCOME has no state";
  const auto differs = [](std::string_view key, const json::value& own, const json::value& theirs) {
    return fmt::format("{}: rebuilt {}, WELCOME has {}", key, shortened(own), shortened(theirs));
  };
  for (const auto& [key, value] : state.get_object()) {
    const json::value& own = member_of(view_, key);
    if (!same_member(key, own, value)) return differs(key, own, value);
  }
  for (const auto& [key, value] : view_) {
    const json::value& theirs = member_of(state.get_object(), key);
    if (!same_member(key, value, theirs)) return differs(key, value, theirs);
  }
  return std::nullopt;
}

}  // namespace whoosh::swarm
