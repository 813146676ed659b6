// Link: the lasting way to one server: connects, signs in, pipelines commands, and connects again
// with growing pauses when the connection breaks. Owner: Client. The IO thread only; it outlives
// its link's sockets.
//
//   connecting --signed in--> ready        on a break: connecting at once, the first time
//       ^  |-----fails------> away         in `away` nothing is accepted
//       '------pause over-------'
//
// Invariants: 1. every command is answered exactly once, in order; 2. what was never written
// answers `not_sent`, what was and got no answer `lost`; 3. a command waits for a connection only
// while there is hope: on the way to the first one, or right after a break; 4. a server that leaves
// a command unanswered for its timeout is given up: the connection is closed.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/function.h"
#include "base/rng.h"
#include "state/redis/io.h"
#include "state/redis/options.h"
#include "state/redis/value.h"

namespace whoosh::state::redis {

struct Outcome {
  enum class Kind : std::uint8_t { answered, not_sent, lost };
  Kind kind = Kind::not_sent;
  Value value;  // answered
};

// What all links of a client share; lives longer than they.
struct LinkContext {
  Io& io;
  const Options& options;
  base::Rng& rng;  // jitter
};

struct LinkRole {
  std::string user;
  std::string password;
  std::int32_t database = 0;
  bool must_be_master = false;  // asked with ROLE; else the connection is of no use
};

class Link {
 public:
  enum class State : std::uint8_t { connecting, ready, away };
  using Done = base::Function<void(Outcome)>;

  Link(LinkContext context, Endpoint endpoint, LinkRole role);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // `bytes` is `count` commands, encoded; done is called for the last one's answer, later. A server
  // may take timeout_ms for it.
  void send(std::string_view bytes, int count, std::int64_t timeout_ms, Done done);
  // Gives up what is late, begins the next attempt when its pause is over. Every few milliseconds.
  void check(std::int64_t now_ms);
  // Breaks the connection: what is under way is lost.
  void close(const std::string& why);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] bool is_idle() const { return waiting_.empty() && under_way_.empty(); }
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  // Why it is away, or was last; without secrets.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  struct Command {
    std::string bytes;
    int count = 1;
    std::int64_t timeout_ms = 0;
    Done done;
  };
  struct UnderWay {
    int count = 1;  // answers that belong to it; the last one counts
    std::int64_t due_ms = 0;
    std::size_t bytes = 0;
    Done done;
  };

  [[nodiscard]] std::weak_ptr<bool> self() const { return alive_; }
  void connect();
  void sign_in();
  void signed_in(const Value& answer, std::string_view what, bool is_last);
  void write(Command command);
  void flush();
  void arrived(std::string_view bytes);
  void broken(const std::string& why);
  void fail_all(std::deque<UnderWay> lost, std::deque<Command> waiting, std::size_t unsent_bytes);

  const LinkContext context_;
  const Endpoint endpoint_;
  const LinkRole role_;
  State state_ = State::connecting;
  std::shared_ptr<Socket> socket_;
  std::unique_ptr<Reader> reader_;
  std::deque<Command> waiting_;  // for a connection
  std::deque<UnderWay> under_way_;
  std::string out_;  // not given to the socket yet
  bool is_writing_ = false;
  int failures_ = 0;                 // in a row
  std::int64_t connect_due_ms_ = 0;  // connecting: when it has taken too long
  std::int64_t retry_ms_ = 0;        // away: when to try again
  std::string trouble_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace whoosh::state::redis
