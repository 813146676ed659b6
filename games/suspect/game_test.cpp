// Goal: Suspect keeps the contract of all games and its own rules. Method: the contract suite with
// what Suspect hides; play scripts (scripts/*.play) for the rules; whole matches of bots for what
// only many matches show.
#include "games/suspect/game.h"

#include <gtest/gtest.h>

#include <set>

#include "games/contract/contract.h"
#include "games/contract/play_runner.h"

namespace whoosh::games::suspect {
namespace {

using contract::Driver;

const State& state_of(const Driver& driver) {
  return *reinterpret_cast<const State*>(driver.raw_state());
}

bool knows_as_culprit(const State& state, rules::Viewer viewer) {
  return !viewer.is_public() && is_culprit(state, viewer.seat);
}

std::vector<std::string> secrets(const Driver& driver, rules::Viewer viewer) {
  const State& state = state_of(driver);
  if (state.phase == Phase::FINISHED) return {};
  std::vector<std::string> list = {"\"culprits\":[", "\"points\":{", "\"mvp\":"};
  if (viewer.is_public()) list.insert(list.end(), {"\"role\"", "\"my_vote\"", "\"culprit\":"});
  if (!knows_as_culprit(state, viewer)) {
    list.insert(list.end(), {"\"role\":\"CULPRIT\"", "\"fellows\":[\"", "\"kind\":\"blank\""});
    state.texts.for_each(TextArena::Kind::whisper,
                         [&](const TextArena::Entry&, std::string_view text) {
                           if (text.size() > 12) list.emplace_back(text);
                         });
  } else {
    list.emplace_back("\"scene\":{");
  }
  if (!viewer.is_public() && at(state, viewer.seat).role != Role::INSPECTOR) {
    list.emplace_back("\"culprit\":");
    list.emplace_back("\"role\":\"INSPECTOR\"");
  }
  return list;
}

// Deals the other seats' roles, cards, scene, votes and private texts anew, as far as `viewer`
// can't know them.
void scramble(std::byte* bytes, const rules::Table&, rules::Viewer viewer, base::Rng& rng) {
  State& state = *reinterpret_cast<State*>(bytes);
  if (state.phase == Phase::FINISHED) return;
  const bool culprit = knows_as_culprit(state, viewer);
  if (viewer.is_public() || culprit) {
    state.scene = static_cast<std::uint8_t>(rng.below(scenes_per_match));
  }
  if (!culprit) {
    state.escape = static_cast<std::uint8_t>(rng.below(scenes_per_match));
    state.escape_locked = rng.chance(50);
  }
  if (viewer.is_public() || at(state, viewer.seat).role != Role::INSPECTOR) {
    state.inspected = Seat{static_cast<std::uint8_t>(rng.below(state.seats))};
    state.inspect_told = rng.chance(50);
  }
  for_each_seat(state, [&](Seat seat) {
    if (!viewer.is_public() && seat == viewer.seat) return;
    SeatState& other = at(state, seat);
    other.points = static_cast<std::int32_t>(rng.below(500));
    if (state.phase == Phase::VOTING)
      other.vote = Seat{static_cast<std::uint8_t>(rng.below(state.seats))};
    other.card.kind = static_cast<CardKind>(rng.below(3));
    other.card.targets.seats[0] = Seat{static_cast<std::uint8_t>(rng.below(state.seats))};
    if (state.step == Step::ANSWER && has_answered(other, state.round)) {
      EXPECT_TRUE(state.texts.put(answer_kind(state.round), seat, 0, "something else"));
    }
    const bool inspector = !viewer.is_public() && at(state, viewer.seat).role == Role::INSPECTOR;
    if (inspector && state.inspect_told && state.inspected == seat) return;
    if (!culprit)
      other.role = static_cast<Role>(rng.below(3));
    else if (other.role != Role::CULPRIT)
      other.role = static_cast<Role>(rng.below(2));
  });
}

TEST(Suspect, KeepsTheContract) {
  contract::Options options;
  options.keys = {"target", "q", "text", "line", "kind", "targets", "scene"};
  options.values = {"\"1\"",
                    "\"2\"",
                    "\"3\"",
                    "\"4\"",
                    "\"5\"",
                    "\"bot_1\"",
                    "\"bot_2\"",
                    "null",
                    "1",
                    "2",
                    "3",
                    "\"press\"",
                    "\"one_of\"",
                    "\"clear\"",
                    "[\"1\",\"2\",\"3\"]",
                    "[\"2\",\"3\",\"4\"]",
                    "[\"4\"]",
                    "\"we meet at the old oak\"",
                    "\"cold and a bit wet\"",
                    "\"l01\"",
                    "\"l02\"",
                    "\"the lighthouse\"",
                    "\"castle\"",
                    "\"library\"",
                    "\"museum\"",
                    "\"zoo\""};
  options.secrets = secrets;
  options.scramble = scramble;
  contract::expect_contract(game(), options);
}

TEST(Suspect, PlaysItsScripts) {
  contract::expect_plays(game(), WHOOSH_SOURCE_DIR "/games/suspect/scripts");
}

// ---- what only many matches show ----------------------------------------------------------------

bool is_true(const State& state, const Card& card) {
  bool culprit = false;
  for (std::uint8_t i = 0; i < card.targets.size; ++i)
    culprit |= is_culprit(state, card.targets.seats[i]);
  return card.kind == CardKind::one_of ? culprit : !culprit;
}

TEST(Suspect, DealsWhatTheTableSays) {
  for (std::size_t seats = 4; seats <= seats_max; ++seats) {
    const auto& setup = setup_for(seats);
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const Driver driver(game(), contract::make_table(seats, 0), {}, seed);
      const State& state = state_of(driver);
      std::size_t culprits = 0;
      std::size_t inspectors = 0;
      std::size_t cards = 0;
      for_each_seat(state, [&](Seat seat) {
        const SeatState& own = at(state, seat);
        culprits += own.role == Role::CULPRIT;
        inspectors += own.role == Role::INSPECTOR;
        cards += own.card.dealt;
        if (!own.card.dealt) return;
        EXPECT_EQ(own.role == Role::CULPRIT, own.card.kind == CardKind::blank);
        if (own.role == Role::CULPRIT) return;
        EXPECT_EQ(own.card.targets.size, own.card.kind == CardKind::one_of ? 3 : 1);
        EXPECT_TRUE(is_true(state, own.card)) << seats << " seats, seed " << seed;
        EXPECT_FALSE(own.card.targets.has(seat)) << "a card never names its holder";
      });
      ASSERT_EQ(culprits, setup.culprits);
      ASSERT_EQ(inspectors, setup.inspector ? 1U : 0U);
      ASSERT_EQ(cards, setup.cards);
    }
  }
}

TEST(Suspect, TheNewsAreTrue) {
  for (std::size_t seats = 4; seats <= seats_max; ++seats) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Driver driver(game(), contract::make_table(0, seats), {}, seed);
      driver.tick_until(news_s);
      const State& state = state_of(driver);
      ASSERT_EQ(state.news.size(), setup_for(seats).news_names);
      std::size_t culprits = 0;
      for (std::size_t i = 0; i < state.news.size(); ++i) {
        culprits += is_culprit(state, state.news[i]);
        for (std::size_t j = 0; j < i; ++j) EXPECT_NE(state.news[i], state.news[j]);
      }
      EXPECT_GE(culprits, 1U);
    }
  }
}

