#include "services/edge/edge_handler.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/described.h"
#include "net/frame.h"
#include "services/edge/log_files.h"
#include "services/edge/shared.h"
#include "wire/rest.h"

namespace whoosh::edge {
namespace {

using base::Error;
using base::ErrorCode;

runtime::OsEntropy& entropy() {
  static runtime::OsEntropy os;
  return os;
}

std::string error_body(const Error& error, const std::string& request_id) {
  wire::ErrorBody body;
  body.error = std::string(error.sentence());
  body.code = std::string(base::error_name(error.code));
  body.request_id = request_id;
  if (!error.fields.empty()) body.fields = error.fields;
  return base::to_json(body);
}

ErrorCode code_of_status(int status) {
  switch (status) {
    case 426:
      return ErrorCode::upgrade_required;
    case 429:
      return ErrorCode::rate_limited;
    case 503:
      return ErrorCode::unavailable;
    default:
      return ErrorCode::malformed;
  }
}

bool sane_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; });
}

std::string new_request_id() {
  return fmt::format("{:016x}", entropy().u64());
}

}  // namespace

EdgeHandler::EdgeHandler(Shared& shared, base::ShardNo number)
    : shared_(shared),
      number_(number),
      desk_(shared.authority, shared.revocations, shared.clock),
      codes_(shared.directory, shared.limits, shared.clock, shared.config.rate_limits),
      forwarding_({shared.key, shared.node_address, shared.config.node},
                  shared.config.trusted_proxies, shared.clock),
      ticks_(shared.fullness) {}

EdgeHandler::~EdgeHandler() = default;

void EdgeHandler::on_start(net::Loop& loop) {
  loop_ = &loop;
  shard_ = std::make_unique<shard::Shard>(number_, shared_.config.shard, shared_.clock, entropy(),
                                          static_cast<shard::FrameSink&>(*this),
                                          static_cast<shard::Owner&>(*this));
}

void EdgeHandler::on_stop() {
  shard_.reset();
}

// ---- before the upgrade
// ---------------------------------------------------------------------------------

net::Decision EdgeHandler::on_request(net::ConnId id, const net::Request& request,
                                      std::unique_ptr<net::Carried> carried) {
  if (carried == nullptr) return first_request(id, request);
  std::unique_ptr<Arrival> arrival(static_cast<Arrival*>(carried.release()));
  return seat(id, std::move(arrival), request_id_of(request));
}

// Another edge of the cluster: its pass is checked, and what it says stays within the cluster's own
// network, as its other calls do.
bool EdgeHandler::takes_plain(const net::Request& request) {
  const auto journey = forwarding_.read(request);
  return journey && journey->room;
}

std::string EdgeHandler::tls_needed_body() {
  return error_body({ErrorCode::malformed, "This port takes TLS only: use wss:// or https://."},
                    new_request_id());
}

net::Decision EdgeHandler::first_request(net::ConnId id, const net::Request& request) {
  const std::string request_id = request_id_of(request);
  if (request.path() == "/health" || request.path() == "/health/") {
    if (request.head.method() != "GET" && request.head.method() != "HEAD") {
      net::Respond refusal = refuse(ErrorCode::method_not_allowed, request_id);
      refusal.response.headers.emplace_back("Allow", "GET, HEAD");
      return refusal;
    }
    return net::Respond{{200, R"({"status":"ok"})", "application/json", {}}};
  }
  if (request.path() != "/ws" && request.path() != "/ws/")
    return refuse(ErrorCode::not_found, request_id);
  if (const int status = request.upgrade_refusal(); status != 0)
    return refuse(code_of_status(status), request_id);
  auto journey = forwarding_.read(request);
  if (!journey) return refuse(journey.error(), request_id);
  journey->request_id = request_id;
  if (shared_.config.rate_limits) {
    if (const auto wait_s = shared_.upgrades.take(journey->client, loop_->now_ms()); wait_s > 0) {
      Error error{ErrorCode::rate_limited};
      error.retry_after_s = wait_s;
      return refuse(error, request_id, journey->client);
    }
  }
  const std::string_view host = request.head.header("Host").value_or("");
  if (!origin_allowed(request.origin(), host, shared_.config.allowed_origins)) {
    return refuse(ErrorCode::foreign_origin, request_id, journey->client);
  }
  Claim claim = read_claim(request, shared_.config.query_tokens);
  if (journey->room) claim.room = journey->room->text();
  auto arrival = desk_.verify(claim);
  if (!arrival) return refuse(arrival.error(), request_id, journey->client);
  return find_room(id, claim, std::make_unique<Arrival>(std::move(*arrival)), *journey);
}

