#include "games/contract/play_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "games/contract/driver.h"

namespace whoosh::games::contract {
namespace {

constexpr std::uint64_t seeds_max = 200'000;

using Words = std::vector<std::string>;

struct Failure {
  std::string why;
};

[[noreturn]] void fail(const std::string& why) {
  throw Failure{why};
}

// Words between blanks; blanks inside quotes and brackets stay.
Words words_of(std::string_view line) {
  Words words;
  std::string word;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && (i == 0 || line[i - 1] != '\\')) quoted = !quoted;
    if (!quoted && c == '#') break;
    if (!quoted && (c == '[' || c == '{')) ++depth;
    if (!quoted && (c == ']' || c == '}')) --depth;
    if (c == ' ' && !quoted && depth == 0) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

bool is_json(std::string_view word) {
  if (word == "true" || word == "false" || word == "null") return true;
  return word.find_first_of("\"[{-0123456789") == 0;
}

std::string json_text(std::string_view word) {
  base::JsonParser parser(64 * 1024);
  const std::string raw(word);
  if (is_json(word)) {
    // The parser takes documents only: a value travels in a list.
    const auto parsed = parser.parse("[" + raw + "]");
    if (!parsed) fail("not JSON: " + raw);
    std::string text;
    parsed->for_each_element([&](const base::JsonValue& value) { text = value.text(); });
    return text;
  }
  std::string text;
  base::append_json_string(text, word);
  return text;
}

std::string value_at(std::string_view json, std::string_view path) {
  base::JsonParser parser(256 * 1024);
  const auto parsed = parser.parse(json);
  if (!parsed) fail("the game wrote no JSON: " + std::string(json));
  base::JsonValue value = *parsed;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('.'), path.size());
    const std::string_view step = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (value.kind() == base::JsonValue::Kind::Array || (step == "size" && path.empty())) {
      if (step == "size") return std::to_string(value.size());
      std::size_t index = 0;
      std::from_chars(step.data(), step.data() + step.size(), index);
      std::optional<base::JsonValue> found;
      std::size_t i = 0;
      value.for_each_element([&](const base::JsonValue& item) {
        if (i++ == index) found = item;
      });
      if (!found) return "null";
      value = *found;
    } else {
      const auto member = value.get(step);
      if (!member) return "null";
      value = *member;
    }
  }
  return value.text();
}

bool has(const std::string& list, const std::string& wanted) {
  base::JsonParser parser(256 * 1024);
  const auto parsed = parser.parse("[" + list + "," + wanted + "]");
  if (!parsed) return false;
  bool found = false;
  std::vector<base::JsonValue> both;
  parsed->for_each_element([&](const base::JsonValue& value) { both.push_back(value); });
  const auto text = both[0].as_string();
  const auto part = both[1].as_string();
  if (text && part) return text->find(*part) != std::string_view::npos;
  both[0].for_each_element([&](const base::JsonValue& item) { found |= item.text() == wanted; });
  return found;
}

bool holds(const std::string& actual, const std::string& op, const std::string& wanted) {
  if (op == "=") return actual == wanted;
  if (op == "!=") return actual != wanted;
  if (op == "has") return has(actual, wanted);
  if (actual == "null") return false;
  const double a = std::stod(actual);
  const double b = std::stod(wanted);
  if (op == "<") return a < b;
  if (op == ">") return a > b;
  if (op == "<=") return a <= b;
  if (op == ">=") return a >= b;
  fail("no such operator: " + op);
}

class Play {
 public:
  explicit Play(const rules::Game& game) : game_(game) {}

  void line(const Words& words) {
    if (words.empty()) return;
    const std::string& first = words[0];
    if (first == "seats")
      humans_ = number(word(words, 1));
    else if (first == "bots")
      bots_ = number(word(words, 1));
    else if (first == "newcomers")
      newcomers_.assign(words.begin() + 1, words.end());
    else if (first == "setting")
      setting(word(words, 1), word(words, 2));
    else if (first == "given")
      given_.push_back(words);
    else if (first == "at")
      at(words);
    else
      fail("no such statement: " + first);
  }

 private:
  static const std::string& word(const Words& words, std::size_t i) {
    if (i >= words.size()) fail("the line is too short");
    return words[i];
  }
  static std::size_t number(const std::string& text) { return std::stoul(text); }

