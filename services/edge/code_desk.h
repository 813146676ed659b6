// CodeDesk: finds the room of a code and counts wrong codes against the address, in the same
// buckets as REST does, so that guessing over WebSocket gains nothing. While an address has used
// them up, right codes are refused, too. Owner: EdgeHandler, one per loop; its thread only.
#pragma once

#include <memory>
#include <string>

#include "net/address.h"
#include "runtime/clock.h"
#include "runtime/reply.h"
#include "state/state.h"

namespace whoosh::edge {

class CodeDesk {
 public:
  CodeDesk(state::Directory& directory, state::RateLimits& limits, const runtime::Clock& clock,
           bool counts)
      : directory_(directory), limits_(limits), clock_(clock), counts_(counts) {}

  // room_not_found; rate_limited with the seconds to wait. `reply` answers on `loop`.
  void find(runtime::Mailbox& loop, std::string code, const net::Address& from,
            runtime::Reply<state::RoomEntry> reply);

 private:
  struct Search;
  using Found = std::unique_ptr<Search>;
  void take_hour(Found search);
  void look_up(Found search);
  static void refuse(Search& search, const base::Result<std::int32_t>& wait_s);

  state::Directory& directory_;
  state::RateLimits& limits_;
  const runtime::Clock& clock_;
  const bool counts_;
};

}  // namespace whoosh::edge
