#include "games/contract/merge_patch.h"

#include <boost/json.hpp>
#include <map>

namespace whoosh::games::contract {
namespace {

namespace json = boost::json;

json::value parsed(std::string_view text) {
  return json::parse(json::string_view(text.data(), text.size()));
}

void merge(json::value& target, const json::value& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = json::object();
  for (const auto& member : patch.as_object()) {
    if (member.value().is_null())
      target.as_object().erase(member.key());
    else
      merge(target.as_object()[member.key()], member.value());
  }
}

json::value stripped(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    for (const json::value& item : value.as_array()) out.push_back(stripped(item));
    return out;
  }
  if (!value.is_object()) return value;
  std::map<std::string, json::value> sorted;
  for (const auto& member : value.as_object()) {
    if (!member.value().is_null())
      sorted.emplace(std::string(member.key()), stripped(member.value()));
  }
  json::object out;
  for (auto& [key, item] : sorted) out.emplace(key, std::move(item));
  return out;
}

}  // namespace

std::string merge_patch(std::string_view target, std::string_view patch) {
  json::value merged = parsed(target);
  merge(merged, parsed(patch));
  return json::serialize(merged);
}

std::string without_nulls(std::string_view text) {
  return json::serialize(stripped(parsed(text)));
}

}  // namespace whoosh::games::contract
