#include "services/edge/forwarding.h"

#include <fmt/format.h>

#include <array>

#include "services/edge/client_address.h"

namespace whoosh::edge {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view pass_field = "Whoosh-Forwarded";
constexpr std::string_view client_field = "Whoosh-Client";
constexpr std::string_view room_field = "Whoosh-Room";
constexpr std::array fields = {pass_field, client_field, room_field};

std::string about(std::string_view client, std::string_view room, std::string_view target,
                  std::string_view owner) {
  return fmt::format("forward\n{}\n{}\n{}\n{}", client, room, target, owner);
}

}  // namespace

base::Result<Journey> Forwarding::read(const net::Request& request) const {
  Journey journey;
  journey.target = std::string(request.head.target());
  std::size_t given = 0;
  for (const std::string_view field : fields) given += request.head.header_count(field);
  if (given == 0) {
    journey.client = client_of(request, trusted_proxies_);
    return journey;
  }
  const Error pretender{ErrorCode::malformed, "The Whoosh- headers are not for clients."};
  for (const std::string_view field : fields) {
    if (cluster_.key == nullptr || request.head.header_count(field) != 1) return pretender;
  }
  const std::string_view client = *request.head.header(client_field);
  const std::string_view room = *request.head.header(room_field);
  const std::string text = about(client, room, journey.target, cluster_.node);
  if (!cluster_.key->check_pass(*request.head.header(pass_field), text, clock_.now()))
    return pretender;
  const auto address = net::Address::parse(client, 0);
  journey.room = base::RoomId::parse(room);
  if (!address || !journey.room) return pretender;
  journey.client = *address;
  return journey;
}

base::Result<net::Forward> Forwarding::to(const std::string& node, base::RoomId room,
                                          const Journey& journey) const {
  const auto address = cluster_.address(node);
  if (!address) {
    Error error{ErrorCode::unavailable, "The game server of this room does not answer."};
    error.retry_after_s = 3;  // by then it is back, or its rooms are gone
    return error;
  }
  std::string client = journey.client.text();
  if (client.empty()) client = "0.0.0.0";  // gone already; its requests share one bucket
  const std::string id = room.text();
  std::string pass = cluster_.key->make_pass(about(client, id, journey.target, node), clock_.now());
  net::Forward forward;
  forward.to = *address;
  forward.headers = {{std::string(pass_field), std::move(pass)},
                     {std::string(client_field), std::move(client)},
                     {std::string(room_field), id}};
  return forward;
}

}  // namespace whoosh::edge
