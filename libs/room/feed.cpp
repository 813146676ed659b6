#include "room/feed.h"

namespace whoosh::room {
namespace {

std::uint64_t hash_of(std::string_view member) {
  return base::quick_hash64(member) | 1;
}

void append(std::string_view members, std::string& out) {
  if (members.empty()) return;
  if (!out.empty() && out.back() != '{') out.push_back(',');
  out.append(members);
}

}  // namespace

void append_changes(const rules::ViewWriter& before, const rules::ViewWriter& now,
                    std::string& patch) {
  const auto old = before.list();
  const auto members = now.list();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string_view text = now.text(members[i]);
    if (i >= old.size() || before.text(old[i]) != text) append(text, patch);
  }
}

void append_members(const rules::ViewWriter& view, std::string& out) {
  append(view.text(), out);
}

void append_nulls(const rules::ViewWriter& view, std::string& out) {
  for (const auto& member : view.list()) {
    if (!out.empty() && out.back() != '{') out.push_back(',');
    base::append_json_string(out, member.name);
    out.append(":null");
  }
}

void Feed::diff(const rules::ViewWriter& view, std::string& patch) {
  const auto members = view.list();
  sent_.resize(members.size(), 0);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string_view text = view.text(members[i]);
    const std::uint64_t hash = hash_of(text);
    if (hash == sent_[i]) continue;
    sent_[i] = hash;
    append(text, patch);
  }
}

bool Feed::join_with(const rules::ViewWriter& view) {
  const auto members = view.list();
  sent_.resize(members.size(), 0);
  bool same = true;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (sent_[i] == hash_of(view.text(members[i]))) continue;
    sent_[i] = 0;
    same = false;
  }
  return same;
}

}  // namespace whoosh::room
