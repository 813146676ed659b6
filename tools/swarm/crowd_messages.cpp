// What the server says, and whether it is what it should be.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>

#include "tools/swarm/crowd.h"

namespace whoosh::swarm {
namespace {

namespace json = boost::json;

// string_view::find() looks at each '"'; this finds short words several times as fast.
std::size_t find(std::string_view text, std::string_view words, std::size_t from = 0) {
  if (from > text.size()) return std::string_view::npos;
  const void* const at = memmem(text.data() + from, text.size() - from, words.data(), words.size());
  if (at == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

// The number behind the first `"name":` from `from` on. Our messages are machine-written, so their
// text can be searched; connections that are verified parse every message as a whole.
std::optional<std::int64_t> number_of(std::string_view text, std::string_view member,
                                      std::size_t from = 0) {
  const std::size_t at = find(text, member, from);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + member.size());
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::string_view text_of(std::string_view text, std::string_view member, std::size_t from = 0) {
  const std::size_t at = find(text, member, from);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + member.size());
  return rest.substr(0, rest.find('"'));
}

std::string_view type_of(std::string_view text) {
  constexpr std::string_view head = R"({"type":")";
  return text.starts_with(head) ? text_of(text, head) : std::string_view();
}

// The payload of a message, wholly parsed; nullopt: it is no message.
std::optional<json::object> payload_of(std::string_view text) {
  boost::system::error_code bad;
  json::value message = json::parse(text, bad);
  if (bad || !message.is_object()) return std::nullopt;
  json::value* payload = message.get_object().if_contains("payload");
  if (payload == nullptr || !payload->is_object()) return std::nullopt;
  return std::move(payload->get_object());
}

std::uint64_t hash_of(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

}  // namespace

void Crowd::on_text(Bee& bee, std::string_view text) {
  if (second_ != nullptr) {
    ++tally_.frames;
    ++second_->frames;
  }
  slot_.frames.fetch_add(1, std::memory_order_relaxed);
  if (plan_.work == Work::raw) return on_raw(bee, text);
  const std::string_view type = type_of(text);
  if (type == "TICK") return on_tick(bee, text);
  if (type == "STATE") return on_state(bee, text);
  if (type == "WELCOME") return on_welcome(bee, text);
  if (type == "ERROR") return on_error(bee, text);
  if (type == "MOVED") return on_moved(bee, text);
  if (type.empty()) return wrong("no type");
  on_event(bee, type, text);
}

void Crowd::count_lateness(std::int64_t due_ms) {
  if (second_ == nullptr) return;
  const std::int64_t late_us = now_us_ - due_ms * 1'000;
  tally_.lateness_us.add(late_us);
  second_->lateness_us.add(late_us);
}

// Any server: a due time and a sequence number are checked where the messages have them.
void Crowd::on_raw(Bee& bee, std::string_view text) {
  if (const auto due = number_of(text, R"("ts":)")) {
    if (second_ != nullptr) ++tally_.ticks;
    count_lateness(*due);
  }
  if (plan_.echo) {
    const auto number = number_of(text, R"("t":)");
    if (!number || bee.begun_us == 0) return;
    ++tally_.echoes;
    if (*number != static_cast<std::int64_t>(bee.tries)) wrong("another echo than was sent");
    tally_.echo_us.add(now_us_ - bee.begun_us);
    bee.begun_us = 0;
    return;
  }
  if (const auto seq = number_of(text, R"("seq":)")) {
    if (bee.seq >= 0 && *seq != bee.seq + 1) {
      ++tally_.gaps;
      if (*seq > bee.seq && second_ != nullptr)
        tally_.missed_ticks += static_cast<std::uint64_t>(*seq - bee.seq - 1);
    }
    bee.seq = *seq;
  }
}

void Crowd::on_welcome(Bee& bee, std::string_view text) {
  const std::size_t state = find(text, R"(,"state":)");
  const auto seq = number_of(text, R"("seq":)");
  const std::string_view resume = text_of(text, R"("resume":")");
  if (!seq || resume.empty() || state == std::string_view::npos)
    return wrong("a WELCOME without seq, resume or state");
  Room& room = room_of(bee);
  if (!bee.welcomed) {
    bee.welcomed = true;
    tally_.welcome_us.add(now_us_ - bee.begun_us);
    if (bee.been_here) ++tally_.resumed;
    bee.credential = "resume." + std::string(resume);
    hear_tick_hz(text);
    settled(bee);
  } else if (!bee.syncing && !bee.slow) {
    wrong("a WELCOME that nobody asked for: read too slowly?");
  }
  if (bee.verified) mirror_welcome(bee, text);
  bee.syncing = false;
  bee.due_ms = 0;  // a TICK of the turn that answered is not sent beside the WELCOME
  bee.seq = *seq;
  hear_step(room, text.substr(state));
  if (const auto role = suspect_role(text_of(text, R"("role":")", state));
      role != SuspectRole::unknown)
    bee.memory.role = role;
}

void Crowd::hear_tick_hz(std::string_view text) {
  constexpr std::string_view member = R"("tick_hz":)";
  const std::size_t at = find(text, member);
  if (at == std::string_view::npos) return;
  double hz = 0;
  const char* begin = text.data() + at + member.size();
  if (std::from_chars(begin, text.data() + text.size(), hz).ec == std::errc{} && hz > 0)
    period_ms_ = 1'000 / hz;
}

void Crowd::mirror_welcome(Bee& bee, std::string_view text) {
  const auto welcome = payload_of(text);
  if (!welcome) return wrong("a WELCOME that is no JSON");
  if (!bee.mirror) bee.mirror = std::make_unique<Mirror>();
  // What changed in the very turn that answered is in the WELCOME only, and its seq says so.
  if (bee.syncing && number_of(text, R"("seq":)") == bee.seq) {
    ++tally_.views_compared;
    if (auto difference = bee.mirror->difference(*welcome)) wrong("view: " + *difference);
  }
  bee.mirror->reset(*welcome);
}

// {"type":"TICK","payload":{"phase":…,"step":…,"elapsed":…,"remaining":…,"seq":…,"ts":…,…}}
void Crowd::on_tick(Bee& bee, std::string_view text) {
  const std::size_t seq_at = find(text, R"("seq":)");
  const auto seq = number_of(text, R"("seq":)");
  const auto due = seq ? number_of(text, R"("ts":)", seq_at) : std::nullopt;
  if (!due) return wrong("a TICK without seq or ts");
  if (second_ != nullptr) ++tally_.ticks;
  count_lateness(*due);
  Room& room = room_of(bee);
  room_tick(room, *due);
  // The room ticked and this connection did not hear it.
  const auto since = static_cast<double>(*due - bee.due_ms);
  const bool was_missed = room.missed_before_ms == *due;
  if (bee.due_ms != 0 && since > period_ms_ * 1.5 && !was_missed && !bee.slow) {
    ++tally_.gaps;
    ++tally_.wrong_kinds["a TICK of the room did not come"];
  }
  bee.due_ms = *due;
  if (bee.welcomed && *seq != bee.seq && !bee.slow) {
    ++tally_.gaps;
    ++tally_.wrong_kinds["a TICK names another STATE than the last"];
  }
  const std::uint64_t hash = hash_of(text);
  if (room.due_ms == *due && room.text_seq == *seq) {
    ++tally_.texts_compared;
    if (room.text_hash != hash) wrong("a TICK with another text than others of the room got");
  } else if (room.due_ms == *due) {
    room.text_seq = *seq;
    room.text_hash = hash;
  }
  if (bee.verified && !payload_of(text)) wrong("a TICK that is no JSON");
}

void Crowd::room_tick(Room& room, std::int64_t due_ms) {
  if (due_ms <= room.due_ms) return;
  const auto since = static_cast<double>(due_ms - room.due_ms);
  if (room.due_ms != 0 && since > period_ms_ * 1.5) {
    const auto missed = static_cast<std::uint64_t>(std::lround(since / period_ms_)) - 1;
    (second_ != nullptr ? tally_.missed_ticks : tally_.missed_ticks_outside) += missed;
    room.missed_before_ms = due_ms;
  }
  if (second_ != nullptr) ++tally_.room_ticks;
  room.due_ms = due_ms;
  room.text_seq = -1;
}

void Crowd::on_state(Bee& bee, std::string_view text) {
  const auto seq = number_of(text, R"("seq":)");
  if (!seq) return wrong("a STATE without seq");
  if (second_ != nullptr) ++tally_.states;
  if (*seq != bee.seq + 1 && !bee.slow) {
    ++tally_.gaps;
    ++tally_.wrong_kinds["a STATE out of sequence"];
  }
  bee.seq = *seq;
  hear_step(room_of(bee), text);
  if (bee.memory.role == SuspectRole::unknown)
    bee.memory.role = suspect_role(text_of(text, R"("role":")"));
  if (!bee.mirror) return;
  const auto state = payload_of(text);
  if (!state || !bee.mirror->apply(*state)) wrong("a STATE whose patch is none");
}

// The public view's `step`, wherever a message has it; `round` stands behind it when it changes.
// The eight of a room read at their own pace: what is behind what another has read is passed over.
void Crowd::hear_step(Room& room, std::string_view text) {
  const std::size_t at = find(text, R"("step":)");
  if (at == std::string_view::npos) return;
  const SuspectStep step = suspect_step(text_of(text, R"("step":")", at));
  if (step == room.step) return;
  const bool between = room.step == SuspectStep::none || room.step == SuspectStep::reveal;
  switch (step) {
    case SuspectStep::none:
      if (room.match_on) return;
      break;
    case SuspectStep::briefing:
      if (!between || room.match_on) return;
      ++room.match;
      room.round = 0;
      room.match_on = true;
      ++tally_.matches_started;
      break;
    case SuspectStep::answer: {
      const auto round = number_of(text.substr(at, 60), R"("round":)").value_or(0);
      if (round <= room.round) return;
      room.round = static_cast<std::uint8_t>(round);
      break;
    }
    case SuspectStep::crossfire:
      if (room.step != SuspectStep::answer) return;
      break;
    case SuspectStep::vote:
    case SuspectStep::reveal:
      if (!room.match_on) return;
      break;
  }
  room.step = step;
}

void Crowd::on_error(Bee& bee, std::string_view text) {
  const std::string_view code = text_of(text, R"("code":")");
  ++tally_.answers[std::string(code)];
  Room& room = room_of(bee);
  if (code == "not_host" && bee.place == room.starter)
    room.starter = static_cast<std::uint8_t>((room.starter + 1) % room.bees.size());
}

void Crowd::on_event(Bee& bee, std::string_view type, std::string_view text) {
  Room& room = room_of(bee);
  if (type == "GAME_OVER" && room.match_on) {
    room.match_on = false;
    ++tally_.matches_finished;
    room.start_at_ms = 0;
  }
  if (!bee.verified) return;
  const auto payload = payload_of(text);
  if (!payload) return wrong(fmt::format("a {} that is no JSON", type));
  if (bee.mirror) bee.mirror->heard(type, *payload);
}

// Reconnect there, with that ticket.
void Crowd::on_moved(Bee& bee, std::string_view text) {
  const auto url = parse_ws_url(text_of(text, R"("ws_url":")"));
  const std::string_view ticket = text_of(text, R"("ticket":")");
  if (!url || ticket.empty()) return wrong("a MOVED without ws_url or ticket");
  const auto address = resolve_address(url->endpoint);
  if (!address) return wrong("a MOVED to where nobody is");
  Room& room = room_of(bee);
  room.address = *address;
  room.host = fmt::format("{}:{}", url->endpoint.host, url->endpoint.port);
  room.name = url->secure ? url->endpoint.host : std::string();
  room.target = url->target;
  bee.credential = "ticket." + std::string(ticket);
}

}  // namespace whoosh::swarm
