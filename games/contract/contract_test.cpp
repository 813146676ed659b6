// Goal: the contract suite and the play runner find what they are for. Method: a toy game that is
// sound, and the same game with one planted bug each.
#include "games/contract/contract.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "games/contract/play_runner.h"

namespace whoosh::games::contract {
namespace {

enum class Bug : std::uint8_t {
  none,
  shows_the_secret,
  secret_counts,
  never_ends,
  loses_members,
  rolls_dice
};

struct PickInput {
  std::uint8_t number = 0;
};
BOOST_DESCRIBE_STRUCT(PickInput, (), (number))
struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

// Ten seconds in which one seat secretly holds a number and everybody may pick one.
template <Bug bug>
struct Toy {
  struct State {
    std::uint32_t tick = 0;
    std::uint8_t secret = 0;
    std::uint8_t holder = 0;
    std::uint8_t seats = 0;
    std::uint8_t over = 0;
    std::array<std::uint8_t, rules::seats_max + 2> picks{};
  };

  static const rules::GameInfo& info() {
    static constexpr std::string_view modes[] = {"standard"};
    static constexpr rules::MessageSpec messages[] = {{"PICK", "PickInput", "Pick a number."}};
    static const rules::GameInfo info = {.key = "toy",
                                         .name = "Toy",
                                         .tagline = "Pick a number.",
                                         .players_min = 2,
                                         .players_max = 4,
                                         .players_default = 3,
                                         .duration_s = 10,
                                         .ticks_max = 10,
                                         .modes = modes,
                                         .messages = messages};
    return info;
  }
  static base::Result<> apply(State& state, const rules::Event& event, rules::Ctx& ctx) {
    if (std::holds_alternative<rules::Start>(event)) {
      state.seats = static_cast<std::uint8_t>(ctx.table().size());
      state.holder = static_cast<std::uint8_t>(ctx.rng().below(state.seats));
      state.secret = static_cast<std::uint8_t>(100 + ctx.rng().below(100));
    }
    if (const auto* input = std::get_if<rules::Input>(&event)) {
      if (input->type != "PICK") return base::ErrorCode::unknown_type;
      const auto pick = base::decode_as<PickInput>(input->payload, base::ErrorCode::bad_payload);
      if (!pick) return pick.error();
      state.picks[input->seat.value] = pick->number;
    }
    if (std::holds_alternative<rules::Tick>(event)) tick(state, ctx);
    return {};
  }
  static void tick(State& state, rules::Ctx& ctx) {
    state.tick = ctx.tick();
    if (bug == Bug::rolls_dice) state.picks[0] = static_cast<std::uint8_t>(++dice);
    if (state.tick < 10 || bug == Bug::never_ends) return;
    state.over = 1;
    rules::Outcome outcome;
    for (std::uint8_t i = 0; i < state.seats; ++i) outcome.seats.push_back({});
    ctx.end(outcome, Nothing{});
  }
  static void view(const State& state, const rules::Table&, rules::Viewer viewer,
                   rules::ViewWriter& out) {
    if (!viewer.is_public()) {
      out.member("pick", state.picks[viewer.seat.value]);
      if (viewer.seat.value == state.holder)
        out.member("secret", state.secret);
      else if (bug != Bug::loses_members || state.tick < 5)
        out.member("secret", base::Raw{});
      return;
    }
    out.member("tick", state.tick);
    if (bug == Bug::shows_the_secret) out.member("secret_number", state.secret);
    if (bug == Bug::secret_counts) out.member("is_even", state.secret % 2 == 0);
  }
  static rules::Clock clock(const State& state, const rules::Table&) {
    return {"PLAYING", "PICK", 10, state.tick, 10 - state.tick};
  }
  static void tick_members(const State&, const rules::Table&, base::JsonWriter&) {}

