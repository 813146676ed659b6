// LiveShell: what an operator at the server's shell may do to rooms and nodes (`whoosh admin
// rooms`, `whoosh admin nodes`): the same as /api/admin/rooms and /api/admin/nodes, by the same
// rules, in the same audit log; the actor is the shell's user. What changes something is in the log
// before it is done, so nothing happens while the database is away.
//
// Each call waits for its answer and gives the text to print: a table for people or, with `json`,
// the body that the like REST route would have given. Errors are one sentence. One thread, its
// owner's; the ports outlive it and every answer.
#pragma once

#include <functional>
#include <string>

#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "runtime/loop_thread.h"
#include "services/admin/shell.h"
#include "services/api/edge_gateway.h"
#include "state/state.h"
#include "store/store.h"

namespace whoosh::admin {

class LiveShell {
 public:
  using Text = base::Result<std::string>;

  struct Ports {
    api::EdgeGateway& edges;
    state::Directory& directory;
    store::Store* store;  // the audit log; nullptr: nothing is changed
    const runtime::Clock& clock;
    runtime::Entropy& entropy;
  };

  LiveShell(Ports ports, ShellOptions options);

  struct RoomsWish {
    std::string game;  // "": all
    std::string node;  // "": all
    std::int32_t limit = 50;
  };
  // In order of their ids. game_not_found; node_not_found.
  [[nodiscard]] Text rooms(const RoomsWish& wish);
  // By id or code. room_not_found.
  [[nodiscard]] Text room(const std::string& room);
  // Ends it, a running match without a result; who is there reads the reason. room_not_found.
  // REQUIRES: a store.
  [[nodiscard]] Text close_room(const std::string& room, const std::string& reason);

  [[nodiscard]] Text nodes();
  // No new rooms and no new people on this node from now on, or again. node_not_found.
  // REQUIRES: a store.
  [[nodiscard]] Text drain(const std::string& node, bool draining, const std::string& reason);

 private:
  template <class T>
  [[nodiscard]] base::Result<T> ask(const std::function<void(runtime::Reply<T>)>& call);
  [[nodiscard]] base::Result<state::RoomEntry> find(const std::string& room);
  [[nodiscard]] base::Result<> node_is_there(const std::string& node);
  [[nodiscard]] base::Result<> audit(std::string action, std::string target, std::string reason);

  const Ports ports_;
  const ShellOptions options_;
  runtime::LoopThread mailbox_;
};

}  // namespace whoosh::admin