  void setting(const std::string& name, const std::string& value) {
    rules::Settings& settings = start_.settings;
    const auto choose = [&](auto& field) {
      if (!boost::describe::enum_from_string(value.c_str(), field)) fail("no such value: " + value);
    };
    if (name == "filter")
      choose(settings.filter);
    else if (name == "pace")
      choose(settings.pace);
    else if (name == "one_room")
      settings.one_room = value == "true";
    else if (name == "family")
      settings.family = value == "true";
    else
      fail("no such setting: " + name);
  }

  rules::Table table() const {
    rules::Table table;
    for (std::size_t i = 0; i < humans_ + bots_; ++i) {
      rules::SeatInfo seat;
      seat.bot = i >= humans_;
      const std::string id =
          seat.bot ? "bot_" + std::to_string(i - humans_ + 1) : "p" + std::to_string(i + 1);
      seat.id = std::string_view(id);
      seat.name = std::string_view(id);
      seat.newcomer = std::find(newcomers_.begin(), newcomers_.end(), id) != newcomers_.end();
      table.seats.push_back(seat);
    }
    return table;
  }

  // The first deal for which every `given` holds.
  void deal() {
    for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
      driver_.emplace(game_, table(), start_, seed);
      const bool fits = std::all_of(given_.begin(), given_.end(), [&](const Words& words) {
        if (words.size() < 5) fail("`given` needs a path, an operator and a value");
        const std::size_t path = words.size() - 3;
        return holds(value_at(source(words, 1, path), words[path]), words[path + 1],
                     value(words[path + 2]));
      });
      if (fits) return;
    }
    fail("no deal fits the `given` lines");
  }

  Seat seat(const std::string& id) const {
    const Seat found = driver_->table().find(id);
    if (found == base::no_seat) fail("no such seat: " + id);
    return found;
  }

  std::string value(const std::string& text) const {
    if (text.starts_with('$')) {
      const auto found = names_.find(text);
      if (found == names_.end()) fail("no such name: " + text);
      return found->second;
    }
    return json_text(text);
  }

  // The JSON that words [from, to) speak of: "everybody", "seat p1", "tick", "clock", "outcome",
  // "game_over".
  std::string source(const Words& words, std::size_t from, std::size_t to) {
    const std::string& what = word(words, from);
    if (what == "everybody") return driver_->view({});
    if (what == "seat" && to > from + 1) return driver_->view({seat(word(words, from + 1))});
    if (what == "tick") return driver_->tick_members();
    if (what == "clock") return clock_json();
    if (what == "outcome") return outcome_json();
    if (what == "game_over") return driver_->game_over();
    fail("no such thing to look at: " + what);
  }

  std::string clock_json() const {
    const rules::Clock clock = driver_->clock();
    std::string json;
    base::JsonWriter out(json);
    out.begin_object().member("phase", clock.phase).member("step", clock.step);
    out.member("step_ends", clock.step_ends_s).member("elapsed", clock.elapsed_s);
    out.member("remaining", clock.remaining_s).end_object();
    return json;
  }

  std::string outcome_json() const {
    if (!driver_->outcome()) return "{}";
    const rules::Outcome& outcome = *driver_->outcome();
    const rules::Table& table = driver_->table();
    std::string json;
    base::JsonWriter out(json);
    out.begin_object().member("void", outcome.is_void).member("ended_at", driver_->now());
    if (outcome.winner != base::no_seat) out.member("winner", table.id(outcome.winner));
    out.key("seats").begin_object();
    for (std::uint8_t i = 0; i < table.size(); ++i) {
      const rules::SeatResult& result = outcome.seats[i];
      out.key(table.id(Seat{i})).begin_object().member("score", result.score);
      out.member("placement", result.placement).member("team", result.team);
      out.member("winner", result.winner).member("activity", result.activity_percent);
      out.member("feat", result.feat).end_object();
    }
    out.end_object().end_object();
    return json;
  }

  // "45", "45.3", "end" → the second; sets the milliseconds.
  void go_to(const std::string& when) {
    if (!driver_) deal();
    if (when == "end") {
      driver_->tick_until(game_.info().ticks_max);
      if (!driver_->outcome()) fail("the match has not ended");
      return;
    }
    const std::size_t dot = std::min(when.find('.'), when.size());
    const auto second = static_cast<std::uint32_t>(number(when.substr(0, dot)));
    std::string fraction = dot < when.size() ? when.substr(dot + 1) : "0";
    fraction.resize(3, '0');
    ms_ = static_cast<std::int32_t>(number(fraction));
    if (second < driver_->now()) fail("the lines are not in order of time");
    driver_->tick_until(second);
    if (driver_->now() != second) fail("the match has ended at " + std::to_string(driver_->now()));
  }

  void at(const Words& words) {
    go_to(word(words, 1));
    const std::string& what = word(words, 2);
    if (what == "leave") return leave(seat(word(words, 3)), word(words, 4));
    if (what == "join") return driver_->join(seat(word(words, 3)));
    if (what == "let") return let(words);
    if (what == "told") return told(words, 3);
    if (what == "not") {
      if (find_told(words, 4) != nullptr) fail("it was told");
      return;
    }
    if (what == "seat" && word(words, 4) != "sees") return input(seat(word(words, 3)), words, 4);
    if (what == "each") {
      for (std::uint8_t i = 0; i < humans_; ++i) input(Seat{i}, words, 3);
      return;
    }
    const std::size_t path = what == "seat" ? 5 : what == "everybody" ? 4 : 3;
    check(value_at(source(words, 2, path - 1), word(words, path)), words, path + 1);
  }

  void check(const std::string& actual, const Words& words, std::size_t op) const {
    if (!holds(actual, word(words, op), value(word(words, op + 1)))) fail("but it is " + actual);
  }

  void leave(Seat who, const std::string& why) {
    using Why = rules::Leave::Why;
    if (why == "away")
      driver_->leave(who, Why::away);
    else if (why == "bot")
      driver_->leave(who, Why::bot);
    else if (why == "abandoned")
      driver_->leave(who, Why::abandoned);
    else
      fail("no such reason: " + why);
  }

  void let(const Words& words) {
    const std::size_t path = word(words, 5) == "seat" ? 7 : 6;
    names_[word(words, 3)] = value_at(source(words, 5, path), word(words, path));
  }

  const Told* find_told(const Words& words, std::size_t i) const {
    const Seat to = word(words, i) == "all" ? base::no_seat : seat(word(words, i));
    const auto& all = driver_->told();
    const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Told& told) {
      return told.to == to && told.type == word(words, i + 1);
    });
    return found == all.rend() ? nullptr : &*found;
  }

  void told(const Words& words, std::size_t i) const {
    const Told* message = find_told(words, i);
    if (message == nullptr) fail("it was not told");
    if (words.size() > i + 2) check(value_at(message->payload, word(words, i + 2)), words, i + 3);
  }

  // words[type], then key=value …, then perhaps -> code
  void input(Seat from, const Words& words, std::size_t type) {
    std::string payload = "{";
    std::string wanted = "ok";
    for (std::size_t i = type + 1; i < words.size(); ++i) {
      if (words[i] == "->") {
        wanted = word(words, i + 1);
        break;
      }
      const std::size_t equals = words[i].find('=');
      if (equals == std::string::npos) fail("no key=value: " + words[i]);
      payload += (payload.size() > 1 ? "," : "") +
                 json_text("\"" + words[i].substr(0, equals) + "\"") + ":";
      payload += value(words[i].substr(equals + 1));
    }
    const auto answer = driver_->input(from, word(words, type), payload + "}", ms_);
    const std::string got = answer ? "ok" : std::string(base::error_name(answer.error().code));
    if (got != wanted) fail("but the answer is " + got);
  }

  const rules::Game& game_;
  std::size_t humans_ = 0;
  std::size_t bots_ = 0;
  Words newcomers_;
  rules::Start start_;
  std::vector<Words> given_;
  std::optional<Driver> driver_;
  std::map<std::string, std::string> names_;
  std::int32_t ms_ = 0;
};

}  // namespace

std::string run_play(const rules::Game& game, std::string_view script) {
  Play play(game);
  std::istringstream lines{std::string(script)};
  std::string line;
  for (int line_no = 1; std::getline(lines, line); ++line_no) {
    try {
      play.line(words_of(line));
    } catch (const Failure& failure) {
      return "line " + std::to_string(line_no) + ": " + line + "\n  " + failure.why;
    } catch (const std::exception& error) {
      return "line " + std::to_string(line_no) + ": " + line + "\n  " + error.what();
    }
  }
  return "";
}

void expect_plays(const rules::Game& game, const std::string& folder) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".play") continue;
    std::ifstream file(entry.path());
    std::stringstream script;
    script << file.rdbuf();
    EXPECT_EQ(run_play(game, script.str()), "") << entry.path();
    ++count;
  }
  EXPECT_GT(count, 0) << "no scripts in " << folder;
}

}  // namespace whoosh::games::contract