// A ticket says its room; a code beside it must name the same.
net::Decision EdgeHandler::find_room(net::ConnId id, const Claim& claim,
                                     std::unique_ptr<Arrival> arrival, const Journey& journey) {
  const bool names_code = !claim.room.empty() && !base::RoomId::parse(claim.room);
  if (arrival->lobby || (arrival->admission.ticket && !names_code)) {
    return route(id, std::move(arrival), journey);
  }
  if (const auto room = base::RoomId::parse(claim.room)) {
    arrival->admission.room = *room;
    return route(id, std::move(arrival), journey);
  }
  const base::UserId user = arrival->admission.who.user;
  runtime::Reply<state::RoomEntry> reply(*loop_, [this, id, journey, arrival = std::move(arrival)](
                                                     base::Result<state::RoomEntry> entry) mutable {
    found(id, std::move(arrival), journey, std::move(entry));
  });
  if (claim.room == "new") {
    api::NewRoom room;
    room.game = claim.game.empty() ? "suspect" : claim.game;
    room.creator = user;
    make_room(std::move(room), std::move(reply));
  } else {
    codes_.find(*loop_, claim.room, journey.client, std::move(reply));
  }
  return net::Pending{};
}

// Counts in the bucket of POST /api/rooms.
void EdgeHandler::make_room(api::NewRoom room, runtime::Reply<state::RoomEntry> reply) {
  if (!shared_.config.rate_limits) {
    shared_.gateway->create_room(std::move(room), std::move(reply));
    return;
  }
  std::string key = api::room_making_key(room.creator);
  auto taken = [this, room = std::move(room),
                reply = std::move(reply)](base::Result<std::int32_t> wait_s) mutable {
    if (!wait_s) return reply(wait_s.error());
    if (*wait_s == 0) return shared_.gateway->create_room(std::move(room), std::move(reply));
    Error error{ErrorCode::rate_limited};
    error.retry_after_s = *wait_s;
    reply(std::move(error));
  };
  shared_.limits.take(std::move(key), api::room_making, shared_.clock.now(),
                      runtime::Reply<std::int32_t>(*loop_, std::move(taken)));
}

void EdgeHandler::found(net::ConnId id, std::unique_ptr<Arrival> arrival, const Journey& journey,
                        base::Result<state::RoomEntry> entry) {
  const bool is_foreign = entry ? entry->room != arrival->admission.room
                                : entry.error().code == ErrorCode::room_not_found;
  if (arrival->admission.ticket && is_foreign) entry = Error{ErrorCode::bad_ticket};
  if (!entry) {
    loop_->decide(id, refuse(entry.error(), journey.request_id, journey.client));
    return;
  }
  if (entry->node != shared_.config.node && forwarding_.reaches_on(journey)) {
    loop_->decide(id, forward(entry, journey));
    return;
  }
  arrival->admission.room = entry->room;
  loop_->decide(id, route(id, std::move(arrival), journey));
}

net::Decision EdgeHandler::route(net::ConnId id, std::unique_ptr<Arrival> arrival,
                                 const Journey& journey) {
  std::size_t target = 0;
  if (arrival->lobby) {
    target = static_cast<std::size_t>(arrival->admission.who.user.value) % shared_.handlers.size();
  } else {
    const base::RoomId room = arrival->admission.room;
    target = room.shard().value;
    if (!shared_.numbers.has(room.node())) return elsewhere(id, room, journey);
    if (target >= shared_.handlers.size())
      return refuse(ErrorCode::room_not_found, journey.request_id);
  }
  if (target == number_.value) return seat(id, std::move(arrival), journey.request_id);
  return net::HandOver{target, std::move(arrival)};
}

// A room whose number is not this node's: whose it is, the directory knows.
net::Decision EdgeHandler::elsewhere(net::ConnId id, base::RoomId room, const Journey& journey) {
  if (!forwarding_.reaches_on(journey))
    return refuse(ErrorCode::room_not_found, journey.request_id);
  shared_.directory.find_room(
      room, {*loop_, [this, id, journey](const base::Result<state::RoomEntry>& entry) {
               loop_->decide(id, forward(entry, journey));
             }});
  return net::Pending{};
}

net::Decision EdgeHandler::forward(const base::Result<state::RoomEntry>& entry,
                                   const Journey& journey) {
  if (!entry) return refuse(entry.error(), journey.request_id, journey.client);
  if (entry->node == shared_.config.node)  // of an earlier life of this node
    return refuse(ErrorCode::room_not_found, journey.request_id);
  auto onward = forwarding_.to(entry->node, entry->room, journey);
  if (!onward) return refuse(onward.error(), journey.request_id);
  return std::move(*onward);
}

