#include "games/contract/contract.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "games/contract/merge_patch.h"
#include "games/contract/random_play.h"

namespace whoosh::games::contract {
namespace {

constexpr std::size_t view_bytes_max = 24 * 1024;
constexpr std::size_t message_bytes_max = 4 * 1024;
constexpr std::size_t tick_bytes_max = 512;

struct Match {
  rules::Table table;
  rules::Start start;
  std::uint64_t seed = 0;
};

// Match number i of a check: every table size, all mixes of humans and bots, settings now and then.
Match match_number(const rules::Game& game, std::uint32_t i) {
  const rules::GameInfo& info = game.info();
  base::Rng rng(1000 + i);
  const std::size_t seats = info.players_min + i % (info.players_max - info.players_min + 1U);
  const std::size_t bots = rng.below(static_cast<std::uint32_t>(seats));
  Match match;
  match.table = make_table(seats - bots, bots);
  for (auto& seat : match.table.seats) seat.newcomer = rng.chance(20);
  match.start.settings.one_room = rng.chance(20);
  match.start.settings.pace = static_cast<rules::Pace>(rng.below(3));
  match.start.settings.filter = static_cast<rules::Filter>(rng.below(3));
  match.start.match_no = rng.below(100);
  match.start.room_seed = rng.next();
  match.seed = rng.next();
  return match;
}

std::vector<rules::Viewer> viewers(const rules::Table& table) {
  std::vector<rules::Viewer> list = {rules::Viewer{}};
  for (std::uint8_t i = 0; i < table.size(); ++i) list.push_back({Seat{i}});
  return list;
}

// All that a viewer has: the public part, his private part, and TICK's members.
std::string all_of(Driver& driver, rules::Viewer viewer) {
  std::string text = driver.view({}) + "\n" + driver.tick_members();
  if (!viewer.is_public()) text += "\n" + driver.view(viewer);
  return text;
}

std::string everything(Driver& driver) {
  std::string text(driver.state_bytes());
  for (const rules::Viewer viewer : viewers(driver.table())) text += driver.view(viewer);
  text += driver.tick_members();
  for (const Told& told : driver.told()) {
    text +=
        std::to_string(told.tick) + " " + std::to_string(told.to.value) + told.type + told.payload;
  }
  return text + driver.game_over();
}

// ---- catalogue ----------------------------------------------------------------------------------

void expect_catalogue(const rules::Game& game) {
  const rules::GameInfo& info = game.info();
  EXPECT_FALSE(info.key.empty());
  EXPECT_FALSE(info.name.empty());
  EXPECT_FALSE(info.tagline.empty());
  EXPECT_GE(info.players_min, rules::seats_min);
  EXPECT_LE(info.players_min, info.players_default);
  EXPECT_LE(info.players_default, info.players_max);
  EXPECT_LE(info.players_max, rules::seats_max);
  EXPECT_LE(info.ticks_max, rules::ticks_max);
  EXPECT_LE(info.duration_s, info.ticks_max);
  EXPECT_FALSE(info.modes.empty());
  std::set<std::string_view> types;
  for (const rules::MessageSpec& spec : info.messages) {
    EXPECT_TRUE(types.insert(spec.type).second) << spec.type << " is listed twice";
    EXPECT_FALSE(spec.payload.empty()) << spec.type;
    EXPECT_FALSE(spec.summary.empty()) << spec.type;
    EXPECT_EQ(spec.from_client, !spec.type.starts_with("EVENT_")) << spec.type;
  }
}

// ---- endings ------------------------------------------------------------------------------------

void expect_result(const Driver& driver) {
  ASSERT_TRUE(driver.outcome().has_value())
      << "no end within " << driver.game().info().ticks_max << " ticks";
  const rules::Outcome& outcome = *driver.outcome();
  ASSERT_EQ(outcome.seats.size(), driver.table().size());
  bool first = false;
  for (const rules::SeatResult& seat : outcome.seats) {
    EXPECT_GE(seat.placement, 1);
    EXPECT_LE(seat.placement, driver.table().size());
    EXPECT_LE(seat.activity_percent, 100);
    EXPECT_TRUE(!seat.winner || seat.placement == 1) << "a winner is first";
    EXPECT_TRUE(!outcome.is_void || !seat.winner) << "nobody wins a void match";
    first |= seat.placement == 1;
  }
  EXPECT_TRUE(first);
  if (outcome.winner != base::no_seat) {
    ASSERT_LT(outcome.winner.value, driver.table().size());
    EXPECT_TRUE(outcome.seats[outcome.winner.value].winner);
  }
  base::JsonParser parser(64 * 1024);
  EXPECT_TRUE(parser.parse(driver.game_over()).has_value()) << driver.game_over();
}

void expect_end_whoever_leaves(const rules::Game& game) {
  using Why = rules::Leave::Why;
  const std::uint32_t ticks = game.info().ticks_max;
  for (std::size_t seats = game.info().players_min; seats <= game.info().players_max; ++seats) {
    for (const Why why : {Why::away, Why::bot, Why::abandoned}) {
      for (const std::uint32_t when : {0U, 1U, ticks / 4, ticks / 2, 3 * ticks / 4, ticks - 1}) {
        for (std::size_t leavers = 0; leavers <= seats; ++leavers) {
          Driver driver(game, make_table(seats, 0), {}, seats * 100 + leavers);
          driver.tick_until(when);
          for (std::size_t i = 0; i < leavers; ++i)
            driver.leave(Seat{static_cast<std::uint8_t>(i)}, why);
          driver.tick_until(ticks);
          expect_result(driver);
        }
      }
    }
    Driver bots_only(game, make_table(0, seats), {}, seats);
    bots_only.tick_until(ticks);
    expect_result(bots_only);
  }
}

// ---- random matches -----------------------------------------------------------------------------

void expect_determinism(const rules::Game& game, const Options& options) {
  for (std::uint32_t i = 0; i < options.matches; ++i) {
    const Match match = match_number(game, i);
    base::Rng rng(i);
    const auto log = random_match(game, match.table, options, rng, 3);
    Driver first(game, match.table, match.start, match.seed);
    Driver second(game, match.table, match.start, match.seed);
    play(first, log);
    play(second, log, [&] { (void)second.view({}); });  // looking changes nothing
    expect_result(first);
    ASSERT_EQ(everything(first), everything(second)) << "match " << i;
    EXPECT_EQ(first.rng(), second.rng());
  }
}

void expect_clock(Driver& driver, std::uint32_t elapsed) {
  const rules::Clock clock = driver.clock();
  EXPECT_FALSE(clock.phase.empty());
  EXPECT_FALSE(clock.step.empty());
  EXPECT_EQ(clock.elapsed_s, elapsed);
  EXPECT_EQ(clock.elapsed_s + clock.remaining_s, driver.game().info().duration_s);
  EXPECT_GE(clock.step_ends_s, clock.elapsed_s);
}

// What the room does: hash per member, changed members as a patch.
class Follower {
 public:
  explicit Follower(Driver& driver, rules::Viewer viewer) : driver_(driver), viewer_(viewer) {
    held_ = driver_.view(viewer_, false);
    last_ = held_;
  }
  void follow() {
    const std::string now = driver_.view(viewer_, false);
    held_ = merge_patch(held_, changed(last_, now));
    last_ = now;
    ASSERT_EQ(without_nulls(held_), without_nulls(now)) << "a patch lost something";
  }

