#include "room/event_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "room/limits.h"

namespace whoosh::room {
namespace {

enum class Kind : std::uint8_t { input, join, leave };
constexpr std::array<std::string_view, 3> why_names = {"away", "bot", "abandoned"};
constexpr std::uint32_t unlisted_type = 255;

// An event's bytes on their way into the log: first byte, ticks, and of an input what stands before
// its payload.
class Prefix {
 public:
  Prefix(Kind kind, base::Seat seat, unsigned why = 0) {
    put(static_cast<unsigned>(kind) | unsigned{seat.value} << 2 | why << 6);
  }
  void number(std::uint32_t value) {
    for (; value >= 0x80; value >>= 7) put(value | 0x80);
    put(value);
  }
  void name(std::string_view bytes) {
    RULE_CHECK(bytes.size() <= name_bytes_max, "types of messages are short");
    number(static_cast<std::uint32_t>(bytes.size()));
    size_ += bytes.copy(bytes_.data() + size_, bytes.size());
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  void put(std::uint32_t byte) { bytes_[size_++] = static_cast<char>(byte); }

  static constexpr std::size_t name_bytes_max = 64;
  std::array<char, name_bytes_max + 32> bytes_;  // five numbers of five bytes at most
  std::size_t size_ = 0;
};

// Reads what the log wrote itself: no byte is doubted.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}
  [[nodiscard]] bool done() const { return left_.empty(); }
  unsigned byte() {
    const auto value = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return value;
  }
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const unsigned part = byte();
      value |= (part & 0x7f) << shift;
      if (part < 0x80) return value;
    }
  }
  std::string_view text() {
    const std::string_view out = left_.substr(0, number_ahead());
    left_.remove_prefix(out.size());
    return out;
  }

 private:
  std::size_t number_ahead() { return number(); }
  std::string_view left_;
};

void write_head(std::string& text, const LogHead& head) {
  base::JsonWriter out(text);
  out.begin_object();
  out.member("log", 1).member("game", head.game.key);
  out.member("seed", std::string_view(fmt::format("{}", head.seed)));
  out.member("room_seed", std::string_view(fmt::format("{}", head.start.room_seed)));
  out.member("match_no", head.start.match_no);
  out.key("settings");
  base::encode(out, head.start.settings);
  out.key("table").begin_array();
  for (const rules::SeatInfo& seat : head.table.seats) {
    out.begin_object().member("id", seat.id.view()).member("name", seat.name.view());
    out.member("bot", seat.bot).member("newcomer", seat.newcomer).end_object();
  }
  out.end_array().end_object();
  text.push_back('\n');
}

// One event as its line. `tick` goes on with it.
void write_event(std::string& text, Reader& in, std::uint32_t& tick, const rules::GameInfo& game) {
  const unsigned first = in.byte();
  const unsigned seat = first >> 2 & 0xf;
  tick += in.number();
  base::JsonWriter out(text);
  out.begin_object().member("k", tick);
  switch (static_cast<Kind>(first & 3)) {
    case Kind::join:
      out.member("join", seat);
      break;
    case Kind::leave:
      out.member("leave", seat).member("why", why_names[first >> 6]);
      break;
    case Kind::input: {
      const std::uint32_t type = in.number();
      out.member("in", seat);
      out.member("type", type == unlisted_type ? in.text() : game.messages[type].type);
      out.member("ms", in.number()).key("p").raw(in.text());
      break;
    }
  }
  out.end_object();
  text.push_back('\n');
}

}  // namespace

void EventLog::add(std::uint32_t tick, const rules::Join& event) {
  Prefix prefix(Kind::join, event.seat);
  prefix.number(tick - last_tick_);
  append(tick, prefix.view());
}

void EventLog::add(std::uint32_t tick, const rules::Leave& event) {
  Prefix prefix(Kind::leave, event.seat, static_cast<unsigned>(event.why));
  prefix.number(tick - last_tick_);
  append(tick, prefix.view());
}

void EventLog::add(std::uint32_t tick, const rules::Input& event, const rules::GameInfo& game,
                   std::string& scratch) {
  if (bytes_max_ == 0 || state_ != State::open) return;
  Prefix prefix(Kind::input, event.seat);
  prefix.number(tick - last_tick_);
  const auto listed = std::find_if(game.messages.begin(), game.messages.end(),
                                   [&](const auto& spec) { return spec.type == event.type; });
  if (listed != game.messages.end()) {
    prefix.number(static_cast<std::uint32_t>(listed - game.messages.begin()));
  } else {
    prefix.number(unlisted_type);
    prefix.name(event.type);
  }
  prefix.number(static_cast<std::uint32_t>(event.ms_into_tick));
  scratch.clear();
  event.payload.append_to(scratch);
  prefix.number(static_cast<std::uint32_t>(scratch.size()));
  scratch.insert(0, prefix.view());
  append(tick, scratch);
}

void EventLog::end(std::uint32_t tick) {
  if (state_ != State::open) return;
  state_ = State::ended;
  last_tick_ = static_cast<std::uint16_t>(tick);
}

std::string EventLog::text(const LogHead& head) const {
  std::string text;
  if (bytes_max_ == 0) return text;
  write_head(text, head);
  Reader in({bytes_.get(), size_});
  std::uint32_t tick = 0;
  while (!in.done()) write_event(text, in, tick, head.game);
  if (state_ == State::ended)
    fmt::format_to(std::back_inserter(text), "{{\"k\":{},\"end\":true}}\n", last_tick_);
  if (state_ == State::truncated)
    fmt::format_to(std::back_inserter(text), "{{\"k\":{},\"truncated\":true}}\n", last_tick_);
  return text;
}

bool EventLog::append(std::uint32_t tick, std::string_view event) {
  if (bytes_max_ == 0 || state_ != State::open) return false;
  last_tick_ = static_cast<std::uint16_t>(tick);
  if (event.size() > log_event_bytes_max || size_ + event.size() > bytes_max_) {
    state_ = State::truncated;
    return false;
  }
  const auto size = size_ + static_cast<std::uint32_t>(event.size());
  if (size > capacity_) grow(size);
  event.copy(bytes_.get() + size_, event.size());
  size_ = size;
  return true;
}

// By an eighth, at least by a few events: most matches have short logs, so room to double costs
// more than copying does.
void EventLog::grow(std::uint32_t size) {
  const std::uint32_t wanted = size + std::max<std::uint32_t>(48, size / 8);
  const std::uint32_t rounded = (wanted + 8 + 15) / 16 * 16 - 8;  // what the heap gives whole
  std::unique_ptr<char[]> bytes(new char[rounded]);
  std::copy_n(bytes_.get(), size_, bytes.get());
  bytes_ = std::move(bytes);
  capacity_ = rounded;
}

}  // namespace whoosh::room
