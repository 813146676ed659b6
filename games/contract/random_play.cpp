#include "games/contract/random_play.h"

#include <algorithm>

namespace whoosh::games::contract {
namespace {

constexpr std::string_view nonsense[] = {
    "null",
    "true",
    "0",
    "-1",
    "3.5",
    "1e300",
    "9007199254740993",
    "\"\"",
    "\" \"",
    "\"\\u202e\\u0007\"",
    "\"\\ud83d\\ude00\"",
    "[]",
    "{}",
    "[[[[]]]]",
    "\"__proto__\"",
    "\"1\"",
    "\"2\"",
    "\"3\"",
    "\"bot_1\"",
    "[\"1\",\"2\",\"3\"]",
    "[\"1\",\"1\",\"1\"]",
    "[\"1\"]",
    "\"the quick brown fox\"",
};

template <class List>
std::string pick(base::Rng& rng, const List& list) {
  return std::string(*(std::begin(list) + rng.below(static_cast<std::uint32_t>(std::size(list)))));
}

Happening presence(base::Rng& rng, const rules::Table& table, std::vector<bool>& here) {
  Happening happening;
  happening.seat =
      Seat{static_cast<std::uint8_t>(rng.below(static_cast<std::uint32_t>(table.size())))};
  const std::size_t i = happening.seat.value;
  if (table.seats[i].bot) return happening;
  happening.kind = here[i] ? Happening::Kind::leave : Happening::Kind::join;
  happening.why = static_cast<rules::Leave::Why>(rng.below(3));
  here[i] = !here[i];
  return happening;
}

}  // namespace

std::string random_value(base::Rng& rng, const Options& options, int depth) {
  if (!options.values.empty() && rng.chance(60)) return pick(rng, options.values);
  if (depth < 3 && rng.chance(10)) {
    std::string list = "[";
    for (std::uint32_t i = rng.below(5); i > 0; --i) {
      list += random_value(rng, options, depth + 1) + (i > 1 ? "," : "");
    }
    return list + "]";
  }
  if (rng.chance(5)) return '"' + std::string(rng.below(900), 'a') + '"';
  return pick(rng, nonsense);
}

std::string random_payload(base::Rng& rng, const Options& options) {
  if (rng.chance(2)) return random_value(rng, options);
  std::string payload = "{";
  std::vector<std::string> used;
  for (std::uint32_t i = rng.below(4); i > 0; --i) {
    const std::string key = options.keys.empty() ? "key" : pick(rng, options.keys);
    if (std::find(used.begin(), used.end(), key) != used.end()) continue;
    payload += (used.empty() ? "\"" : ",\"") + key + "\":" + random_value(rng, options);
    used.push_back(key);
  }
  return payload + "}";
}

std::vector<Happening> random_match(const rules::Game& game, const rules::Table& table,
                                    const Options& options, base::Rng& rng,
                                    std::uint32_t inputs_per_tick) {
  std::vector<std::string_view> types;
  for (const rules::MessageSpec& spec : game.info().messages) {
    if (spec.from_client) types.push_back(spec.type);
  }
  types.push_back("NO_SUCH_TYPE");
  std::vector<bool> here(table.size(), true);
  std::vector<Happening> log;
  for (std::uint32_t tick = 0; tick < game.info().ticks_max; ++tick) {
    for (std::uint32_t i = rng.below(2 * inputs_per_tick + 1); i > 0; --i) {
      Happening input;
      input.kind = Happening::Kind::input;
      input.seat =
          Seat{static_cast<std::uint8_t>(rng.below(static_cast<std::uint32_t>(table.size())))};
      input.type = pick(rng, types);
      input.payload = random_payload(rng, options);
      input.ms = static_cast<std::int32_t>(rng.below(1000));
      if (!table.seats[input.seat.value].bot && here[input.seat.value]) log.push_back(input);
    }
    if (rng.chance(4)) {
      const Happening happening = presence(rng, table, here);
      if (happening.kind != Happening::Kind::tick) log.push_back(happening);
    }
    log.push_back({});
  }
  return log;
}

void happen(Driver& driver, const Happening& happening) {
  switch (happening.kind) {
    case Happening::Kind::tick:
      return driver.tick();
    case Happening::Kind::join:
      return driver.join(happening.seat);
    case Happening::Kind::leave:
      return driver.leave(happening.seat, happening.why);
    case Happening::Kind::input: {
      // An error code is a good answer to a random input.
      const auto answer =
          driver.input(happening.seat, happening.type, happening.payload, happening.ms);
      RULE_CHECK(answer.has_value() || !base::error_name(answer.error().code).empty(),
                 "an error has a code");
      return;
    }
  }
}

void play(Driver& driver, const std::vector<Happening>& log, const std::function<void()>& after) {
  for (const Happening& happening : log) {
    if (driver.outcome()) return;
    happen(driver, happening);
    if (after) after();
  }
}

}  // namespace whoosh::games::contract
