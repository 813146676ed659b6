// Goal: the shop's content is fit to sell, and a wrong line is refused by name. Method: every rule
// over every item of the real file; a table of broken lines.
#include "cosmetics/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "base/described.h"

namespace whoosh::cosmetics {
namespace {

// WCAG 2.2, relative luminance and contrast ratio.
double luminance(const std::string& colour) {
  const auto channel = [&](std::size_t at) {
    const double value = std::stoi(colour.substr(at, 2), nullptr, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}
double contrast(const std::string& a, const std::string& b) {
  const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
  return (light + 0.05) / (dark + 0.05);
}

TEST(Catalogue, has_forty_items_and_every_kind) {
  std::map<Kind, int> of_kind;
  for (const Item& item : all()) ++of_kind[item.kind];
  EXPECT_GE(all().size(), 40U);
  EXPECT_GE(of_kind[Kind::frame], 10);
  EXPECT_GE(of_kind[Kind::colour], 10);
  EXPECT_GE(of_kind[Kind::title], 10);
  EXPECT_GE(of_kind[Kind::reactions], 6);
}

TEST(Catalogue, finds_each_item_by_its_id) {
  for (const Item& item : all()) EXPECT_EQ(find(item.id), &item);
  EXPECT_EQ(find(""), nullptr);
  EXPECT_EQ(find("frame_of_nobody"), nullptr);
}

// About 20 coins a match and 200 a day: something for the first evening, something to save for.
TEST(Catalogue, prices_reach_from_an_evening_to_a_week) {
  for (const Kind kind : {Kind::frame, Kind::colour, Kind::title}) {
    const auto price = [&](bool cheapest) {
      std::int32_t found = cheapest ? price_max : 0;
      for (const Item& item : all()) {
        if (item.kind == kind)
          found = cheapest ? std::min(found, item.price) : std::max(found, item.price);
      }
      return found;
    };
    EXPECT_LE(price(true), 60) << base::enum_text(kind);
    EXPECT_GE(price(false), 1000) << base::enum_text(kind);
  }
}

TEST(Catalogue, names_and_titles_are_told_apart) {
  std::set<std::string> names;
  for (const Item& item : all()) EXPECT_TRUE(names.insert(item.name).second) << item.name;
}

TEST(Catalogue, text_on_every_colour_can_be_read) {
  for (const Item& item : all()) {
    if (item.kind != Kind::colour) continue;
    EXPECT_GE(contrast(item.value, item.ink), 4.5) << item.id;
  }
}

TEST(Catalogue, no_two_reactions_share_an_id_or_a_face) {
  std::set<std::string> seen;
  for (const Item& item : all()) {
    for (const auto& reaction : item.reactions)
      EXPECT_TRUE(seen.insert(reaction).second) << item.id;
    for (const auto& face : item.faces) EXPECT_TRUE(seen.insert(face).second) << item.id;
  }
}

// Both ways: no item without a picture, no picture without an item.
TEST(Catalogue, every_item_has_its_picture) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(WHOOSH_SOURCE_DIR) / "services/web/public/cosmetics";
  for (const Item& item : all()) {
    EXPECT_GT(fs::file_size(folder / (item.id + ".svg")), 100U) << item.id;
  }
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.path().extension() != ".svg") continue;
    EXPECT_NE(find(file.path().stem().string()), nullptr) << file.path().filename();
  }
}

TEST(Catalogue, a_pack_allows_its_own_reactions_only) {
  EXPECT_TRUE(allows("reactions_snacks", "pizza"));
  EXPECT_FALSE(allows("reactions_snacks", "snail"));
  EXPECT_FALSE(allows("reactions_snacks", ""));
  EXPECT_FALSE(allows("frame_neon", "pizza"));
  EXPECT_FALSE(allows("", "pizza"));
}

TEST(Catalogue, refuses_a_broken_line_by_its_number) {
  const std::string good =
      R"({"id":"title_a","kind":"title","name":"A","description":"B.","price":40,"text":"A"})";
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string line = good;
    return line.replace(line.find(from), from.size(), to);
  };
  ASSERT_TRUE(load(good + "\n").has_value());
  const std::pair<std::string, std::string> table[] = {
      {"{", "JSON"},
      {replaced(R"("price":40)", R"("price":"40")"), "fields"},
      {replaced(R"("kind":"title")", R"("kind":"hat")"), "fields"},
      {replaced("title_a", "hat_a"), "kind"},
      {replaced("title_a", "title_A"), "kind"},
      {replaced("title_a", "title_"), "kind"},
      {replaced(R"("name":"A")", R"("name":" A")"), "name"},
      {replaced(R"("B.")", R"("B")"), "sentence"},
      {replaced(R"("price":40)", R"("price":0)"), "price"},
      {replaced(R"("price":40)", R"("price":5001)"), "price"},
      {replaced(R"(,"text":"A")", ""), "missing"},
      {replaced(R"("text":"A")", R"("text":"A","ink":"#000000")"), "another kind"},
      {replaced(R"("text":"A")", R"("text":"This is much too long for one")"), "title"},
      {good, "already"},
  };
  for (const auto& [line, word] : table) {
    const auto loaded = load(good + "\n" + line + "\n");
    ASSERT_FALSE(loaded.has_value()) << line;
    const std::string why(loaded.error().sentence());
    EXPECT_NE(why.find("line 2"), why.npos) << why;
    EXPECT_NE(why.find(word), why.npos) << line << ": " << why;
  }
}

}  // namespace
}  // namespace whoosh::cosmetics
