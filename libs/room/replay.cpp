#include "room/replay.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "room/limits.h"
#include "room/match_run.h"

namespace whoosh::room {
namespace {

using base::Error;
using base::ErrorCode;
using base::JsonValue;
using base::Result;

struct LogSeat {
  std::string id;
  std::string name;
  bool bot = false;
  bool newcomer = false;
};
BOOST_DESCRIBE_STRUCT(LogSeat, (), (id, name, bot, newcomer))
struct HeadLine {
  std::int32_t log = 0;
  std::string game;
  std::string seed;
  std::string room_seed;
  std::uint32_t match_no = 0;
  rules::Settings settings;
  std::vector<LogSeat> table;
};
BOOST_DESCRIBE_STRUCT(HeadLine, (), (log, game, seed, room_seed, match_no, settings, table))

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Folder {
 public:
  explicit Folder(const rules::Game& game) : game_(game), parser_(log_line_bytes_max) {}

  // False: the log ends here, or the line is wrong (wrong() says so).
  bool line(std::string_view text) {
    const auto parsed = parser_.parse(text);
    if (!parsed || !parsed->is_object()) return refuse("is no JSON object");
    if (!run_) return head(*parsed);
    return event(*parsed);
  }

  [[nodiscard]] const char* wrong() const { return wrong_; }
  Result<Replayed> result() {
    if (!run_) return Error{ErrorCode::malformed, "The log is empty."};
    Replayed out;
    const auto state = open_.state_bytes();
    out.state.assign(state.begin(), state.end());
    out.table = open_.table;
    out.ticks = run_->ticks();
    if (run_->over()) out.outcome = run_->outcome();
    out.truncated = truncated_;
    return out;
  }

 private:
  bool refuse(const char* why) {
    wrong_ = why;
    return false;
  }

  bool head(const JsonValue& value) {
    const auto head = base::decode_as<HeadLine>(value);
    if (!head || head->log != 1) return refuse("is no head of a log, version 1");
    if (head->game != game_.info().key) return refuse("is of another game");
    const auto seed = whole(head->seed);
    const auto room_seed = whole(head->room_seed);
    if (!seed || !room_seed) return refuse("has no whole seed");
    if (head->table.empty() || head->table.size() > rules::seats_max)
      return refuse("has a wrong table");
    rules::Table table;
    for (const LogSeat& seat : head->table) {
      rules::SeatInfo info;
      if (!info.id.assign(seat.id) || !info.name.assign(seat.name))
        return refuse("has a too long name");
      info.bot = seat.bot;
      info.newcomer = seat.newcomer;
      table.seats.push_back(info);
    }
    run_.emplace(open_, game_, base::MatchId{}, *seed, 0);
    run_->open_in(open_);
    open_.table = table;
    run_->start(open_, {head->settings, head->match_no, *room_seed}, effects_);
    return true;
  }

  bool event(const JsonValue& value) {
    const auto k = value.get("k").value_or(JsonValue()).as_integer();
    if (!k || *k < run_->ticks() || *k > rules::ticks_max) return refuse("has a wrong k");
    const bool is_end = value.get("end").has_value();
    while (run_->ticks() < *k && !run_->over()) run_->tick(open_, effects_);
    if (run_->over()) return is_end && run_->ticks() == *k ? false : refuse("comes after the end");
    if (is_end) return refuse("ends a match that goes on");
    if (value.get("truncated")) {
      truncated_ = true;
      return false;
    }
    return person_event(value);
  }

  bool person_event(const JsonValue& value) {
    if (const auto seat = seat_of(value, "join")) {
      run_->join(open_, *seat, effects_);
    } else if (const auto leaver = seat_of(value, "leave")) {
      const auto why = value.get("why").value_or(JsonValue()).as_string().value_or("");
      using Why = rules::Leave::Why;
      if (why != "away" && why != "bot" && why != "abandoned") return refuse("has no known why");
      run_->leave(open_,
                  {*leaver, why == "away"  ? Why::away
                            : why == "bot" ? Why::bot
                                           : Why::abandoned},
                  effects_);
    } else if (const auto actor = seat_of(value, "in")) {
      const auto payload = value.get("p");
      const auto type = value.get("type").value_or(JsonValue()).as_string();
      const auto ms = value.get("ms").value_or(JsonValue()).as_integer();
      if (!payload || !payload->is_object() || !type || !ms || !std::in_range<std::int32_t>(*ms)) {
        return refuse("is no whole input");
      }
      // What the game refused then, it refuses again.
      static_cast<void>(
          run_->input(open_, {*actor, *type, *payload, static_cast<std::int32_t>(*ms)}, effects_));
    } else {
      return refuse("is no event");
    }
    return true;
  }

  std::optional<base::Seat> seat_of(const JsonValue& value, std::string_view key) const {
    const auto seat = value.get(key).value_or(JsonValue()).as_integer();
    if (!seat || *seat < 0 || *seat >= static_cast<std::int64_t>(open_.table.size()))
      return std::nullopt;
    return base::Seat{static_cast<std::uint8_t>(*seat)};
  }

  const rules::Game& game_;
  base::JsonParser parser_;
  rules::Effects effects_;
  OpenMatch open_;
  std::optional<MatchRun> run_;
  bool truncated_ = false;
  const char* wrong_ = nullptr;
};

}  // namespace

Result<Replayed> replay(const rules::Game& game, std::string_view log) {
  Folder folder(game);
  std::size_t number = 0;
  while (!log.empty()) {
    const std::size_t end = log.find('\n');
    const std::string_view line = log.substr(0, end);
    log.remove_prefix(end == std::string_view::npos ? log.size() : end + 1);
    ++number;
    const bool more = folder.line(line);
    if (folder.wrong() != nullptr) {
      return Error{ErrorCode::malformed,
                   fmt::format("Line {} of the log {}.", number, folder.wrong())};
    }
    if (!more) break;
  }
  return folder.result();
}

}  // namespace whoosh::room
