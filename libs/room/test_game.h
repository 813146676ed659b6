// Counter: a game for the tests of room and shard. Everybody has a hidden number and may ADD to a
// public sum, TELL oneself a private line, or END the match; it ends by itself after 30 ticks. BOOM
// breaks a rule (BOOM {"thrown":…}: throws like a library), LATE answers ms_into_tick. Who says
// DOZE {"by":1} is asked whether he is there from then on, {"by":2}: a bot plays for him.
// Header only; included by tests, benchmarks and fuzz targets.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "rules/game.h"

namespace whoosh::room::test {

struct CounterPublic {
  std::int32_t sum = 0;
  std::vector<bool> away;
  std::vector<bool> bots;
  std::map<std::string, std::int32_t> adds;
  std::uint32_t ticks = 0;
};
BOOST_DESCRIBE_STRUCT(CounterPublic, (), (sum, away, bots, adds, ticks))
struct CounterPrivate {
  std::uint32_t secret = 0;
  std::int32_t mine = 0;
};
BOOST_DESCRIBE_STRUCT(CounterPrivate, (), (secret, mine))
struct CounterAdd {
  std::int32_t by = 0;
};
BOOST_DESCRIBE_STRUCT(CounterAdd, (), (by))
struct CounterSaid {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(CounterSaid, (), (text))
struct CounterMs {
  std::int32_t ms = 0;
};
BOOST_DESCRIBE_STRUCT(CounterMs, (), (ms))
struct CounterOver {
  std::int32_t sum = 0;
};
BOOST_DESCRIBE_STRUCT(CounterOver, (), (sum))

struct Counter {
  static constexpr std::uint32_t length_s = 30;

  struct State {
    std::int32_t sum = 0;
    std::uint32_t ticks = 0;
    std::uint32_t secret[rules::seats_max] = {};
    std::int32_t mine[rules::seats_max] = {};
    bool away[rules::seats_max] = {};
    bool bot[rules::seats_max] = {};
    std::uint8_t dozes[rules::seats_max] = {};  // a rules::Idle
    bool over = false;
    std::uint8_t spare[1] = {};  // no padding: equal states have equal bytes
  };

  static const rules::GameInfo& info() {
    static constexpr rules::MessageSpec messages[] = {
        {"ADD", "CounterAdd", "Adds to the sum.", true, 4096},
        {"TELL", "", "Tells oneself.", true, 4096},
        {"END", "", "Ends the match.", true, 4096},
        {"BOOM", "", "Breaks a rule.", true, 4096},
        {"LATE", "", "Answers the time.", true, 4096},
        {"DRAW", "", "A drawing.", true, 8192},
        {"DOZE", "CounterAdd", "Falls idle.", true, 4096},
        {"EVENT_SAID", "CounterSaid", "A line.", false, 4096}};
    static const rules::GameInfo info = [] {
      rules::GameInfo made;
      made.key = "counter";
      made.name = "Counter";
      made.players_min = 3;
      made.players_max = 8;
      made.players_default = 6;
      made.duration_s = length_s;
      made.ticks_max = 40;
      made.results_s = 4;
      made.messages = messages;
      return made;
    }();
    return info;
  }

  static base::Result<> apply(State& state, const rules::Event& event, rules::Ctx& ctx) {
    if (std::holds_alternative<rules::Start>(event)) {
      for (std::size_t i = 0; i < ctx.table().size(); ++i) {
        state.secret[i] = ctx.rng().below(1'000'000);
        state.bot[i] = ctx.table().seats[i].bot;
      }
    } else if (const auto* join = std::get_if<rules::Join>(&event)) {
      state.away[join->seat.value] = state.bot[join->seat.value] = false;
      state.dozes[join->seat.value] = 0;
    } else if (const auto* leave = std::get_if<rules::Leave>(&event)) {
      state.away[leave->seat.value] = true;
      state.bot[leave->seat.value] = leave->why != rules::Leave::Why::away;
    } else if (const auto* input = std::get_if<rules::Input>(&event)) {
      return say(state, *input, ctx);
    } else {
      ++state.ticks;
      if (state.ticks >= length_s) end(state, ctx);
    }
    return {};
  }

