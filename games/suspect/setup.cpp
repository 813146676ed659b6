#include "games/suspect/setup.h"

#include <numeric>

namespace whoosh::games::suspect {
namespace {

using base::Rng;

// A room's own order of `count` items, the same in all of its matches: match number i takes item i,
// so a rematch repeats nothing until the set is used up.
class RoomOrder {
 public:
  RoomOrder(std::uint64_t room_seed, std::uint64_t set, std::size_t count) : count_(count) {
    Rng rng(room_seed ^ (set * 0x9e3779b97f4a7c15ULL));
    std::iota(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(count), std::uint8_t{0});
    rng.shuffle(std::span(items_.data(), count));
  }
  [[nodiscard]] std::uint8_t item(std::uint32_t match_no) const {
    return items_[match_no % count_];
  }

 private:
  std::array<std::uint8_t, 256> items_{};
  std::size_t count_;
};

// The scene of this match and eleven others. The others are scenes that this room has not played
// yet, as long as there are enough: an old one would be no real candidate.
void choose_scenes(State& state, const rules::Start& start, Rng& rng) {
  const std::size_t count = content_of(state).scenes.size();
  const RoomOrder order(start.room_seed, 1, count);
  const std::uint32_t turn = start.match_no % static_cast<std::uint32_t>(count);
  base::FixedVector<SceneNo, 255> fresh;
  base::FixedVector<SceneNo, 255> old;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i != turn) (i > turn ? fresh : old).push_back(order.item(i));
  }
  rng.shuffle(fresh.span());
  rng.shuffle(old.span());
  state.scenes[0] = order.item(turn);
  for (std::size_t i = 1; i < scenes_per_match; ++i) {
    auto& from = fresh.empty() ? old : fresh;
    state.scenes[i] = from.back();
    from.pop_back();
  }
  const SceneNo chosen = state.scenes[0];
  rng.shuffle(std::span<SceneNo>(state.scenes));
  for (std::uint8_t i = 0; i < scenes_per_match; ++i) {
    if (state.scenes[i] == chosen) state.scene = i;
  }
}

void choose_texts(State& state, const rules::Start& start, Rng& rng) {
  const Content& content = content_of(state);
  state.case_no = RoomOrder(start.room_seed, 2, content.cases.size()).item(start.match_no);
  const auto headlines = static_cast<std::uint32_t>(content.cases[state.case_no].headlines.size());
  state.headline = static_cast<std::uint8_t>(rng.below(headlines));

  std::array<std::uint8_t, question_types> types{};
  std::iota(types.begin(), types.end(), std::uint8_t{0});
  rng.shuffle(std::span<std::uint8_t>(types));
  for (std::size_t i = 0; i < rounds; ++i) {
    const std::size_t count = content.questions[types[i]].size();
    state.question_types[i] = types[i];
    state.questions[i] = RoomOrder(start.room_seed, 3 + types[i], count).item(start.match_no);
  }

  std::array<std::uint8_t, 255> press{};
  const std::span<std::uint8_t> used(press.data(), content.press.size());
  std::iota(used.begin(), used.end(), std::uint8_t{0});
  rng.shuffle(used);
  std::copy_n(press.begin(), seats_max, state.press_questions.begin());
}

base::FixedVector<Seat, seats_max> shuffled_seats(const State& state, Rng& rng) {
  base::FixedVector<Seat, seats_max> seats;
  for_each_seat(state, [&](Seat seat) { seats.push_back(seat); });
  rng.shuffle(seats.span());
  return seats;
}

void deal_roles(State& state, const Setup& setup, Rng& rng) {
  const auto seats = shuffled_seats(state, rng);
  for (std::size_t i = 0; i < setup.culprits; ++i) at(state, seats[i]).role = Role::CULPRIT;
  if (setup.inspector) at(state, seats[setup.culprits]).role = Role::INSPECTOR;
}

// True and silent about its holder: one culprit and two others, or one who is clean.
void fill_true_card(State& state, Seat holder, Rng& rng) {
  Card& card = at(state, holder).card;
  // With four seats a ONE_OF that spares its holder names everybody else: it would say nothing.
  card.kind = state.seats > 4 && rng.chance(50) ? CardKind::one_of : CardKind::clear;
  base::FixedVector<Seat, seats_max> culprits;
  base::FixedVector<Seat, seats_max> others;
  for (const Seat seat : shuffled_seats(state, rng)) {
    if (seat != holder) (is_culprit(state, seat) ? culprits : others).push_back(seat);
  }
  if (card.kind == CardKind::clear) {
    card.targets.add(others.back());
    return;
  }
  base::FixedVector<Seat, evidence_targets_max> names = {culprits.back()};
  for (const Seat seat : shuffled_seats(state, rng)) {
    const bool free = seat != holder && !names.contains(seat);
    if (free && !names.full()) names.push_back(seat);
  }
  rng.shuffle(names.span());
  for (const Seat seat : names) card.targets.add(seat);
}

void deal_cards(State& state, const Setup& setup, Rng& rng) {
  const auto seats = shuffled_seats(state, rng);
  for (std::size_t i = 0; i < setup.cards; ++i) {
    SeatState& holder = at(state, seats[i]);
    holder.card.dealt = true;
    if (holder.role == Role::CULPRIT)
      holder.card.kind = CardKind::blank;
    else
      fill_true_card(state, seats[i], rng);
  }
}

}  // namespace

const Setup& setup_for(std::size_t seats) {
  static constexpr std::array<Setup, seats_max + 1> table = {{
      {},
      {},
      {},
      {},
      {1, 2, false, 3},  // 4
      {1, 3, false, 4},  // 5
      {1, 3, false, 5},  // 6
      {2, 7, true, 4},   // 7
      {2, 8, true, 4},   // 8
      {2, 7, true, 5},   // 9
      {3, 10, true, 5},  // 10
  }};
  RULE_CHECK(seats < table.size() && table[seats].culprits > 0, "Suspect needs 4 … 10 seats");
  return table[seats];
}

void set_up(State& state, const rules::Start& start, rules::Ctx& ctx) {
  const rules::Table& table = ctx.table();
  const Setup& setup = setup_for(table.size());
  state.seats = static_cast<std::uint8_t>(table.size());
  state.locale = locale_number(start.settings.locale.view());
  state.pace = start.settings.pace;
  state.filter = start.settings.filter;
  state.one_room = start.settings.one_room;
  for_each_seat(state, [&](Seat seat) {
    const bool bot = table.seats[seat.value].bot;
    at(state, seat).bot = bot;
    at(state, seat).here = !bot;
    state.humans = static_cast<std::uint8_t>(state.humans + (bot ? 0 : 1));
  });
  choose_scenes(state, start, ctx.rng());
  choose_texts(state, start, ctx.rng());
  deal_roles(state, setup, ctx.rng());
  deal_cards(state, setup, ctx.rng());
  state.phase = Phase::INTERROGATION;
  state.step = Step::BRIEFING;
  state.step_ends_s = round_starts_s[0];
}

}  // namespace whoosh::games::suspect