TEST(Suspect, RematchesRepeatNoSceneAndNoCase) {
  std::set<SceneNo> scenes;
  std::set<std::uint8_t> cases;
  const std::size_t all_scenes = contents()[0].scenes.size();
  const std::size_t all_cases = contents()[0].cases.size();
  for (std::uint32_t match_no = 0; match_no < all_scenes; ++match_no) {
    rules::Start start;
    start.room_seed = 42;
    start.match_no = match_no;
    const Driver driver(game(), contract::make_table(8, 0), start, match_no);
    const State& state = state_of(driver);
    EXPECT_TRUE(scenes.insert(state.scenes[state.scene]).second) << "match " << match_no;
    if (match_no < all_cases) {
      EXPECT_TRUE(cases.insert(state.case_no).second) << "match " << match_no;
    }
    const std::set<SceneNo> shown(state.scenes.begin(), state.scenes.end());
    EXPECT_EQ(shown.size(), scenes_per_match);
    std::size_t played_before = 0;
    for (const SceneNo scene : shown) played_before += scenes.contains(scene);
    if (match_no + scenes_per_match <= all_scenes) {
      EXPECT_EQ(played_before, 1U) << "old scenes are no candidates";
    }
  }
}

TEST(Suspect, EverySeatGetsEveryRole) {
  std::array<std::array<int, 3>, 8> roles{};
  for (std::uint64_t seed = 0; seed < 800; ++seed) {
    const Driver driver(game(), contract::make_table(5, 3), {}, seed);
    const State& state = state_of(driver);
    for_each_seat(state,
                  [&](Seat seat) { ++roles[seat.value][static_cast<int>(at(state, seat).role)]; });
  }
  for (const auto& seat : roles) {
    // 800 deals, 2 culprits and 1 inspector of 8: 200 and 100 expected, ± 5 standard deviations.
    EXPECT_NEAR(seat[static_cast<int>(Role::CULPRIT)], 200, 62);
    EXPECT_NEAR(seat[static_cast<int>(Role::INSPECTOR)], 100, 47);
  }
}