  static base::Result<> say(State& state, const rules::Input& input, rules::Ctx& ctx) {
    state.dozes[input.seat.value] = 0;
    if (input.type == "DOZE") {
      const auto doze = base::decode_as<CounterAdd>(input.payload, base::ErrorCode::bad_payload);
      if (!doze) return doze.error();
      if (doze->by < 0 || doze->by > 2) return base::ErrorCode::target;
      state.dozes[input.seat.value] = static_cast<std::uint8_t>(doze->by);
    } else if (input.type == "ADD") {
      const auto add = base::decode_as<CounterAdd>(input.payload, base::ErrorCode::bad_payload);
      if (!add) return add.error();
      if (add->by < 0 || add->by > 1000) return base::ErrorCode::target;
      state.sum += add->by;
      state.mine[input.seat.value] += add->by;
      ctx.tell_all("EVENT_SAID", CounterSaid{std::string(ctx.table().name(input.seat)) + " added"});
    } else if (input.type == "TELL") {
      ctx.tell(input.seat, "EVENT_SAID",
               CounterSaid{"secret " + std::to_string(state.secret[input.seat.value])});
    } else if (input.type == "LATE") {
      ctx.tell(input.seat, "EVENT_LATE", CounterMs{input.ms_into_tick});
    } else if (input.type == "BOOM") {
      if (input.payload.get("thrown")) throw std::out_of_range("a library's exception");
      RULE_CHECK(false, "boom");
    } else if (input.type == "END") {
      end(state, ctx);
    }
    return {};
  }

  static void end(State& state, rules::Ctx& ctx) {
    rules::Outcome outcome;
    std::size_t best = 0;
    for (std::size_t i = 0; i < ctx.table().size(); ++i) {
      if (state.mine[i] > state.mine[best]) best = i;
    }
    for (std::size_t i = 0; i < ctx.table().size(); ++i) {
      rules::SeatResult seat;
      seat.score = state.mine[i];
      seat.winner = i == best;
      seat.placement = 1;
      for (std::size_t j = 0; j < ctx.table().size(); ++j)
        seat.placement += state.mine[j] > state.mine[i];
      outcome.seats.push_back(seat);
    }
    outcome.winner = base::Seat{static_cast<std::uint8_t>(best)};
    state.over = true;
    ctx.end(outcome, CounterOver{state.sum});
  }

  static void view(const State& state, const rules::Table& table, rules::Viewer viewer,
                   rules::ViewWriter& out) {
    if (!viewer.is_public()) {
      out.members(CounterPrivate{state.secret[viewer.seat.value], state.mine[viewer.seat.value]});
      out.backlog("lines", std::vector<std::string>{"mine"});
      return;
    }
    CounterPublic view;
    view.sum = state.sum;
    view.ticks = state.ticks / 5;  // not with every tick
    for (std::size_t i = 0; i < table.size(); ++i) {
      view.away.push_back(state.away[i]);
      view.bots.push_back(state.bot[i]);
      view.adds[std::string(table.seats[i].id.view())] = state.mine[i];
    }
    out.members(view);
    out.backlog("talk", std::vector<std::string>{"talk"});
  }

  static rules::Clock clock(const State& state, const rules::Table&) {
    rules::Clock clock;
    clock.phase = state.ticks < 10 ? "EARLY" : "LATE";
    clock.step = "COUNT";
    clock.step_ends_s = state.ticks < 10 ? 10 : length_s;
    clock.elapsed_s = state.ticks;
    clock.remaining_s = length_s - std::min(state.ticks, length_s);
    return clock;
  }

  static void tick_members(const State& state, const rules::Table&, base::JsonWriter& out) {
    out.member("sum", state.sum);
  }

  static rules::Idle idle(const State& state, base::Seat seat) {
    if (state.away[seat.value]) return rules::Idle::no;
    return static_cast<rules::Idle>(state.dozes[seat.value]);
  }
};

inline const rules::Game& counter() {
  static const rules::GameOf<Counter> game;
  return game;
}

}  // namespace whoosh::room::test
