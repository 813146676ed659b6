#include "tools/swarm/seats.h"

#include <fmt/format.h>
#include <netdb.h>

#include <atomic>
#include <cstring>

#include "tools/swarm/player.h"
#include "wire/edge.h"

namespace whoosh::swarm {
namespace {

namespace json = boost::json;

class ApiSeats final : public SeatSource {
 public:
  ApiSeats(Endpoint api, std::string game) : api_(std::move(api)), game_(std::move(game)) {}

  base::Result<std::vector<SeatOffer>> make_room(std::uint32_t seats) override {
    std::vector<SeatOffer> out;
    std::string code;
    for (std::uint32_t place = 0; place < seats; ++place) {
      const std::uint64_t number = next_.fetch_add(1);
      Player player(api_, fmt::format("Bee {}", number), number);
      if (const auto in = player.sign_in_as_guest(); !in) return in.error();
      const auto info =
          place == 0 ? player.call("POST", "/api/rooms", room_wish(seats), 201)
                     : player.call("POST", "/api/rooms/" + code + "/join", {{"as", "player"}}, 200);
      if (!info) return info.error();
      const json::object& join = info->as_object();
      if (place == 0) code = std::string(join.at("code").as_string());
      SeatOffer offer;
      offer.place = static_cast<std::uint8_t>(place);
      offer.user = player.id();
      offer.ws_url = std::string(join.at("ws_url").as_string());
      offer.ticket = std::string(join.at("ticket").as_string());
      out.push_back(std::move(offer));
    }
    return out;
  }
  [[nodiscard]] unsigned threads() const override { return 4; }

 private:
  // A room has eight seats unless it is asked for more.
  [[nodiscard]] json::object room_wish(std::uint32_t seats) const {
    json::object wish{{"game", game_}};
    if (static_cast<std::int32_t>(seats) > wire::RoomSettings().max_seats)
      wish["settings"] = {{"max_seats", seats}};
    return wish;
  }

  const Endpoint api_;
  const std::string game_;
  std::atomic<std::uint64_t> next_{1};
};

}  // namespace

base::Result<Address> resolve_address(const Endpoint& endpoint) {
  addrinfo wish{};
  wish.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed =
      getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &wish, &found);
  if (failed != 0)
    return base::Error{base::ErrorCode::unavailable,
                       fmt::format("{}: {}", endpoint.host, gai_strerror(failed))};
  Address out;
  std::memcpy(&out.bytes, found->ai_addr, found->ai_addrlen);
  out.size = found->ai_addrlen;
  freeaddrinfo(found);
  return out;
}

std::unique_ptr<SeatSource> api_seats(Endpoint api, std::string game) {
  return std::make_unique<ApiSeats>(std::move(api), std::move(game));
}

bool SeatQueue::put(std::vector<SeatOffer> seats) {
  std::unique_lock lock(mutex_);
  not_full_.wait(lock, [this] { return closed_ || waiting_.size() < waiting_max_; });
  if (closed_) return false;
  for (SeatOffer& seat : seats) waiting_.push_back(std::move(seat));
  return true;
}

std::optional<SeatOffer> SeatQueue::take() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return std::nullopt;
  SeatOffer out = std::move(waiting_.front());
  waiting_.pop_front();
  if (waiting_.size() < waiting_max_) not_full_.notify_one();
  return out;
}

void SeatQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  not_full_.notify_all();
}

}  // namespace whoosh::swarm
