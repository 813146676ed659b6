// For tests of whole edges over real sockets: what several edges share (keys, directory, limits,
// revocations, nodes), an edge of it, and a person with his tokens. Everything in one process; the
// state is the twins in memory.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/relay_test_support.h"
#include "runtime/loop_thread.h"
#include "services/edge/edge_server.h"
#include "state/memory/directory.h"
#include "state/memory/nodes.h"
#include "state/memory/rate_limits.h"
#include "state/revocation_feed.h"

namespace whoosh::edge {

// Asks a port and waits; unavailable after `patience`.
template <class T, class Ask>
base::Result<T> ask(runtime::Mailbox& mailbox, Ask&& call) {
  auto answer = std::make_shared<std::promise<base::Result<T>>>();
  auto answered = answer->get_future();
  call(runtime::Reply<T>(
      mailbox, [answer](base::Result<T> result) { answer->set_value(std::move(result)); }));
  if (answered.wait_for(net::patience) != std::future_status::ready)
    return base::ErrorCode::unavailable;
  return answered.get();
}

// Rooms are made on one edge; the rest nobody asks here.
class OneEdgeGateway final : public api::EdgeGateway {
 public:
  EdgeServer* target = nullptr;

  void create_room(api::NewRoom room, runtime::Reply<state::RoomEntry> reply) override {
    target->create_room(std::move(room), std::move(reply));
  }
  void room_card(state::RoomEntry, runtime::Reply<wire::RoomCard> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void may_join(state::RoomEntry, base::UserId, wire::Role,
                runtime::Reply<wire::Role> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void notify(base::UserId, std::string) override {}
  [[nodiscard]] std::string ws_url(const state::RoomEntry&, std::string_view) const override {
    return {};
  }
  void rooms(api::RoomsAsked, runtime::Reply<api::RoomsPage> reply) override {
    reply(api::RoomsPage{});
  }
  void room_report(state::RoomEntry, runtime::Reply<wire::RoomReport> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void close_room(state::RoomEntry, std::string, runtime::Reply<> reply) override {
    reply(base::ErrorCode::room_not_found);
  }
  void nodes(runtime::Reply<std::vector<wire::NodeReport>> reply) override {
    reply(std::vector<wire::NodeReport>{});
  }
  void drain_node(std::string, bool, runtime::Reply<> reply) override {
    reply(base::ErrorCode::node_not_found);
  }
};

// What the edges of a test share.
struct TestDeployment {
  TestDeployment() {
    static const std::string pem = *auth::make_key_pem();  // takes its time
    const std::string pems[] = {pem};
    authority = std::make_unique<auth::TokenAuthority>(
        std::make_shared<const auth::KeySet>(std::move(*auth::KeySet::from_pem(pems))));
  }

  [[nodiscard]] std::string access(std::int64_t user, std::string session = "phone") const {
    auth::Identity identity;
    identity.user = base::UserId{user};
    identity.username = "user" + std::to_string(user);
    identity.session = std::move(session);
    identity.jti = "a" + std::to_string(user);
    return *authority->make_access(identity, clock.now());
  }
  [[nodiscard]] std::string ticket(std::int64_t user, base::RoomId room,
                                   std::string session = "phone") {
    auth::SeatTicket ticket;
    ticket.jti = "t" + std::to_string(++tickets);
    ticket.user = base::UserId{user};
    ticket.name = "user" + std::to_string(user);
    ticket.room = room;
    ticket.role = "player";
    ticket.session = std::move(session);
    return *authority->make_seat(ticket, clock.now());
  }

  runtime::OsClock clock;
  runtime::OsEntropy entropy;
  runtime::LoopThread mailbox;
  std::unique_ptr<auth::TokenAuthority> authority;
  state::memory::Directory directory{entropy};
  state::memory::RateLimits limits;
  state::memory::Revocations revocations{clock};
  state::RevocationList revocation_list;
  OneEdgeGateway gateway;
  std::int64_t tickets = 0;
};

// A WebSocket client of an edge, by whatever right its request names.
class TestPlayer {
 public:
  TestPlayer(std::uint16_t port, const std::string& target, const std::string& fields = {})
      : client_(port) {
    if (client_.send(net::upgrade_request(target, fields))) head_ = client_.head();
  }

  [[nodiscard]] int status() const { return head_.size() < 12 ? 0 : std::stoi(head_.substr(9, 3)); }
  // Of a refusal: "room_not_found".
  std::string code() {
    const std::string body = client_.all();
    const std::size_t at = body.find(R"("code":")");
    return at == std::string::npos ? body : body.substr(at + 8, body.find('"', at + 8) - at - 8);
  }
  // The next message of this type; other messages are passed over. What ended the stream otherwise.
  std::string message(std::string_view type) {
    const std::string wanted = R"(text:{"type":")" + std::string(type) + '"';
    for (;;) {
      std::string frame = client_.frame();
      if (frame.starts_with(wanted) || !frame.starts_with("text:")) return frame;
    }
  }
  // "close:4001"
  std::string end() {
    const std::string frame = message("no such message");
    return frame.substr(0, frame.find(':', 6));
  }
  [[nodiscard]] const std::string& head() const { return head_; }
  net::TestClient& client() { return client_; }

 private:
  net::TestClient client_;
  std::string head_;
};

// The text of a member of a message, found by its name.
inline std::string member(const std::string& message, const std::string& name) {
  const std::size_t at = message.find('"' + name + R"(":")");
  if (at == std::string::npos) return {};
  const std::size_t from = at + name.size() + 4;
  return message.substr(from, message.find('"', from) - from);
}

}  // namespace whoosh::edge