net::Decision EdgeHandler::seat(net::ConnId id, std::unique_ptr<Arrival> arrival,
                                const std::string& request_id) {
  if (const auto good = desk_.still_good(*arrival); !good) return refuse(good.error(), request_id);
  arrival->admission.conn = id;
  shard_->set_full(shared_.fullness.is_full());
  if (arrival->lobby) {
    if (const auto open = shard_->check_lobby(); !open) return refuse(open.error(), request_id);
  } else {
    // What he wants stays in the admission: who asked for a seat and has to watch gets one later.
    const auto role = shard_->check(arrival->admission);
    if (!role) return refuse(role.error(), request_id);
  }
  net::Accept accept{arrival->subprotocol};
  accepted_.emplace_back(id, std::move(arrival));
  return accept;
}

net::Respond EdgeHandler::refuse(const Error& error, const std::string& request_id,
                                 const net::Address& client) {
  const RefusalLog::Refusal refusal{error.code, client.text(), request_id};
  if (const auto line = refusals_.line(refusal, loop_->now_ms())) spdlog::warn("{}", *line);
  net::Response response;
  response.status = base::error_status(error.code);
  response.body = error_body(error, request_id);
  response.headers.emplace_back("X-Request-Id", request_id);
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (error.retry_after_s > 0 || response.status == 503 || response.status == 429) {
    response.headers.emplace_back("Retry-After", std::to_string(std::max(1, error.retry_after_s)));
  }
  return net::Respond{std::move(response)};
}

std::string EdgeHandler::request_id_of(const net::Request& request) {
  const auto given = request.head.header("X-Request-Id").value_or("");
  return sane_request_id(given) ? std::string(given) : new_request_id();
}

std::string EdgeHandler::refusal_body(int status) {
  return error_body(code_of_status(status), new_request_id());
}

// ---- an open connection
// ---------------------------------------------------------------------------------

void EdgeHandler::on_open(net::ConnId id) {
  const auto at = std::find_if(accepted_.begin(), accepted_.end(),
                               [&](const auto& entry) { return entry.first == id; });
  ASSERT(at != accepted_.end());
  const std::unique_ptr<Arrival> arrival = std::move(at->second);
  accepted_.erase(at);
  shared_.fullness.entered();
  if (arrival->lobby) {
    shard_->admit_lobby(id, arrival->admission.who, arrival->admission.token_expires);
    if (shared_.config.lobby_entered) shared_.config.lobby_entered(arrival->admission.who.user);
  } else if (const auto role = shard_->admit(arrival->admission); !role) {
    spdlog::info("seat lost between check and admit: {}", base::error_name(role.error().code));
  }
}

void EdgeHandler::on_text(net::ConnId id, std::span<char> message) {
  shard_->on_text(id, message);
}
void EdgeHandler::on_closed(net::ConnId id, std::uint16_t) {
  shared_.fullness.left();
  shard_->on_closed(id);
}
void EdgeHandler::on_overflow(net::ConnId id) {
  shard_->on_overflow(id);
}
void EdgeHandler::on_drained(net::ConnId id) {
  shard_->on_drained(id);
}

void EdgeHandler::on_turn_end(std::int64_t now_ms) {
  accepted_.clear();  // whose 101 could not be sent
  shard_->run_due();
  shard_->flush();
  ticks_.turn(shard_->counters(), now_ms);
}

std::int64_t EdgeHandler::next_deadline_ms() const {
  const auto due = shard_->next_due_ms();
  return std::min(due ? *due : never, ticks_.next_look_ms(never));
}

// ---- what the shard says
// --------------------------------------------------------------------------------

void EdgeHandler::send(net::ConnId conn, std::string_view text) {
  loop_->send(conn, text);
}

void EdgeHandler::broadcast(std::span<const net::ConnId> conns, std::string_view text) {
  frame_.clear();
  net::append_frame(frame_, net::Opcode::Text, text);
  for (const net::ConnId conn : conns) loop_->send_frame(conn, frame_);
}

void EdgeHandler::close(net::ConnId conn, wire::Close code, std::string_view reason) {
  loop_->close(conn, static_cast<std::uint16_t>(code), reason);
}

void EdgeHandler::match_finished(match::MatchRecord record) {
  shared_.match_finished(std::move(record));
}

void EdgeHandler::room_closed(base::RoomId room, std::uint32_t epoch, std::string_view why) {
  spdlog::debug("room {} closed: {}", room.text(), why);
  --shared_.rooms.at(number_.value);
  shared_.directory.release_room(room, epoch,
                                 runtime::Reply<>(*loop_, [room](base::Result<> released) {
                                   if (!released)
                                     spdlog::warn("room {} stays in the directory: {}", room.text(),
                                                  released.error().sentence());
                                 }));
}

void EdgeHandler::room_broken(base::RoomId room, std::string_view why, std::string_view log) {
  spdlog::error("room {} ended by a broken rule: {}", room.text(), why);
  keep_match_log(shared_.config.match_logs, room, log);
}

}  // namespace whoosh::edge
