// Player: one bot that plays over the public interface like a person's phone: signs in, queues,
// connects, keeps its view by merge patches, makes legal moves, and checks what it gets (every
// STATE in sequence). Blocking; one thread per player. For the demo and for tests across processes.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "base/rng.h"
#include "tools/swarm/client.h"

namespace whoosh::swarm {

// RFC 7396.
void merge_patch(boost::json::value& target, const boost::json::value& patch);

class Player {
 public:
  Player(Endpoint api, std::string name, std::uint64_t seed);

  // Makes an account (or a guest) and keeps its tokens.
  [[nodiscard]] base::Result<> register_account(const std::string& password);
  [[nodiscard]] base::Result<> sign_in_as_guest();

  // One REST call with this player's token; `expect`: the status that is no error.
  [[nodiscard]] base::Result<boost::json::value> call(const std::string& method,
                                                      const std::string& target,
                                                      const boost::json::value& body, int expect);

  // Queues and waits until matched; answers the join info.
  [[nodiscard]] base::Result<boost::json::object> queue(const std::string& game,
                                                        std::int64_t timeout_ms);

  // Connects by a join info and waits for WELCOME.
  [[nodiscard]] base::Result<> enter(const boost::json::object& join_info);
  // Plays until GAME_OVER and answers its payload. Error: closed, silence for timeout_ms, or a gap
  // in STATE.
  [[nodiscard]] base::Result<boost::json::object> play(std::int64_t timeout_ms);
  // Handles messages for so long; for tests that look at the view meanwhile.
  [[nodiscard]] base::Result<> pump(std::int64_t for_ms);
  [[nodiscard]] base::Result<> send(const std::string& type, const boost::json::object& payload);
  void leave();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& access() const { return access_; }
  [[nodiscard]] const boost::json::value& view() const { return view_; }
  [[nodiscard]] const boost::json::object& room() const { return room_; }
  [[nodiscard]] WsClient* connection() { return connection_.get(); }
  [[nodiscard]] std::int64_t messages() const { return messages_; }
  [[nodiscard]] std::int64_t ticks() const { return ticks_; }

 private:
  base::Result<> keep_tokens(const boost::json::value& answer);
  base::Result<> handle(const std::string& text);
  base::Result<> on_state(const boost::json::object& payload);
  void act();
  void act_in_step(std::string_view step, std::int64_t round);

  Endpoint api_;
  std::string name_;
  base::Rng rng_;
  std::string id_;
  std::string access_;
  std::string refresh_;
  std::unique_ptr<WsClient> connection_;
  boost::json::value view_ = boost::json::object{};
  boost::json::object room_;  // the last ROOM
  boost::json::object game_over_;
  std::int64_t seq_ = 0;
  std::int64_t messages_ = 0;
  std::int64_t ticks_ = 0;
  std::string acted_;  // "CROSSFIRE/2": the step in which it has moved already
};

}  // namespace whoosh::swarm
