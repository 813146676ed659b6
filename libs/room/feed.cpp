#include "room/feed.h"

#include <algorithm>

namespace whoosh::room {
namespace {

std::uint64_t hash_of(const rules::ViewWriter::Member& member) {
  return member.hash ^ base::hash64(member.name) * 0x9e3779b97f4a7c15ull;
}

void append_member(const rules::ViewWriter::Member& member, std::string_view value,
                   std::string& out) {
  if (!out.empty() && out.back() != '{') out.push_back(',');
  base::append_json_string(out, member.name);
  out.push_back(':');
  out.append(value);
}

}  // namespace

void Feed::diff(const rules::ViewWriter& view, std::string& patch) {
  const auto members = view.list();
  sent_.resize(members.size(), 0);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::uint64_t hash = hash_of(members[i]);
    if (hash == sent_[i]) continue;
    sent_[i] = hash;
    append_member(members[i], view.json(members[i]), patch);
  }
}

void Feed::reset_to(const rules::ViewWriter& view) {
  sent_.clear();
  for (const auto& member : view.list()) sent_.push_back(hash_of(member));
}

bool Feed::join_with(const rules::ViewWriter& view) {
  const auto members = view.list();
  sent_.resize(members.size(), 0);
  bool same = true;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (sent_[i] == hash_of(members[i])) continue;
    sent_[i] = 0;
    same = false;
  }
  return same;
}

void append_members(const rules::ViewWriter& view, std::string& out, bool nulls) {
  for (const auto& member : view.list())
    append_member(member, nulls ? "null" : view.json(member), out);
}

}  // namespace whoosh::room
