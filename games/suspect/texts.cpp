#include "games/suspect/texts.h"

#include <cstring>

namespace whoosh::games::suspect {
namespace {

bool is_tail(TextArena::Kind kind) {
  return kind == TextArena::Kind::talk || kind == TextArena::Kind::whisper;
}

}  // namespace

bool TextArena::put(Kind kind, base::Seat seat, std::uint16_t at_s, std::string_view text) {
  if (text.size() > text_bytes_max) return false;
  std::size_t kept = 0;  // bytes that can't make way
  for (const Entry& entry : entries_) {
    const bool replaced = entry.kind == kind && entry.seat == seat;
    if (!is_tail(entry.kind) && !replaced) kept += entry.size;
  }
  if (kept + text.size() > texts_bytes_max) return false;

  if (!is_tail(kind)) {
    for (std::size_t i = entries_.size(); i-- > 0;) {
      if (entries_[i].kind == kind && entries_[i].seat == seat) erase(i);
    }
  }
  if (kind == Kind::talk && count(kind) == talk_shown_max) erase_oldest(kind);
  if (kind == Kind::whisper && count(kind) == whispers_shown_max) erase_oldest(kind);
  while (used_ + text.size() > texts_bytes_max) {
    if (!erase_oldest(Kind::talk)) erase_oldest(Kind::whisper);
  }
  std::memcpy(bytes_.data() + used_, text.data(), text.size());
  used_ += static_cast<std::uint32_t>(text.size());
  entries_.push_back({at_s, seat, kind, static_cast<std::uint8_t>(text.size())});
  return true;
}

std::optional<std::string_view> TextArena::find(Kind kind, base::Seat seat) const {
  std::optional<std::string_view> found;
  for_each(kind, [&](const Entry& entry, std::string_view text) {
    if (entry.seat == seat) found = text;
  });
  return found;
}

std::size_t TextArena::count(Kind kind) const {
  std::size_t n = 0;
  for (const Entry& entry : entries_) n += entry.kind == kind;
  return n;
}

void TextArena::erase(std::size_t index) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < index; ++i) begin += entries_[i].size;
  const std::size_t size = entries_[index].size;
  std::memmove(bytes_.data() + begin, bytes_.data() + begin + size, used_ - begin - size);
  used_ -= static_cast<std::uint32_t>(size);
  entries_.erase_at(index);
}

bool TextArena::erase_oldest(Kind kind) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].kind == kind) {
      erase(i);
      return true;
    }
  }
  return false;
}

}  // namespace whoosh::games::suspect