  static inline std::uint32_t dice = 0;  // what no game may have
};

template <Bug bug>
const rules::Game& toy() {
  static const rules::GameOf<Toy<bug>> game;
  return game;
}

template <Bug bug>
Options options_of() {
  using State = typename Toy<bug>::State;
  Options options;
  options.keys = {"number"};
  options.values = {"1", "2", "300", "\"one\""};
  options.matches = 4;
  options.secrets = [](const Driver& driver, rules::Viewer viewer) -> std::vector<std::string> {
    const auto& state = *reinterpret_cast<const State*>(driver.raw_state());
    if (viewer.seat.value == state.holder) return {};
    return {"\"secret_number\":" + std::to_string(state.secret)};
  };
  options.scramble = [](std::byte* bytes, const rules::Table&, rules::Viewer viewer,
                        base::Rng& rng) {
    auto& state = *reinterpret_cast<State*>(bytes);
    if (viewer.seat.value != state.holder)
      state.secret = static_cast<std::uint8_t>(100 + rng.below(100));
  };
  return options;
}

// What the suite says about a game, in one text.
template <Bug bug>
std::string verdict() {
  testing::TestPartResultArray results;
  {
    testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    expect_contract(toy<bug>(), options_of<bug>());
  }
  std::string text;
  for (int i = 0; i < results.size(); ++i) text += results.GetTestPartResult(i).message();
  return text;
}

TEST(Contract, AcceptsASoundGame) {
  EXPECT_EQ(verdict<Bug::none>(), "");
}

TEST(Contract, FindsASecretInAView) {
  EXPECT_NE(verdict<Bug::shows_the_secret>().find("shows \"secret_number\""), std::string::npos);
}

TEST(Contract, FindsTheInfluenceOfASecret) {
  EXPECT_NE(verdict<Bug::secret_counts>().find("sees what it can't know"), std::string::npos);
}

TEST(Contract, FindsAMatchWithoutEnd) {
  EXPECT_NE(verdict<Bug::never_ends>().find("no end within 10 ticks"), std::string::npos);
}

TEST(Contract, FindsMembersThatVanish) {
  EXPECT_NE(verdict<Bug::loses_members>().find("members come and go"), std::string::npos);
}

TEST(Contract, FindsDiceOfItsOwn) {
  EXPECT_NE(verdict<Bug::rolls_dice>().find("match 0"), std::string::npos);
}

// ---- play scripts -------------------------------------------------------------------------------

struct Script {
  const char* text;
  const char* complaint;  // part of it; "": the script holds
};

class PlayRunner : public testing::TestWithParam<Script> {};

TEST_P(PlayRunner, SaysWhatIsWrong) {
  const std::string said = run_play(toy<Bug::none>(), GetParam().text);
  if (*GetParam().complaint == '\0') {
    EXPECT_EQ(said, "");
  } else {
    EXPECT_NE(said.find(GetParam().complaint), std::string::npos) << said;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, PlayRunner,
    testing::Values(
        Script{"seats 2\nat 1 seat p1 PICK number=7\nat 1 seat p1 sees pick = 7\nat end outcome "
               "void = false",
               ""},
        Script{"seats 2\nbots 1\ngiven seat p2 secret > 150\nat 1 seat p2 sees secret > 150", ""},
        Script{"seats 2\nat 1 seat p1 PICK number=x -> bad_payload\nat 1 each PICK number=3", ""},
        Script{"seats 2\nat 3 let $t = everybody tick\nat 3 everybody sees tick = $t\nat 3 clock "
               "elapsed = 3",
               ""},
        Script{"seats 2\nat 1 seat p1 PICK number=7\nat 1 seat p1 sees pick = 8", "line 3"},
        Script{"seats 2\nat 1 seat p1 PICK number=x", "the answer is bad_payload"},
        Script{"seats 2\nat 1 seat p1 PICK number=1 -> rate", "the answer is ok"},
        Script{"seats 2\nat 5 everybody sees tick = 5\nat 4 everybody sees tick = 4",
               "order of time"},
        Script{"seats 2\nat 1 told all EVENT_NEWS", "it was not told"},
        Script{"seats 2\nat 11 everybody sees tick = 11", "the match has ended at 10"},
        Script{"seats 2\ngiven seat p1 secret = 7\nat 1 everybody sees tick = 1", "no deal fits"},
        Script{"seats 2\nat 1 seat p9 PICK number=1", "no such seat"},
        Script{"seats 2\nat 1 everybody sees tick = $nobody", "no such name"},
        Script{"seats 2\nat 1 seat p1 sees pick", "too short"},
        Script{"dance", "no such statement"}));

}  // namespace
}  // namespace whoosh::games::contract
