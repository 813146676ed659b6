// ViewWriter: what one viewer may see, written member by member, so that `room` can tell by hash
// which members changed and send only those (RFC 7396 merge patch).
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
    std::uint32_t begin = 0;  // of the value in bytes()
    std::uint32_t end = 0;
    std::uint64_t hash = 0;  // of the value's JSON
  };

  // `full`: the view of a WELCOME or SYNC, with backlogs; otherwise one to compare with the last.
  void clear(bool full) {
    bytes_.clear();
    members_.clear();
    full_ = full;
  }

  template <class T>
  void member(std::string_view name, const T& value) {
    const auto begin = static_cast<std::uint32_t>(bytes_.size());
    base::JsonWriter out(bytes_);
    base::encode(out, value);
    const auto end = static_cast<std::uint32_t>(bytes_.size());
    members_.push_back(
        {name, begin, end, base::hash64(std::string_view(bytes_).substr(begin, end - begin))});
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
  [[nodiscard]] std::string_view json(const Member& m) const {
    return std::string_view(bytes_).substr(m.begin, m.end - m.begin);
  }

 private:
  std::string bytes_;
  base::FixedVector<Member, view_members_max> members_;
  bool full_ = true;
};

}  // namespace whoosh::rules