 private:
  static std::string changed(const std::string& before, const std::string& now) {
    base::JsonParser old_parser(64 * 1024);
    base::JsonParser new_parser(64 * 1024);
    const auto old_view = old_parser.parse(before);
    const auto new_view = new_parser.parse(now);
    EXPECT_TRUE(old_view.has_value() && new_view.has_value());
    EXPECT_EQ(old_view->size(), new_view->size()) << "members come and go";
    std::string patch;
    new_view->for_each_member([&](std::string_view key, const base::JsonValue& value) {
      const auto old_value = old_view->get(key);
      ASSERT_TRUE(old_value.has_value()) << key;
      if (old_value->text() == value.text()) return;
      patch += (patch.empty() ? "\"" : ",\"") + std::string(key) + "\":" + value.text();
    });
    return "{" + patch + "}";
  }

  Driver& driver_;
  rules::Viewer viewer_;
  std::string held_;  // by the client
  std::string last_;  // by the room
};

void expect_views(const rules::Game& game, const Options& options) {
  for (std::uint32_t i = 0; i < options.matches; ++i) {
    const Match match = match_number(game, 50 + i);
    base::Rng rng(50 + i);
    const auto log = random_match(game, match.table, options, rng, 3);
    Driver driver(game, match.table, match.start, match.seed);
    Follower everybody(driver, {});
    Follower one(driver, {Seat{0}});
    std::uint32_t elapsed = 0;
    play(driver, log, [&] {
      elapsed = driver.now();
      everybody.follow();
      one.follow();
      expect_clock(driver, elapsed);
      EXPECT_LE(driver.view({}).size() + driver.view({Seat{0}}).size(), view_bytes_max);
      EXPECT_LE(driver.tick_members().size(), tick_bytes_max);
    });
    for (const Told& told : driver.told())
      EXPECT_LE(told.payload.size(), message_bytes_max) << told.type;
    if (::testing::Test::HasFatalFailure()) return;
  }
}

void expect_rejoin(const rules::Game& game, const Options& options) {
  for (std::uint32_t i = 0; i < options.matches; ++i) {
    const Match match = match_number(game, 100 + i);
    base::Rng rng(100 + i);
    const auto log = random_match(game, match.table, options, rng, 3);
    Driver driver(game, match.table, match.start, match.seed);
    play(driver, log, [&] {
      const Seat seat{
          static_cast<std::uint8_t>(rng.below(static_cast<std::uint32_t>(match.table.size())))};
      if (match.table.seats[seat.value].bot || driver.outcome()) return;
      driver.join(seat);  // he may be away in this match
      const std::string before = all_of(driver, {seat});
      driver.leave(seat, rules::Leave::Why::away);
      driver.join(seat);
      ASSERT_EQ(all_of(driver, {seat}), before) << "coming back shows another view";
    });
    if (::testing::Test::HasFatalFailure()) return;
  }
}

// Nobody but a human who is there is asked, and who says that he is there is asked no more.
void expect_idle_ends(const rules::Game& game, const Options& options) {
  using Why = rules::Leave::Why;
  for (std::uint32_t i = 0; i < options.matches; ++i) {
    const Match match = match_number(game, 200 + i);
    Driver driver(game, match.table, match.start, match.seed);  // everybody sleeps
    while (driver.now() < game.info().ticks_max && !driver.outcome()) {
      driver.tick();
      for (std::uint8_t at = 0; at < match.table.size(); ++at) {
        const Seat seat{at};
        if (match.table.seats[at].bot || driver.idle(seat) == rules::Idle::no) continue;
        ASSERT_FALSE(driver.outcome()) << "nobody is asked once the match is over";
        for (const Why why : {Why::away, Why::bot, Why::abandoned}) {
          Driver gone = driver.fork();
          gone.leave(seat, why);
          EXPECT_EQ(gone.idle(seat), rules::Idle::no) << "he is not there";
        }
        Driver awake = driver.fork();
        awake.join(seat);
        EXPECT_EQ(awake.idle(seat), rules::Idle::no);
      }
    }
  }
}

// ---- hidden information -------------------------------------------------------------------------

void expect_no_secret(const std::string& text, const std::vector<std::string>& secrets,
                      const std::string& where) {
  for (const std::string& secret : secrets) {
    ASSERT_EQ(text.find(secret), std::string::npos) << where << " shows " << secret << "\n" << text;
  }
}

// Everything that one event made, against the secrets of that moment.
void expect_nothing_told(Driver& driver, std::size_t told_before, const Options& options) {
  for (std::size_t i = told_before; i < driver.told().size(); ++i) {
    const Told& told = driver.told()[i];
    expect_no_secret(told.payload, options.secrets(driver, {told.to}),
                     told.type + " to " + std::to_string(told.to.value));
  }
}

void expect_no_influence(Driver& driver, const Options& options, rules::Viewer viewer,
                         base::Rng& rng) {
  const std::string before = all_of(driver, viewer);
  Driver other = driver.fork();
  options.scramble(other.raw_state(), other.table(), viewer, rng);
  ASSERT_EQ(all_of(other, viewer), before)
      << "seat " << int{viewer.seat.value} << " sees what it can't know, at " << driver.now();
}

void expect_hidden(const rules::Game& game, const Options& options) {
  for (std::uint32_t i = 0; i < options.matches; ++i) {
    const Match match = match_number(game, 150 + i);
    base::Rng rng(150 + i);
    const auto log = random_match(game, match.table, options, rng, 3);
    Driver driver(game, match.table, match.start, match.seed);
    std::size_t told = driver.told().size();
    play(driver, log, [&] {
      if (::testing::Test::HasFatalFailure()) return;
      expect_nothing_told(driver, told, options);
      told = driver.told().size();
      for (const rules::Viewer viewer : viewers(driver.table())) {
        if (!rng.chance(25)) continue;
        expect_no_secret(all_of(driver, viewer), options.secrets(driver, viewer),
                         "the view of seat " + std::to_string(viewer.seat.value));
        expect_no_influence(driver, options, viewer, rng);
      }
    });
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace

void expect_contract(const rules::Game& game, const Options& options) {
  ASSERT_TRUE(options.secrets && options.scramble) << "every game says what it hides";
  expect_catalogue(game);
  expect_end_whoever_leaves(game);
  expect_determinism(game, options);
  expect_views(game, options);
  expect_rejoin(game, options);
  expect_idle_ends(game, options);
  expect_hidden(game, options);
}

}  // namespace whoosh::games::contract
