// ViewWriter: what one viewer may see, written member by member, so that `room` can tell which
// members changed and send only those (RFC 7396 merge patch). The text is kept as it is sent:
// `"phase":"VOTING","round":3`.
//
// A viewer's whole view is the public view plus, for a player, the private view of his seat; the
// two have no member name in common. A member never vanishes: it becomes null. A member whose value
// is an object keeps its keys for the whole match (a merge patch can't see a key go), or the game
// writes null for a lost key.
//
// Owner: the room's scratch, one per shard; its thread only. Names are string literals.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/described.h"
#include "base/encoding.h"
#include "base/fixed.h"
#include "rules/limits.h"

namespace whoosh::rules {

class ViewWriter {
 public:
  struct Member {
    std::string_view name;
    std::uint32_t begin = 0;  // of `"name":value` in text()
    std::uint32_t value = 0;
    std::uint32_t end = 0;
  };

  // `full`: the view of a WELCOME or SYNC, with backlogs; otherwise one to compare with the last.
  void clear(bool full) {
    text_.clear();
    members_.clear();
    full_ = full;
  }

  template <class T>
  void member(std::string_view name, const T& value) {
    if (!text_.empty()) text_.push_back(',');
    const auto begin = static_cast<std::uint32_t>(text_.size());
    base::append_json_string(text_, name);
    text_.push_back(':');
    const auto value_begin = static_cast<std::uint32_t>(text_.size());
    base::JsonWriter out(text_);
    base::encode(out, value);
    members_.push_back({name, begin, value_begin, static_cast<std::uint32_t>(text_.size())});
  }

  // A tail of what went by as EVENT_* messages (the last lines of talk): only in full views, never
  // compared.
  template <class T>
  void backlog(std::string_view name, const T& value) {
    if (full_) member(name, value);
  }

  // Every field of a described struct as one member.
  template <base::Described T>
  void members(const T& view) {
    boost::mp11::mp_for_each<base::members_of<T>>(
        [&](auto m) { member(base::field_key(m.name), view.*m.pointer); });
  }

  [[nodiscard]] std::span<const Member> list() const { return members_.span(); }
  [[nodiscard]] std::string_view text() const { return text_; }  // of all members
  [[nodiscard]] std::string_view text(const Member& m) const {   // `"name":value`
    return std::string_view(text_).substr(m.begin, m.end - m.begin);
  }
  [[nodiscard]] std::string_view json(const Member& m) const {  // its value
    return std::string_view(text_).substr(m.value, m.end - m.value);
  }
  // Equal as long as names and values are; never 0.
  [[nodiscard]] std::uint64_t hash() const { return base::quick_hash64(text_) | 1; }

 private:
  std::string text_;
  base::FixedVector<Member, view_members_max> members_;
  bool full_ = true;
};

}  // namespace whoosh::rules
