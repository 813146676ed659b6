#include "room/event_log.h"

#include <fmt/format.h>

#include "room/limits.h"

namespace whoosh::room {
namespace {

constexpr std::size_t closing_bytes = 64;  // kept free for the last line

}  // namespace

void EventLog::begin(const rules::GameInfo& game, std::uint64_t seed, const rules::Start& start,
                     const rules::Table& table) {
  const std::size_t line = text_.size();
  base::JsonWriter out(text_);
  out.begin_object();
  out.member("log", 1).member("game", game.key);
  out.member("seed", std::string_view(fmt::format("{}", seed)));
  out.member("room_seed", std::string_view(fmt::format("{}", start.room_seed)));
  out.member("match_no", start.match_no);
  out.key("settings");
  base::encode(out, start.settings);
  out.key("table").begin_array();
  for (const rules::SeatInfo& seat : table.seats) {
    out.begin_object().member("id", seat.id.view()).member("name", seat.name.view());
    out.member("bot", seat.bot).member("newcomer", seat.newcomer).end_object();
  }
  out.end_array().end_object();
  close_line(line, 0);
}

void EventLog::add(std::uint32_t tick, const rules::Join& event) {
  if (truncated_) return;
  const std::size_t line = text_.size();
  base::JsonWriter out(text_);
  out.begin_object().member("k", tick).member("join", event.seat.value).end_object();
  close_line(line, tick);
}

void EventLog::add(std::uint32_t tick, const rules::Leave& event) {
  if (truncated_) return;
  const std::size_t line = text_.size();
  constexpr std::string_view why[] = {"away", "bot", "abandoned"};
  base::JsonWriter out(text_);
  out.begin_object().member("k", tick).member("leave", event.seat.value);
  out.member("why", why[static_cast<std::size_t>(event.why)]).end_object();
  close_line(line, tick);
}

void EventLog::add(std::uint32_t tick, const rules::Input& event) {
  if (truncated_) return;
  const std::size_t line = text_.size();
  base::JsonWriter out(text_);
  out.begin_object().member("k", tick).member("in", event.seat.value).member("type", event.type);
  out.member("ms", event.ms_into_tick).key("p").raw(event.payload.text()).end_object();
  close_line(line, tick);
}

void EventLog::end(std::uint32_t tick) {
  if (truncated_) return;
  fmt::format_to(std::back_inserter(text_), "{{\"k\":{},\"end\":true}}\n", tick);
}

void EventLog::close_line(std::size_t line_begin, std::uint32_t tick) {
  text_.push_back('\n');
  const bool fits =
      text_.size() + closing_bytes <= bytes_max_ && text_.size() - line_begin <= log_line_bytes_max;
  if (fits) return;
  text_.resize(line_begin);
  if (text_.size() + closing_bytes <= bytes_max_) {
    fmt::format_to(std::back_inserter(text_), "{{\"k\":{},\"truncated\":true}}\n", tick);
  }
  truncated_ = true;
}

}  // namespace whoosh::room