TEST(Suspect, BotsOfBothSidesWinSometimes) {
  for (std::size_t seats = 4; seats <= seats_max; ++seats) {
    int town = 0;
    int slipped_away = 0;
    constexpr int matches = 300;
    for (std::uint64_t seed = 0; seed < matches; ++seed) {
      rules::Start start;
      start.room_seed = seed;
      Driver driver(game(), contract::make_table(0, seats), start, seed);
      driver.tick_until(match_s);
      ASSERT_TRUE(driver.outcome().has_value());
      const State& state = state_of(driver);
      town += state.decision.town_wins;
      slipped_away += state.decision.slipped_away;
      for_each_seat(state, [&](Seat seat) {
        EXPECT_TRUE(at(state, seat).locked) << "bots decide";
        for (std::uint8_t round = 1; round <= rounds; ++round) {
          EXPECT_TRUE(has_answered(at(state, seat), round)) << "bots answer";
        }
      });
    }
    EXPECT_GT(town, matches / 4) << seats << " seats";
    EXPECT_LT(town, 3 * matches / 4) << seats << " seats";
    EXPECT_GT(slipped_away, matches / 20) << seats << " seats";
  }
}

TEST(Suspect, BotsDoNotParrotEachOther) {
  for (const std::size_t seats : {4, 6, 8}) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Driver driver(game(), contract::make_table(0, seats), {}, seed);
      driver.tick_until(news_s);
      for (std::uint8_t round = 1; round <= rounds; ++round) {
        std::multiset<std::string> texts;
        state_of(driver).texts.for_each(
            answer_kind(round),
            [&](const TextArena::Entry&, std::string_view text) { texts.emplace(text); });
        const std::set<std::string> different(texts.begin(), texts.end());
        EXPECT_EQ(texts.size(), seats);
        EXPECT_GE(different.size(), std::min<std::size_t>(seats, 4)) << seats << ", seed " << seed;
      }
    }
  }
}

// What a bot does when, and which kind of card it shows, tells nobody which side it is on.
TEST(Suspect, BotsOfBothSidesLookAlike) {
  for (std::size_t seats = 4; seats <= seats_max; ++seats) {
    int first_is_culprit = 0;
    int cards = 0;
    int clears = 0;
    constexpr int matches = 300;
    for (std::uint64_t seed = 0; seed < matches; ++seed) {
      rules::Start start;
      start.room_seed = seed;
      Driver driver(game(), contract::make_table(0, seats), start, seed);
      const State& state = state_of(driver);
      std::vector<Seat> first;
      while (first.empty() && driver.now() < news_s) {
        driver.tick();
        for_each_seat(state, [&](Seat seat) {
          if (at(state, seat).meter != no_seat) first.push_back(seat);
        });
      }
      ASSERT_FALSE(first.empty()) << "bots take part in the meter";
      first_is_culprit += is_culprit(state, first[seed % first.size()]);
      driver.tick_until(news_s);
      for (const Evidence& evidence : state.evidence) {
        if (!is_culprit(state, evidence.by)) continue;
        ++cards;
        clears += evidence.kind == EvidenceKind::clear;
      }
    }
    // Whoever suspects first is a culprit as often as anybody.
    const int fair = matches * setup_for(seats).culprits / static_cast<int>(seats);
    EXPECT_NEAR(first_is_culprit, fair, matches / 8) << seats << " seats";
    EXPECT_GT(clears, cards / 5) << seats << " seats";
    if (seats > 4) EXPECT_GT(cards - clears, cards / 5) << seats << " seats";
  }
}

// A bot that plays beside a human culprit leaves the escape to him.
TEST(Suspect, ABotWaitsForItsHumanPartner) {
  int pairs = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Driver driver(game(), contract::make_table(1, 7), {}, seed);
    if (!is_culprit(state_of(driver), Seat{0})) continue;
    ++pairs;
    while (driver.now() < match_s - 11) {
      driver.tick();
      if (driver.now() % 40 == 0) (void)driver.input(Seat{0}, "ROLE_SEEN", "{}");  // he is there
    }
    EXPECT_EQ(state_of(driver).escape, no_scene) << seed;
    EXPECT_FALSE(state_of(driver).escape_locked) << seed;
    driver.tick_until(match_s);
    EXPECT_NE(state_of(driver).escape, no_scene) << "in the last seconds it helps out";
  }
  EXPECT_GT(pairs, 20);
}

}  // namespace
}  // namespace whoosh::games::suspect
