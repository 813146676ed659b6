// Shard: texts from clients, and what they are answered.
#include <algorithm>

#include "shard/impl.h"

namespace whoosh::shard {
namespace {

// A well-formed message that is only not possible now is refused; the rest is wrong, and ten of it
// close.
bool is_wrong(ErrorCode code) {
  return code == ErrorCode::bad_message || code == ErrorCode::unknown_type ||
         code == ErrorCode::bad_payload || code == ErrorCode::too_long || code == ErrorCode::rate;
}

template <class T>
void message_into(std::string& text, std::string_view type, const T& payload) {
  text.clear();
  base::JsonWriter out(text);
  out.begin_object().member("type", type).key("payload");
  base::encode(out, payload);
  out.end_object();
}

bool is_room_command(std::string_view type) {
  constexpr std::string_view commands[] = {"READY", "START", "SETTINGS", "KICK",
                                           "CHAT",  "EMOTE", "REMATCH"};
  return std::find(std::begin(commands), std::end(commands), type) != std::end(commands);
}

}  // namespace

void Shard::Impl::on_text(ConnId conn, std::string_view text) {
  Session* session = session_of(conn);
  if (session == nullptr) return;
  Message message;
  Result<> result = read(text, message);
  if (!session->gate.take(clock_.monotonic_ms(), text.size()))
    result = ErrorCode::rate;
  else if (result)
    result = act(*session, message, text.size());
  answer(conn, message, result);
}

// `message` keeps what could be read, so that an error can name its id.
Result<> Shard::Impl::read(std::string_view text, Message& message) {
  const auto parsed = parser_.parse(text);
  if (!parsed) {
    if (parsed.error().code == ErrorCode::too_large) return ErrorCode::too_long;
    base::Error error{ErrorCode::bad_message};
    if (!parsed.error().message.empty()) error.message = parsed.error().message;
    return error;
  }
  if (const auto id = parsed->get("id")) {
    const auto value = id->as_string();
    if (!value || value->size() > wire::message_id_bytes_max) return ErrorCode::bad_message;
    message.id = *value;
    message.has_id = true;
  }
  const auto type = parsed->get("type");
  const auto name = type ? type->as_string() : std::nullopt;
  if (!name) return ErrorCode::bad_message;
  message.type = *name;
  message.payload = parsed->get("payload").value_or(empty_object_);
  if (!message.payload.is_object()) return ErrorCode::bad_message;
  return {};
}

Result<> Shard::Impl::act(Session& session, const Message& message, std::size_t bytes) {
  std::size_t bytes_max = wire::text_bytes_max;
  if (session.home != nullptr) {
    for (const rules::MessageSpec& spec : session.home->room->info().messages) {
      if (spec.from_client && spec.type == message.type) bytes_max = spec.bytes_max;
    }
  }
  if (bytes > bytes_max) return ErrorCode::too_long;
  if (message.type == "PING") {
    pong(session, message);
    return {};
  }
  if (message.type == "SYNC") {
    want_welcome(session);
    return {};
  }
  if (message.type == "LEAVE") {  // the answer goes before the close
    answer(session.conn, message, {});
    if (session.home != nullptr && session.role == wire::Role::player)
      return act_in_room(session, message);
    if (session.home != nullptr) session.home->room->unwatch(session.role);
    Resident* home = session.home;
    close_session(session, wire::Close::left, "You left.");
    if (home != nullptr) after_room(*home);
    return {};
  }
  if (session.home == nullptr)
    return is_room_command(message.type) ? ErrorCode::phase : ErrorCode::unknown_type;
  if (session.role == wire::Role::player) return act_in_room(session, message);
  const auto messages = session.home->room->info().messages;
  const bool of_game =
      std::any_of(messages.begin(), messages.end(), [&](const rules::MessageSpec& spec) {
        return spec.from_client && spec.type == message.type;
      });
  return of_game || is_room_command(message.type) ? ErrorCode::not_a_player
                                                  : ErrorCode::unknown_type;
}

Result<> Shard::Impl::act_in_room(Session& session, const Message& message) {
  Resident& home = *session.home;
  const std::int64_t since_tick = std::max<std::int64_t>(clock_.monotonic_ms() - home.due_ms, 0);
  // In milliseconds of the game's second, whatever it lasts; a late tick does not make it endless.
  const std::int64_t ms = std::min<std::int64_t>(since_tick * 1000 / options_.tick_ms, 10'000);
  Turn now = turn(home);
  const Result<> result = home.room->on_message(now, session.place, message.type, message.payload,
                                                static_cast<std::int32_t>(ms));
  after_room(home);
  return result;
}

void Shard::Impl::answer(ConnId conn, const Message& message, const Result<>& result) {
  const bool is_leave = message.type == "LEAVE";
  Session* session = session_of(conn);
  if (result) {
    if (!is_leave || session != nullptr) ++counters_.messages_good;
    if (session == nullptr || !message.has_id) return;
    message_into(text_, "ACK", wire::Ack{std::string(message.id)});
    send_to(*session, text_);
    return;
  }
  const base::Error& error = result.error();
  const bool wrong = is_wrong(error.code);
  ++(wrong ? counters_.messages_wrong : counters_.messages_refused);
  if (session == nullptr) return;
  wire::ErrorMessage out;
  if (message.has_id) out.id = std::string(message.id);
  out.code = base::error_name(error.code);
  out.error = error.sentence();
  if (!error.fields.empty()) out.fields = error.fields;
  message_into(text_, "ERROR", out);
  send_to(*session, text_);
  if (wrong && session->uncommon().wrongs.add(clock_.monotonic_ms())) drop_wrong(*session);
}

void Shard::Impl::pong(Session& session, const Message& message) {
  wire::Pong pong;
  if (message.has_id) pong.id = std::string(message.id);
  if (const auto t = message.payload.get("t")) pong.t.json = t->text();
  pong.server_time = unix_now().value;
  message_into(text_, "PONG", pong);
  send_to(session, text_);
}

// The place is kept, as for every lost connection.
void Shard::Impl::drop_wrong(Session& session) {
  ++counters_.closed_wrong;
  const ConnId conn = session.conn;
  on_closed(conn);
  sink_.close(conn, wire::Close::policy, "Too many wrong messages.");
}

void Shard::Impl::send_to(Session& session, std::string_view text) {
  if (session.full || session.gone) {
    ++counters_.dropped;
    return;
  }
  sink_.send(session.conn, text);
}

// Everything that a viewer needs to know now.
void Shard::Impl::welcome(Session& session) {
  session.needs_welcome = false;
  if (session.full || session.gone) return;
  if (session.home == nullptr) {
    wire::Welcome welcome;
    welcome.you.id = base::user_id_text(session.user);
    welcome.you.name = std::string(session.name());
    welcome.server_time = unix_now().value;
    welcome.tick_hz = 1000.0 / options_.tick_ms;
    welcome.state.json = "{}";
    message_into(text_, "WELCOME", welcome);
    send_to(session, text_);
    return;
  }
  Resident& home = *session.home;
  Turn now = turn(home);
  if (session.role == wire::Role::player)
    home.room->welcome(now, session.place, text_);
  else
    home.room->welcome(now, room::Watcher{session.user, session.name(), session.role}, text_);
  if (home.room->closed()) return;
  send_to(session, text_);
  send_to(session, home.room->room_text());
  if (!home.room->game_over_text().empty()) send_to(session, home.room->game_over_text());
}

}  // namespace whoosh::shard
