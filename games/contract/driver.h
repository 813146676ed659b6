// Driver: plays one match of any game without a room: keeps its State, Table, dice and tick number,
// hands in events and keeps what came out. For contract tests, play scripts, benchmarks, fuzz
// targets and tools. One thread; lives for one match.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "rules/game.h"

namespace whoosh::games::contract {

using base::Seat;

struct Told {  // one message that a game sent
  std::uint32_t tick = 0;
  Seat to = base::no_seat;  // no_seat: everybody
  std::string type;
  std::string payload;
};

// Seats "1" … for humans, then "bot_1" …; named "Player 1" …, "Bot 1" ….
[[nodiscard]] inline rules::Table make_table(std::size_t humans, std::size_t bots) {
  rules::Table table;
  for (std::size_t i = 1; i <= humans + bots; ++i) {
    const bool bot = i > humans;
    const std::string number = std::to_string(bot ? i - humans : i);
    rules::SeatInfo seat;
    seat.id = std::string_view(bot ? "bot_" + number : number);
    seat.name = std::string_view((bot ? "Bot " : "Player ") + number);
    seat.bot = bot;
    table.seats.push_back(seat);
  }
  return table;
}

class Driver {
 public:
  Driver(const rules::Game& game, const rules::Table& table, const rules::Start& start,
         std::uint64_t seed)
      : game_(game),
        table_(table),
        rng_(seed),
        words_((game.state_bytes() + sizeof(Word) - 1) / sizeof(Word)) {
    game_.make(state());
    const auto started = apply(start);
    RULE_CHECK(started.has_value(), "a match must start");
  }

  base::Result<> apply(const rules::Event& event) {
    effects_.clear();
    rules::Ctx ctx(table_, rng_, tick_, effects_);
    auto result = game_.apply(state(), event, ctx);
    for (const auto& message : effects_.messages) {
      told_.push_back({tick_, message.to, std::string(message.type),
                       effects_.bytes.substr(message.begin, message.end - message.begin)});
    }
    if (effects_.outcome) {
      RULE_CHECK(!outcome_, "a match ends once");
      outcome_ = effects_.outcome;
      game_over_ = "{" + effects_.game_over + "}";
    }
    return result;
  }
  // One second.
  void tick() {
    ++tick_;
    const auto done = apply(rules::Tick{});
    RULE_CHECK(done.has_value(), "a tick has no errors");
  }
  void tick_until(std::uint32_t tick) {
    while (tick_ < tick && !outcome_) this->tick();
  }
  // `payload`: JSON; what is no object is answered as a room answers it.
  base::Result<> input(Seat seat, std::string_view type, std::string_view payload,
                       std::int32_t ms = 0) {
    const auto json = parser_.parse(payload);
    if (!json || !json->is_object()) return base::ErrorCode::bad_message;
    return apply(rules::Input{seat, type, *json, ms});
  }
  void join(Seat seat) { discard(apply(rules::Join{seat})); }
  void leave(Seat seat, rules::Leave::Why why) { discard(apply(rules::Leave{seat, why})); }

  // The members of one part of a view as one object: public, or the private part of a seat.
  [[nodiscard]] std::string view(rules::Viewer viewer, bool full = true) {
    view_.clear(full);
    game_.view(state(), table_, viewer, view_);
    std::string json = "{";
    for (const auto& member : view_.list()) {
      if (json.size() > 1) json += ',';
      base::append_json_string(json, member.name);
      json += ':';
      json += view_.json(member);
    }
    return json + "}";
  }
  [[nodiscard]] std::string tick_members() const {
    std::string json;
    base::JsonWriter out(json);
    out.begin_object();
    game_.tick_members(state(), table_, out);
    out.end_object();
    return json;
  }
  [[nodiscard]] rules::Clock clock() const { return game_.clock(state(), table_); }
  [[nodiscard]] rules::Idle idle(Seat seat) const { return game_.idle(state(), seat); }

  // The same match once more, to go on with or to change (raw_state) on its own.
  [[nodiscard]] Driver fork() const { return Driver(*this, Fork{}); }
  [[nodiscard]] std::byte* raw_state() { return state(); }
  [[nodiscard]] const std::byte* raw_state() const { return state(); }

  [[nodiscard]] const rules::Game& game() const { return game_; }
  [[nodiscard]] const rules::Table& table() const { return table_; }
  [[nodiscard]] std::uint32_t now() const { return tick_; }
  [[nodiscard]] const std::vector<Told>& told() const { return told_; }
  [[nodiscard]] const std::optional<rules::Outcome>& outcome() const { return outcome_; }
  [[nodiscard]] const std::string& game_over() const {
    return game_over_;
  }  // JSON object of its members
  [[nodiscard]] std::string_view state_bytes() const {
    return {reinterpret_cast<const char*>(words_.data()), game_.state_bytes()};
  }
  [[nodiscard]] const base::Rng& rng() const { return rng_; }

 private:
  using Word = std::max_align_t;
  struct Fork {};
  Driver(const Driver& other, Fork)
      : game_(other.game_),
        table_(other.table_),
        rng_(other.rng_),
        tick_(other.tick_),
        words_(other.words_),
        told_(other.told_),
        outcome_(other.outcome_),
        game_over_(other.game_over_) {}

  static void discard(const base::Result<>& result) {
    RULE_CHECK(result.has_value(), "only inputs have errors");
  }
  std::byte* state() { return reinterpret_cast<std::byte*>(words_.data()); }
  [[nodiscard]] const std::byte* state() const {
    return reinterpret_cast<const std::byte*>(words_.data());
  }

  const rules::Game& game_;
  rules::Table table_;
  base::Rng rng_;
  std::uint32_t tick_ = 0;
  std::vector<Word> words_;  // zeroed, so padding is the same in every run
  rules::Effects effects_;
  rules::ViewWriter view_;
  base::JsonParser parser_{16 * 1024};
  std::vector<Told> told_;
  std::optional<rules::Outcome> outcome_;
  std::string game_over_;
};

}  // namespace whoosh::games::contract
