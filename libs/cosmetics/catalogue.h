// Catalogue: what the store sells (content/cosmetics.jsonl, compiled in): frames around the avatar,
// colours of the name's plate, titles under it, and packs of reactions for rooms. Cosmetics only:
// no item changes a rule of any game. Who owns what is the store's knowledge (store/economy.h),
// what an item is and costs is here.
//
// An item that was ever sold keeps its id and kind for good: people own it. Its price and words may
// change; a purchase pays the price of its moment.
//
// Constants once loaded; any thread.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded.h"
#include "base/result.h"

namespace whoosh::cosmetics {

inline constexpr std::int32_t price_min = 10;
inline constexpr std::int32_t price_max = 5'000;
inline constexpr std::size_t name_characters_max = 24;
inline constexpr std::size_t description_characters_max = 100;
inline constexpr std::size_t title_characters_max = 20;
inline constexpr std::size_t reactions_max = 6;  // of one pack

BOOST_DEFINE_ENUM_CLASS(Kind, frame, colour, title, reactions)

struct Item {
  std::string id;  // "frame_neon": its kind, then a word; [a-z_]
  Kind kind = Kind::frame;
  std::string name;
  std::string description;  // one sentence
  std::int32_t price = 0;   // coins
  // Frames: what to draw, and in which colours ("#rrggbb").
  std::vector<std::string> colours = {};
  std::string motif = {};
  // Colours: of the plate and of the text on it; contrast 4.5 at least.
  std::string value = {};
  std::string ink = {};
  // Titles: the words that others read.
  std::string text = {};
  // Reactions: ids of the emotes that the pack adds to everybody's, and how each looks.
  std::vector<std::string> reactions = {};
  std::vector<std::string> faces = {};

  [[nodiscard]] std::string image() const;  // "/cosmetics/frame_neon.svg"
};

// In the order in which a shop shows them.
[[nodiscard]] std::span<const Item> all();
// nullptr: no such item.
[[nodiscard]] const Item* find(std::string_view id);
// Whether this pack ("" or another kind's id: none) allows this emote.
[[nodiscard]] bool allows(std::string_view pack, std::string_view emote);

// What all() is made of. invalid_input names the line and what is wrong with it.
[[nodiscard]] base::Result<std::vector<Item>> load(std::string_view jsonl);
[[nodiscard]] std::span<const base::EmbeddedFile> embedded();

}  // namespace whoosh::cosmetics
