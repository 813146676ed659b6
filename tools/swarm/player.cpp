#include "tools/swarm/player.h"

#include <fmt/format.h>

#include <chrono>

namespace whoosh::swarm {
namespace {

namespace json = boost::json;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

base::Error wrong(std::string what) {
  return {base::ErrorCode::internal, std::move(what)};
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

void merge_patch(json::value& target, const json::value& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = json::object{};
  json::object& object = target.as_object();
  for (const auto& [key, value] : patch.as_object()) {
    if (value.is_null())
      object.erase(key);
    else
      merge_patch(object[key], value);
  }
}

Player::Player(Endpoint api, std::string name, std::uint64_t seed)
    : api_(std::move(api)), name_(std::move(name)), rng_(seed) {}

base::Result<json::value> Player::call(const std::string& method, const std::string& target,
                                       const json::value& body, int expect) {
  HttpCall request;
  request.method = method;
  request.target = target;
  request.bearer = access_;
  if (!body.is_null()) request.body = json::serialize(body);
  const auto answer = http(api_, request);
  if (!answer) return answer.error();
  if (answer->status != expect) {
    return wrong(fmt::format("{} {} gave {}: {}", method, target, answer->status, answer->body));
  }
  if (answer->body.empty()) return json::value{};
  boost::system::error_code error;
  json::value value = json::parse(answer->body, error);
  if (error)
    return wrong(fmt::format("{} {}: the body is no JSON: {}", method, target, answer->body));
  return value;
}

base::Result<> Player::keep_tokens(const json::value& answer) {
  access_ = text_of(answer.as_object(), "access");
  refresh_ = text_of(answer.as_object(), "refresh");
  id_ =
      std::to_string(answer.as_object().at("user").as_object().at("id").to_number<std::int64_t>());
  return {};
}

base::Result<> Player::register_account(const std::string& password) {
  const auto answer = call(
      "POST", "/api/auth/register",
      json::object{{"username", name_}, {"email", name_ + "@example.org"}, {"password", password}},
      201);
  if (!answer) return answer.error();
  return keep_tokens(*answer);
}

base::Result<> Player::sign_in_as_guest() {
  const auto answer = call("POST", "/api/auth/guest", json::object{{"display_name", name_}}, 201);
  if (!answer) return answer.error();
  return keep_tokens(*answer);
}

base::Result<json::object> Player::queue(const std::string& game, std::int64_t timeout_ms) {
  const auto joined =
      call("POST", "/api/match/join", json::object{{"queue", "standard"}, {"game", game}}, 200);
  if (!joined) return joined.error();
  const std::string ticket = text_of(joined->as_object(), "ticket");
  const std::int64_t deadline = now_ms() + timeout_ms;
  while (now_ms() < deadline) {
    const auto state = call("GET", "/api/match/tickets/" + ticket + "?wait=5", nullptr, 200);
    if (!state) return state.error();
    const std::string status = text_of(state->as_object(), "status");
    if (status == "matched") return state->as_object().at("room").as_object();
    if (status != "searching") return wrong("the ticket is " + status);
  }
  return wrong("not matched in time");
}

base::Result<> Player::enter(const json::object& join_info) {
  const auto url = parse_ws_url(text_of(join_info, "ws_url"));
  if (!url) return wrong("ws_url is none: " + json::serialize(join_info));
  WsOptions options;
  options.target = url->target;
  options.subprotocols = {"whoosh.v1", "ticket." + text_of(join_info, "ticket")};
  WsClient::Refused refused;
  if (url->secure && api_.tls == nullptr) return wrong("wss:// from an API without TLS");
  Endpoint where = url->endpoint;
  if (url->secure) where.tls = api_.tls;
  auto connected = WsClient::connect(where, options, &refused);
  if (!connected) {
    return wrong(fmt::format("not let in: {} {} {}", connected.error().message, refused.status,
                             refused.body));
  }
  connection_ = std::move(*connected);
  const auto first = connection_->read(10'000);
  if (!first) return first.error();
  if (!first->has_value()) return wrong("no WELCOME in time");
  return handle(**first);
}

base::Result<> Player::handle(const std::string& text) {
  ++messages_;
  boost::system::error_code error;
  const json::value message = json::parse(text, error);
  if (error || !message.is_object()) return wrong("no JSON from the server: " + text);
  const std::string type = text_of(message.as_object(), "type");
  const json::object& payload = message.as_object().at("payload").as_object();
  if (type == "WELCOME") {
    view_ = payload.at("state");
    seq_ = payload.at("seq").to_number<std::int64_t>();
  } else if (type == "STATE") {
    if (const auto ok = on_state(payload); !ok) return ok;
  } else if (type == "ROOM") {
    room_ = payload;
  } else if (type == "TICK") {
    ++ticks_;
  } else if (type == "GAME_OVER") {
    game_over_ = payload;
  }
  act();
  return {};
}

base::Result<> Player::on_state(const json::object& payload) {
  const auto seq = payload.at("seq").to_number<std::int64_t>();
  if (seq != seq_ + 1) return wrong(fmt::format("a gap in STATE: {} after {}", seq, seq_));
  seq_ = seq;
  merge_patch(view_, payload.at("patch"));
  return {};
}

// One set of moves per step of the match; moves that a phase or a limit refuses are answered with
// ERROR, which costs nothing.
void Player::act() {
  if (!view_.is_object()) return;
  const json::object& view = view_.as_object();
  const std::string step = text_of(view, "step");
  const auto* round = view.if_contains("round");
  if (step.empty() || round == nullptr) return;
  const std::int64_t number = round->is_number() ? round->to_number<std::int64_t>() : 0;
  std::string key = fmt::format("{}/{}", step, number);
  if (key == acted_) return;
  acted_ = std::move(key);
  act_in_step(step, number);
}

void Player::act_in_step(std::string_view step, std::int64_t round) {
  const auto& order = view_.as_object().at("order").as_array();
  std::string target = id_;
  while (target == id_ && order.size() > 1) {
    target = std::string(order[rng_.below(static_cast<std::uint32_t>(order.size()))].as_string());
  }
  if (step == "ANSWER") {
    static constexpr const char* answers[] = {
        "a bit draughty",   "more stairs than expected", "people in a hurry",
        "smells like rain", "you would need a ticket",   "very shiny"};
    (void)send("ANSWER", {{"q", round}, {"text", answers[rng_.below(std::size(answers))]}});
  } else if (step == "CROSSFIRE") {
    (void)send("SUSPECT", {{"target", target}});
    (void)send("SAY", {{"text", "I have my eye on somebody."}});
  } else if (step == "VOTE") {
    (void)send("SUSPECT", {{"target", target}});
    (void)send("LOCK", {});
  }
}

base::Result<> Player::pump(std::int64_t for_ms) {
  const std::int64_t deadline = now_ms() + for_ms;
  for (std::int64_t left = for_ms; left > 0; left = deadline - now_ms()) {
    const auto text = connection_->read(left);
    if (!text) return text.error();
    if (!text->has_value()) break;
    if (const auto ok = handle(**text); !ok) return ok;
  }
  return {};
}

base::Result<json::object> Player::play(std::int64_t timeout_ms) {
  while (game_over_.empty()) {
    const auto text = connection_->read(timeout_ms);
    if (!text) return text.error();
    if (!text->has_value()) return wrong("the server fell silent");
    if (const auto ok = handle(**text); !ok) return ok.error();
  }
  return std::exchange(game_over_, {});
}

base::Result<> Player::send(const std::string& type, const json::object& payload) {
  return connection_->send(json::serialize(json::object{{"type", type}, {"payload", payload}}));
}

void Player::leave() {
  if (connection_ != nullptr) connection_->close();
  connection_.reset();
}

}  // namespace whoosh::swarm
