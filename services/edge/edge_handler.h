// EdgeHandler: one loop's introduction of net to shard: reads upgrade requests, has credentials
// verified, finds the room's shard, hands connections over, and passes texts in and frames out.
//
//   request → path, upgrade, rate, origin, credential → room id ─┬─ this shard: check → 101 → admit
//                 │                                 code or new: Pending, asked of the directory
//                 └─ refused: JSON error                         ├─ another shard: descriptor
//                                                                │  handed over
//                                                                └─ another node: forwarded there
//
// Owner: EdgeServer, one per loop, for the process's life. Thread: the loop's, except where said.
// Invariants: 1. Every answer before the 101 is in protocol.md's order. 2. The shard sees only
// connections of this loop. 3. Nothing here waits.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "auth/tokens.h"
#include "net/loop.h"
#include "services/api/edge_gateway.h"
#include "services/edge/arrival.h"
#include "services/edge/code_desk.h"
#include "services/edge/forwarding.h"
#include "services/edge/fullness.h"
#include "services/edge/refusal_log.h"
#include "shard/shard.h"
#include "state/state.h"

namespace whoosh::edge {

// What the loops share; immutable while they run.
struct Shared;

class EdgeHandler final : public net::Handler, shard::FrameSink, shard::Owner {
 public:
  EdgeHandler(Shared& shared, base::ShardNo number);
  ~EdgeHandler() override;

  // ---- on the loop's thread, for EdgeServer's tasks ----
  [[nodiscard]] shard::Shard& shard() { return *shard_; }

  // net::Handler
  void on_start(net::Loop& loop) override;
  void on_stop() override;
  net::Decision on_request(net::ConnId id, const net::Request& request,
                           std::unique_ptr<net::Carried> carried) override;
  void on_open(net::ConnId id) override;
  void on_text(net::ConnId id, std::span<char> message) override;
  void on_closed(net::ConnId id, std::uint16_t code) override;
  void on_overflow(net::ConnId id) override;
  void on_drained(net::ConnId id) override;
  void on_turn_end(std::int64_t now_ms) override;
  [[nodiscard]] std::int64_t next_deadline_ms() const override;
  [[nodiscard]] bool takes_plain(const net::Request& request) override;
  [[nodiscard]] std::string tls_needed_body() override;
  [[nodiscard]] std::string refusal_body(int status) override;

 private:
  // shard::FrameSink
  void send(net::ConnId conn, std::string_view text) override;
  void broadcast(std::span<const net::ConnId> conns, std::string_view text) override;
  void close(net::ConnId conn, wire::Close code, std::string_view reason) override;
  // shard::Owner
  void match_finished(match::MatchRecord record) override;
  void room_closed(base::RoomId room, std::uint32_t epoch, std::string_view why) override;
  void room_broken(base::RoomId room, std::string_view why, std::string_view log) override;

  [[nodiscard]] net::Decision first_request(net::ConnId id, const net::Request& request);
  [[nodiscard]] net::Decision find_room(net::ConnId id, const Claim& claim,
                                        std::unique_ptr<Arrival> arrival, const Journey& journey);
  [[nodiscard]] net::Decision route(net::ConnId id, std::unique_ptr<Arrival> arrival,
                                    const Journey& journey);
  [[nodiscard]] net::Decision elsewhere(net::ConnId id, base::RoomId room, const Journey& journey);
  [[nodiscard]] net::Decision forward(const base::Result<state::RoomEntry>& entry,
                                      const Journey& journey);
  [[nodiscard]] net::Decision seat(net::ConnId id, std::unique_ptr<Arrival> arrival,
                                   const std::string& request_id);
  [[nodiscard]] net::Respond refuse(const base::Error& error, const std::string& request_id,
                                    const net::Address& client = {});
  [[nodiscard]] std::string request_id_of(const net::Request& request);
  void make_room(api::NewRoom room, runtime::Reply<state::RoomEntry> reply);
  void found(net::ConnId id, std::unique_ptr<Arrival> arrival, const Journey& journey,
             base::Result<state::RoomEntry> entry);

  Shared& shared_;
  const base::ShardNo number_;
  net::Loop* loop_ = nullptr;
  ArrivalDesk desk_;
  CodeDesk codes_;
  RefusalLog refusals_;
  Forwarding forwarding_;
  TickWatch ticks_;
  std::unique_ptr<shard::Shard> shard_;
  std::vector<std::pair<net::ConnId, std::unique_ptr<Arrival>>>
      accepted_;       // 101 sent, on_open to come this turn
  std::string frame_;  // scratch of broadcast
};

}  // namespace whoosh::edge
