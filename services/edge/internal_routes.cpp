#include "services/edge/internal_routes.h"

#include <spdlog/spdlog.h>

#include <functional>
#include <string>
#include <utility>

#include "http/answer.h"
#include "http/ask.h"
#include "services/edge/internal_wire.h"
#include "wire/limits.h"

namespace whoosh::edge {
namespace {

using base::Error;
using base::ErrorCode;
using http::RequestContext;
using http::Response;
template <class T>
using Try = http::Awaitable<base::Result<T>>;

const Error bad_id{ErrorCode::malformed, "An id in the call is none."};

bool is_ours(const InternalPorts& ports, const RequestContext& context) {
  const http::Request& request = context.request;
  const std::string about =
      auth::call_text(http::method_text(request.method), request.path, request.body);
  return request.query.empty() &&
         ports.key.check_pass(request.headers.get(auth::pass_header), about, ports.clock.now());
}

template <class T>
Response answer_of(base::Result<T> result, const RequestContext& context) {
  if (!result) return http::error_response(result.error(), context.request_id);
  if constexpr (std::is_same_v<T, wire::Nothing>)
    return http::no_content();
  else
    return http::json(200, *result);
}

template <class In, class Out>
using Call = Try<Out> (*)(const InternalPorts&, RequestContext&, In);

template <class In, class Out>
http::Awaitable<Response> serve(const InternalPorts& ports, Call<In, Out> call,
                                RequestContext& context) {
  if (!is_ours(ports, context)) {
    spdlog::warn("internal call without a good pass from {}: {}", context.client.text,
                 context.request.path);
    co_return http::error_response(ErrorCode::unauthorized, context.request_id);
  }
  auto body = http::body_as<In>(context);
  if (!body) co_return http::error_response(body.error(), context.request_id);
  In in = std::move(*body);
  co_return answer_of<Out>(co_await call(ports, context, std::move(in)), context);
}

template <class In, class Out>
void add(http::Router& router, const InternalPorts& ports, std::string_view name,
         Call<In, Out> call) {
  router.add(http::Method::post, std::string(internal_prefix) + std::string(name),
             [ports, call](RequestContext& context) { return serve(ports, call, context); });
}

Try<wire::PlacedRoom> create_room(const InternalPorts& ports, RequestContext& context,
                                  wire::PlaceRoom wish) {
  api::NewRoom room = from_wire(std::move(wish));
  const auto entry = co_await http::ask<state::RoomEntry>(
      context, [&](auto reply) { ports.edge.create_room(std::move(room), std::move(reply)); });
  if (!entry) co_return entry.error();
  co_return to_wire(*entry);
}

// The part of an entry that an edge looks at.
std::optional<state::RoomEntry> entry_of(const std::string& text, std::int64_t created_at_ms) {
  const auto room = base::RoomId::parse(text);
  if (!room) return std::nullopt;
  state::RoomEntry entry;
  entry.room = *room;
  entry.created_at = {created_at_ms};
  return entry;
}

Try<wire::RoomCard> room_card(const InternalPorts& ports, RequestContext& context,
                              wire::RoomRef ref) {
  const auto entry = entry_of(ref.room, ref.created_at_ms);
  if (!entry) co_return bad_id;
  co_return co_await http::ask<wire::RoomCard>(
      context, [&](auto reply) { ports.edge.room_card(*entry, std::move(reply)); });
}

Try<wire::RoomReport> room_report(const InternalPorts& ports, RequestContext& context,
                                  wire::RoomRef ref) {
  const auto entry = entry_of(ref.room, ref.created_at_ms);
  if (!entry) co_return bad_id;
  co_return co_await http::ask<wire::RoomReport>(
      context, [&](auto reply) { ports.edge.room_report(*entry, std::move(reply)); });
}

Try<wire::SeatGranted> may_join(const InternalPorts& ports, RequestContext& context,
                                wire::MayJoin wish) {
  const auto entry = entry_of(wish.room, 0);
  if (!entry) co_return bad_id;
  const auto role = co_await http::ask<wire::Role>(context, [&](auto reply) {
    ports.edge.may_join(*entry, base::UserId{wish.user}, wish.role, std::move(reply));
  });
  if (!role) co_return role.error();
  co_return wire::SeatGranted{*role};
}

Try<wire::Nothing> close_room(const InternalPorts& ports, RequestContext& context,
                              wire::CloseRoom wish) {
  const auto room = base::RoomId::parse(wish.room);
  if (!room) co_return bad_id;
  const auto closed = co_await http::ask<>(context, [&](auto reply) {
    ports.edge.close_room(*room, std::move(wish.why), std::move(reply));
  });
  if (!closed) co_return closed.error();
  co_return wire::Nothing{};
}

Try<wire::RoomsOfNode> rooms(const InternalPorts& ports, RequestContext& context,
                             wire::ListRooms wish) {
  auto asked = from_wire(std::move(wish));
  if (!asked) co_return Error{ErrorCode::malformed, "after must be a room's id, limit 1 to 100."};
  auto page = co_await http::ask<api::RoomsPage>(
      context, [&](auto reply) { ports.edge.rooms(std::move(*asked), std::move(reply)); });
  if (!page) co_return page.error();
  co_return to_wire(std::move(*page));
}

Try<wire::Nothing> settled(const InternalPorts& ports, RequestContext&, wire::SettledMatch match) {
  auto here = from_wire(match);
  if (!here) co_return bad_id;
  ports.edge.settled(here->room, here->match, std::move(here->settlement));
  co_return wire::Nothing{};
}

Try<wire::Nothing> notify(const InternalPorts& ports, RequestContext&, wire::Notify notice) {
  ports.edge.notify(base::UserId{notice.user}, std::move(notice.message));
  co_return wire::Nothing{};
}

Try<wire::Nothing> lobby_replaced(const InternalPorts& ports, RequestContext&, wire::UserRef ref) {
  ports.edge.end_lobby(base::UserId{ref.user});
  co_return wire::Nothing{};
}

Try<wire::Nothing> end_user(const InternalPorts& ports, RequestContext&, wire::EndUser wish) {
  if (wish.code < 1000 || wish.code > 4999)
    co_return Error{ErrorCode::malformed, "code must be that of a close."};
  ports.edge.end_user(base::UserId{wish.user}, static_cast<wire::Close>(wish.code),
                      std::move(wish.reason));
  co_return wire::Nothing{};
}

Try<wire::Nothing> drain(const InternalPorts& ports, RequestContext&, wire::Drain wish) {
  spdlog::info("an operator {} this node", wish.draining ? "drains" : "takes back the draining of");
  ports.edge.set_draining(wish.draining);
  co_return wire::Nothing{};
}

Try<wire::Load> load(const InternalPorts& ports, RequestContext& context, wire::Nothing) {
  const auto load = co_await http::ask<state::NodeLoad>(
      context, [&](auto reply) { ports.edge.load(std::move(reply)); });
  if (!load) co_return load.error();
  co_return to_wire(*load);
}

}  // namespace

void add_internal_routes(http::Router& router, const InternalPorts& ports) {
  add(router, ports, "create_room", create_room);
  add(router, ports, "room_card", room_card);
  add(router, ports, "room_report", room_report);
  add(router, ports, "may_join", may_join);
  add(router, ports, "close_room", close_room);
  add(router, ports, "rooms", rooms);
  add(router, ports, "settled", settled);
  add(router, ports, "notify", notify);
  add(router, ports, "lobby_replaced", lobby_replaced);
  add(router, ports, "end_user", end_user);
  add(router, ports, "drain", drain);
  add(router, ports, "load", load);
}

}  // namespace whoosh::edge
